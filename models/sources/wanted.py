"""What is asked of a source."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.catalogue import ModelFile

Report = Callable[[str, int, int | None], None]
"""Called with what is being fetched, the bytes done and the bytes in all, if known."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be brought."""

    file: ModelFile
    partial: Path
    """Where its bytes go; what an interrupted pull left there may be continued."""

    @property
    def notes(self) -> Path:
        """Where a source keeps what it needs to continue."""
        return self.partial.with_name(self.partial.name + ".json")
