"""The thumbnail of a presenter before a backdrop."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.presenter.pictures import Colour
from engine.layers.replica.presenter.replica import PresenterReplica
from engine.layers.replica.protocol import Picture
from engine.layers.replica.thumbnail.film import film, still
from engine.layers.replica.thumbnail.loop import Loop

SIDE: Final = 320
"""Pixels."""
FRAMES_PER_SECOND: Final = 25
FRAMES: Final = 75
VERSION: Final = 1
"""Grows whenever thumbnails are drawn otherwise."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """The files, whole."""

    film: bytes
    """MP4, without sound; its first picture follows its last one."""
    still: bytes
    """JPEG of the first picture."""


def draw_thumbnail(bundle: Path, backdrop: Colour | Path | None, seed: int) -> Thumbnail:
    """Draw; blocking, about one and a half seconds of one core. Raises BundleError.

    `backdrop`: a colour, a picture, or None for what the bundle itself has; `seed`: which of the small performances.
    """
    replica = PresenterReplica(bundle, Performance, SIDE, SIDE, FRAMES_PER_SECOND, backdrop=backdrop)
    return Thumbnail(
        film(drawn(replica, Loop.of(seed)), SIDE, SIDE, FRAMES_PER_SECOND),
        still(next(drawn(replica, Loop.of(seed)))),
    )


def drawn(replica: PresenterReplica, loop: Loop) -> Iterator[Picture]:
    """Draw a loop's pictures one by one; the array is the same every time."""
    painter = replica.painter()
    for frame in range(FRAMES):
        yield painter.draw(loop.at(frame / FRAMES))
