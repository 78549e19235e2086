"""Which part of the canvas an output shows, and how large."""

from dataclasses import dataclass
from typing import Final

from engine.errors import InvalidInputError
from engine.layers.replica.presenter.bundle import Bundle

_HIGH_SHARE: Final = 0.25  # of what must be cut from the height, the share that is cut above the head


@dataclass(frozen=True, slots=True)
class Framing:
    """A picture of `width` x `height` pixels whose upper left corner lies at canvas pixel (`left`, `top`)."""

    width: int
    height: int
    left: float
    top: float
    scale: float
    """Output pixels per canvas pixel."""


def framed(bundle: Bundle, width: int, height: int) -> Framing:
    """Show the canvas' whole height round its middle line; an output wider than the background shows less of the height.

    Raises InvalidInputError for a side that is odd, below 128 or above 2048.
    """
    for field, value in (("width", width), ("height", height)):
        if not 128 <= value <= 2048 or value % 2:
            raise InvalidInputError(field, value, "an even number of pixels from 128 to 2048")
    canvas_width, canvas_height = bundle.canvas
    background = bundle.background
    middle = canvas_width / 2.0
    reach = min(middle - background.origin[0], background.origin[0] + background.size[0] - middle)
    scale = max(height / canvas_height, width / (2.0 * reach) if reach > 0.0 else 0.0)
    top = _HIGH_SHARE * max(0.0, canvas_height - height / scale)
    return Framing(width, height, middle - width / scale / 2.0, top, scale)
