"""Classes of machines, by the memory of their GPU."""

from enum import StrEnum
from typing import Self

# Drivers report a little less than what is printed on the box.
_REPORTED_SHARE = 0.94


class Tier(StrEnum):
    """The smallest machine that a model suits, together with the other models of that tier."""

    CPU = "cpu"
    GPU8 = "gpu8"
    GPU12 = "gpu12"
    GPU24 = "gpu24"
    GPU80 = "gpu80"

    @property
    def gpu_gib(self) -> int:
        """GPU memory in GiB; 0 for a machine without one."""
        return 0 if self is Tier.CPU else int(self.value.removeprefix("gpu"))

    def carries(self, other: "Tier") -> bool:
        """Whether a machine of this tier carries a model of the `other` tier."""
        return self.gpu_gib >= other.gpu_gib

    @classmethod
    def for_gpu_memory(cls, mebibytes: float) -> Self:
        """Return the tier of a machine whose GPU has that much memory; 0 means no GPU."""
        fitting = [tier for tier in cls if tier.gpu_gib * 1024 * _REPORTED_SHARE <= mebibytes]
        return max(fitting, key=lambda tier: tier.gpu_gib)
