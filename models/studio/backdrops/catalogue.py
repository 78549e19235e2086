"""Which backdrops there are, and how they become files."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from models.studio.backdrops import homes, offices, studios
from models.studio.backdrops.lens import Photograph

BACKDROPS: Final[dict[str, Callable[[int], Photograph]]] = {
    "cyclorama": studios.cyclorama,
    "slate": studios.slate,
    "sunlit": studios.sunlit,
    "dusk": studios.dusk,
    "daylight": offices.daylight,
    "library": offices.library,
    "glass": offices.glass,
    "skyline": offices.skyline,
    "living-room": homes.living_room,
    "kitchen": homes.kitchen,
    "cafe": homes.cafe,
    "evening": homes.evening,
    "garden": homes.garden,
}
"""By the name that a stock replica's `backdrop` has, and that its picture is shipped under."""
_PLAIN: Final = frozenset({"cyclorama", "slate", "sunlit", "dusk"})
ARRANGED: Final = 7
"""The seed whose arrangement of things was looked at and chosen."""


def painted(name: str) -> NDArray[np.uint8]:
    """Return a backdrop in display values, [HEIGHT, WIDTH, 3]; the same one every time."""
    return BACKDROPS[name](ARRANGED).developed(ARRANGED)


def write_backdrops(folder: Path) -> list[Path]:
    """Paint all backdrops as NAME.webp, each for the same part of the canvas as a bundle's `background.webp`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in BACKDROPS:
        # Soft slopes show every step of the quantiser; where there are things to see, nobody sees it.
        quality = 88 if name in _PLAIN else 84
        files.append(folder / f"{name}.webp")
        Image.fromarray(painted(name)).save(files[-1], quality=quality, method=6)
    return files
