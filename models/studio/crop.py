"""The part of a turned picture that is ever shown: nothing but the head moves, and the body is taken from the picture at rest."""

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from models.studio.geometry import Camera, Points
from models.studio.plate import COLUMNS, ROWS, Plate

Box = tuple[int, int, int, int]
"""Left, top, width and height in canvas pixels."""

_STEP: Final = 20
"""Canvas pixels: boxes are multiples of it, which are whole pixels in a picture of any scale that is a multiple of 0.05."""
_MARGIN: Final = 10
_FOLLOWS: Final = 0.5 / 255


def head_box(picture: Path, plate: Plate, mesh: Points, camera: Camera) -> Box:
    """The box round what of a turned picture follows the head; `mesh` are the places of the mesh on the canvas, [V, 2] or more."""
    rendered = Image.open(picture).convert("RGBA")
    alpha = np.asarray(rendered.resize((camera.width, camera.height), Image.Resampling.BOX).getchannel("A"))
    follows = Image.fromarray(plate.follow.reshape(ROWS, COLUMNS).astype(np.float32))
    moved = np.asarray(follows.resize((camera.width, camera.height), Image.Resampling.BILINEAR)) > _FOLLOWS
    shown = np.stack(np.nonzero((alpha > 0) & moved)[::-1], axis=1)
    inside = mesh[:, :2].clip(0, (camera.width, camera.height))
    low = np.minimum(shown.min(axis=0), inside.min(axis=0)) - _MARGIN
    high = np.maximum(shown.max(axis=0), inside.max(axis=0)) + _MARGIN
    left, top = np.maximum(0, np.floor(low / _STEP) * _STEP).astype(int).tolist()
    right, bottom = np.minimum((camera.width, camera.height), np.ceil(high / _STEP) * _STEP).astype(int).tolist()
    return left, top, right - left, bottom - top
