"""The room behind a presenter who is shown before none of the shared backdrops: one of the same rooms, with grain of its own."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.studio.backdrops import lens
from models.studio.backdrops.catalogue import ARRANGED, BACKDROPS
from models.studio.recipe import Backdrop

WIDTH: Final = lens.WIDTH
HEIGHT: Final = lens.HEIGHT
_ROOMS: Final = {"window": "daylight", "shelf": "library", "wall": "living-room", "evening": "evening"}


def paint_background(backdrop: Backdrop, seed: int) -> NDArray[np.uint8]:
    """A picture [HEIGHT, WIDTH, 3] in display values; the same one for the same backdrop and seed."""
    return BACKDROPS[_ROOMS[backdrop.kind]](ARRANGED).developed(seed, grain=0.6)
