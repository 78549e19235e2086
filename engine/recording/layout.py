"""Who is seen where: one large picture, and a column of tiles beside it for everybody else."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

REPLICA: Final = "replica"
"""The source that is the replica; every other one is a person's session id, or somebody's screen."""
_SCREEN: Final = "screen:"
_COLUMN: Final = 5
"""The column takes this part of the width, and a tile is as wide as the column and no higher than the same part of the height."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a picture goes; all numbers are even pixels."""

    x: int
    y: int
    width: int
    height: int
    whole: bool
    """Whether all of the picture is shown, between black bars if need be (a screen), or as much of its middle as fills the cell."""


def screen_of(session_id: str) -> str:
    """Return the source of a participant's shared screen."""
    return _SCREEN + session_id


def is_screen(source: str) -> bool:
    """Whether a source is a shared screen."""
    return source.startswith(_SCREEN)


def arrange(sources: Collection[str], width: int, height: int) -> dict[str, Cell]:
    """Return the cell of each source; `sources` in the order in which they appeared, `width` and `height` even.

    The screen shared last takes the large place, else the replica, else who came first.
    """
    if not sources:
        return {}
    large = _large(sources)
    others = sorted((source for source in sources if source != large), key=lambda source: source != REPLICA)
    column = _even(width / _COLUMN) if others else 0
    cells = {large: Cell(0, 0, width - column, height, is_screen(large))}
    step = min(_even(height / _COLUMN), _even(height / max(1, len(others))))
    top = _even((height - step * len(others)) / 2)
    for place, source in enumerate(others):
        cells[source] = Cell(width - column, top + place * step, column, step, is_screen(source))
    return cells


def _large(sources: Collection[str]) -> str:
    screens = [source for source in sources if is_screen(source)]
    if screens:
        return screens[-1]
    return REPLICA if REPLICA in sources else next(iter(sources))


def _even(pixels: float) -> int:
    return int(pixels) // 2 * 2
