"""Contact sheets: all key pictures of a presenter side by side, over the background."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw  # type: ignore[import-not-found,unused-ignore]

from models.studio.keys import CAMERA_HEIGHT, CAMERA_WIDTH, Key

_ASIDE = 216
"""Canvas pixels by which the background is wider than the canvas, on each side."""


def contact_sheet(
    keys: tuple[Key, ...], pictures: list[Path], background: NDArray[np.uint8], *, height: int, columns: int
) -> Image.Image:
    """The keys in rows; whole canvases are cut to the face's neighbourhood of the crops."""
    room = Image.fromarray(background).resize((CAMERA_WIDTH + 2 * _ASIDE, CAMERA_HEIGHT))
    square = ((CAMERA_WIDTH - CAMERA_HEIGHT) // 2, 0, CAMERA_HEIGHT, CAMERA_HEIGHT)
    tiles = []
    for key, picture in zip(keys, pictures, strict=True):
        left, top, width, tall = key.box()
        behind = room.crop((left + _ASIDE, top, left + _ASIDE + width, top + tall)).convert("RGBA")
        shown = Image.open(picture).convert("RGBA").resize(behind.size, Image.Resampling.LANCZOS)
        behind.alpha_composite(shown)
        if key.crop is None:
            behind = behind.crop((square[0], 0, square[0] + square[2], square[3]))
        tile = Image.new("RGB", (height, height), (24, 24, 24))
        small = behind.convert("RGB").resize(
            (max(height * behind.width // behind.height, 1), height), Image.Resampling.LANCZOS
        )
        tile.paste(small, ((height - small.width) // 2, 0))
        ImageDraw.Draw(tile).text((6, 4), key.name, fill=(255, 255, 255))
        tiles.append(tile)
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * height, rows * height))
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (index % columns * height, index // columns * height))
    return sheet
