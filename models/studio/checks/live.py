"""Pictures of the live engine as red, green and blue, and what they should look like according to Cycles."""

import math
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.presenter.bundle import Bundle, read_bundle
from engine.layers.replica.presenter.framing import Framing, framed
from engine.layers.replica.presenter.geometry import read_geometry
from engine.layers.replica.presenter.replica import PresenterReplica
from engine.layers.replica.protocol import Picture

Floats = NDArray[np.float64]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the output; even."""
RATE: Final = 25
_GROWN: Final = 0.1
# BT.601, limited range.
_TO_YUV: Final = np.array(
    [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]
) / 255.0  # fmt: skip
_OFFSET: Final = np.array([16.0, 128.0, 128.0])
_TO_RGB: Final = np.linalg.inv(_TO_YUV)


class Live:
    """A bundle as the engine shows it."""

    def __init__(self, folder: Path, size: int = 512) -> None:
        """Open a bundle for square pictures; raises BundleError."""
        self.replica: Final = PresenterReplica(folder, lambda seed: Performance(seed), size, size, RATE)
        self.bundle: Final[Bundle] = read_bundle(folder)
        self.framing: Final[Framing] = framed(self.bundle, size, size)

    def face_box(self) -> Box:
        """The box round the 68 landmarks at rest, a tenth larger on every side."""
        geometry, camera, framing = read_geometry(self.bundle), self.bundle.camera, self.framing
        points = geometry.rest[geometry.landmarks].astype(np.float64)
        away = camera.focal / (camera.position[2] - points[:, 2])
        x = (camera.centre[0] + away * (points[:, 0] - camera.position[0]) - framing.left) * framing.scale
        y = (camera.centre[1] - away * (points[:, 1] - camera.position[1]) - framing.top) * framing.scale
        wide, high = _GROWN * float(np.ptp(x)), _GROWN * float(np.ptp(y))
        left, right = max(0.0, x.min() - wide), min(float(framing.width), x.max() + wide)
        top, bottom = max(0.0, y.min() - high), min(float(framing.height), y.max() + high)
        return int(left) // 2 * 2, int(top) // 2 * 2, int(right) // 2 * 2, int(bottom) // 2 * 2

    def inside(self, box: Box, canvas: tuple[float, float, float, float]) -> Box:
        """What of a box shows a part of the canvas (left, top, width, height)."""
        scale, left, top = self.framing.scale, self.framing.left, self.framing.top
        return (
            max(box[0], math.ceil((canvas[0] - left) * scale / 2.0) * 2),
            max(box[1], math.ceil((canvas[1] - top) * scale / 2.0) * 2),
            min(box[2], math.floor((canvas[0] + canvas[2] - left) * scale / 2.0) * 2),
            min(box[3], math.floor((canvas[1] + canvas[3] - top) * scale / 2.0) * 2),
        )

    def expected(self, picture: Path, canvas: tuple[float, float, float, float], box: Box) -> Floats:
        """What a true picture (straight alpha), which covers a part of the canvas (left, top, width, height), looks like in a box.

        It is brought to the output's pixels by a Lanczos window of three lobes on premultiplied values, laid over the bundle's background,
        and goes through the colours of video (4:2:0) like the engine's own.
        """
        person = _resampled(picture, canvas, self.framing, box)
        ground = self.bundle.background
        wall = _resampled(ground.picture, (*ground.origin, *ground.size), self.framing, box)
        laid = person[..., :3] + wall[..., :3] * (1.0 - np.clip(person[..., 3:], 0.0, 1.0))
        return rgb_of(as_video(np.clip(laid, 0.0, 255.0)))


def rgb_of(picture: Picture) -> Floats:
    """Red, green and blue (0..255, [height, width, 3]) of a picture in planar 4:2:0."""
    height, width = picture.shape[0] * 2 // 3, picture.shape[1]
    colours = picture.reshape(-1)[height * width :].reshape(2, height // 2, width // 2)
    full = colours.repeat(2, axis=1).repeat(2, axis=2)
    planes = np.stack([picture[:height], full[0], full[1]], axis=-1).astype(np.float64)
    rgb: Floats = np.clip((planes - _OFFSET) @ _TO_RGB.T, 0.0, 255.0)
    return rgb


def bytes_of(picture: Picture) -> NDArray[np.uint8]:
    """The same as `rgb_of`, rounded."""
    return np.rint(rgb_of(picture)).astype(np.uint8)


def as_video(rgb: Floats) -> Picture:
    """A picture of even sides in planar 4:2:0."""
    height, width = rgb.shape[:2]
    planes = rgb @ _TO_YUV.T + _OFFSET
    halved = planes[..., 1:].reshape(height // 2, 2, width // 2, 2, 2).mean(axis=(1, 3))
    flat = np.concatenate([planes[..., 0].reshape(-1), halved[..., 0].reshape(-1), halved[..., 1].reshape(-1)])
    video: Picture = np.rint(flat).astype(np.uint8).reshape(height * 3 // 2, width)
    return video


def psnr(one: Floats, other: Floats) -> float:
    """Peak signal to noise ratio in dB of two pictures of 0..255."""
    error = float(np.square(one - other).mean())
    return 99.0 if error < 1e-5 else float(10.0 * np.log10(255.0**2 / error))


def cut(picture: NDArray[np.generic], box: Box) -> Floats:
    """A box of a picture."""
    left, top, right, bottom = box
    return np.asarray(picture[top:bottom, left:right], np.float64)


def _resampled(picture: Path, canvas: tuple[float, float, float, float], framing: Framing, box: Box) -> Floats:
    values = np.asarray(Image.open(picture).convert("RGBA"), np.float32)
    alpha = values[..., 3:] / 255.0
    values = np.concatenate([values[..., :3] * alpha, alpha], axis=-1)
    height, width = values.shape[:2]
    across, down = width / canvas[2], height / canvas[3]
    left, top, right, bottom = box
    region = (
        (left / framing.scale + framing.left - canvas[0]) * across,
        (top / framing.scale + framing.top - canvas[1]) * down,
        (right / framing.scale + framing.left - canvas[0]) * across,
        (bottom / framing.scale + framing.top - canvas[1]) * down,
    )
    size = (right - left, bottom - top)
    planes = [
        np.asarray(Image.fromarray(values[..., channel]).resize(size, Image.Resampling.LANCZOS, box=region))
        for channel in range(4)
    ]
    return np.stack(planes, axis=-1).astype(np.float64)
