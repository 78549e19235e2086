"""Machines by the memory of their GPU."""

import pytest

from models.tiers import Tier


@pytest.mark.parametrize(
    ("mebibytes", "tier"),
    [
        (0, "cpu"),
        (6144, "cpu"),
        (8188, "gpu8"),
        (12282, "gpu12"),
        (16376, "gpu12"),
        (24564, "gpu24"),
        (143771, "gpu80"),
    ],
)
def test_the_memory_that_drivers_report_gives_the_tier_on_the_box(mebibytes: int, tier: str) -> None:
    assert Tier.for_gpu_memory(mebibytes) == tier


def test_a_machine_carries_its_own_tier_and_smaller_ones() -> None:
    assert [other for other in Tier if Tier.GPU12.carries(other)] == [Tier.CPU, Tier.GPU8, Tier.GPU12]
