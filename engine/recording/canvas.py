"""The composed picture: each source's newest picture, painted into its cell."""

from typing import Final, TypeAlias

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from engine.recording.layout import Cell, arrange

Planar: TypeAlias = NDArray[np.uint8]
"""Planar YUV 4:2:0, limited range, shape [height * 3 // 2, width]; width and height are even."""
_BLACK: Final = (16, 128, 128)


class Canvas:
    """A picture of a fixed size."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self.picture: Planar = np.empty((height * 3 // 2, width), np.uint8)
        """What is to be seen now; painted over by the next call."""
        self._planes = planes_of(self.picture)
        self._shown: dict[str, Planar] = {}
        self._cells: dict[str, Cell] = {}
        self._scalers: dict[str, VideoReformatter] = {}
        self._clear(Cell(0, 0, width, height, True))

    def show(self, source: str, picture: Planar) -> None:
        """Replace a source's picture; a new source gets a place among the others."""
        known = source in self._shown
        self._shown[source] = picture
        if known:
            self._paint(source)
        else:
            self._arrange()

    def remove(self, source: str) -> None:
        """Take a source away; the others get its place."""
        if self._shown.pop(source, None) is not None:
            self._arrange()

    def _arrange(self) -> None:
        self._cells = arrange(self._shown, self._width, self._height)
        # A scaler is made for one pair of sizes and costs more than a picture to make.
        self._scalers = {source: VideoReformatter() for source in self._shown}
        self._clear(Cell(0, 0, self._width, self._height, True))
        for source in self._shown:
            self._paint(source)

    def _paint(self, source: str) -> None:
        cell, picture = self._cells[source], self._shown[source]
        width, height = picture.shape[1], picture.shape[0] * 2 // 3
        if cell.whole:
            scale = min(cell.width / width, cell.height / height)
            target = _fitted(width, height, scale, cell)
            self._clear(cell)
        else:
            scale = max(cell.width / width, cell.height / height)
            picture = _middle(picture, cell.width / scale, cell.height / scale)
            target = cell
        self._blit(self._scaled(source, picture, target), target)

    def _scaled(self, source: str, picture: Planar, cell: Cell) -> Planar:
        if picture.shape == (cell.height * 3 // 2, cell.width):
            return picture
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        scaled = self._scalers[source].reformat(
            frame, cell.width, cell.height, "yuv420p", interpolation=Interpolation.BILINEAR
        )
        return scaled.to_ndarray().astype(np.uint8, copy=False)

    def _blit(self, picture: Planar, cell: Cell) -> None:
        for number, (target, plane) in enumerate(zip(self._planes, planes_of(picture), strict=True)):
            _part(target, cell, number)[:] = plane

    def _clear(self, cell: Cell) -> None:
        for number, (target, value) in enumerate(zip(self._planes, _BLACK, strict=True)):
            _part(target, cell, number)[:] = value


def planes_of(picture: Planar) -> tuple[Planar, Planar, Planar]:
    """Return luma [h, w] and the two chroma planes [h // 2, w // 2] of a picture, as views of it where it lies in one piece."""
    width, height = picture.shape[1], picture.shape[0] * 2 // 3
    flat, luma, chroma = picture.reshape(-1), width * height, width * height // 4
    return (
        flat[:luma].reshape(height, width),
        flat[luma : luma + chroma].reshape(height // 2, width // 2),
        flat[luma + chroma :].reshape(height // 2, width // 2),
    )


def _part(plane: Planar, cell: Cell, number: int) -> Planar:
    half = 2 if number else 1
    x, y = cell.x // half, cell.y // half
    return plane[y : y + cell.height // half, x : x + cell.width // half]


def _fitted(width: int, height: int, scale: float, cell: Cell) -> Cell:
    w, h = (
        max(2, min(most, round(size * scale)) // 2 * 2) for size, most in ((width, cell.width), (height, cell.height))
    )
    return Cell(cell.x + (cell.width - w) // 4 * 2, cell.y + (cell.height - h) // 4 * 2, w, h, True)


def _middle(picture: Planar, wanted_width: float, wanted_height: float) -> Planar:
    """Return the middle of a picture, as a picture of its own."""
    width, height = picture.shape[1], picture.shape[0] * 2 // 3
    w, h = (
        max(2, min(have, round(wanted)) // 2 * 2) for wanted, have in ((wanted_width, width), (wanted_height, height))
    )
    if (w, h) == (width, height):
        return picture
    cell = Cell((width - w) // 4 * 2, (height - h) // 4 * 2, w, h, True)
    middle = np.empty((h * 3 // 2, w), np.uint8)
    for number, (target, plane) in enumerate(zip(planes_of(middle), planes_of(picture), strict=True)):
        target[:] = _part(plane, cell, number)
    return middle
