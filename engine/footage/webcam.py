"""A cheap webcam on a desk: the same for the same seed, and its movements known exactly."""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.footage.optics import blurred, exposed, moved
from engine.layers.replica.presenter.pictures import B_U, B_V, B_Y, G_U, G_V, G_Y, R_U, R_V, R_Y
from engine.layers.replica.protocol import Picture

Floats = NDArray[np.float32]

_GRAIN: Final = 1 << 21
_ZOOM: Final = 1.012  # so much is cut off that no movement shows the picture's edge
_READ, _SHOT = 0.0020, 0.0115  # noise in the dark and per root of the light, of a full linear signal
_READOUT: Final = 0.8  # of a frame's time, from the first row to the last
_GAMMA: Final = 2.2
_COLOURS: Final = np.array([[R_Y, G_Y, B_Y], [R_U, G_U, B_U], [R_V, G_V, B_V]], np.float64)


@dataclass(frozen=True, slots=True)
class Flaws:
    """How far the picture is from a good one."""

    defocus: float
    """Standard deviation of the blur, in pixels of a picture of 512 rows."""
    colour_blur: float
    """As `defocus`, of the colours."""
    noise: float
    """Factor on that of a usual sensor."""
    mains: int
    """Hz of the lamps' current: 50 or 60."""
    flicker: float
    """Share by which the light goes up and down."""
    vignette: float
    """Share of light lost in the corners."""
    exposure: float
    """Standard deviation of the exposure's drift, as a share."""
    white_balance: float
    """Standard deviation of the drift of red against blue, as a share."""
    sway: float
    """Standard deviation of the camera's movement, in pixels of a picture of 512 rows."""

    def as_json(self) -> dict[str, Any]:
        """Return the values that JSON knows."""
        return {name: round(value, 5) for name, value in asdict(self).items()}


class Webcam:
    """Films pictures of one size, frame by frame."""

    def __init__(self, width: int, height: int, frames: int, frames_per_second: int, seed: int) -> None:
        """Choose a camera by `seed` and plan its movements and drifts for `frames` frames."""
        random = np.random.default_rng([seed, 0x77EB])
        self.flaws: Final = Flaws(
            defocus=random.uniform(0.55, 0.85),
            colour_blur=random.uniform(1.6, 2.4),
            noise=random.uniform(0.8, 1.3),
            mains=int(random.choice([50, 60])),
            flicker=random.uniform(0.008, 0.02),
            vignette=random.uniform(0.08, 0.2),
            exposure=random.uniform(0.015, 0.035),
            white_balance=random.uniform(0.008, 0.02),
            sway=random.uniform(0.5, 1.0),
        )
        flaws, times = self.flaws, np.arange(frames) / frames_per_second
        self._size = width, height
        self._fine = height / 512.0
        self.motion: Final = self._motions(random, times)
        """[frames, 4]: pixels to the right and down, degrees clockwise, factor on the size; about the picture's middle."""
        exposure = np.exp(flaws.exposure * _wander(random, times, 0.02, 0.25) + random.uniform(-0.06, 0.06))
        warmth = flaws.white_balance * _wander(random, times, 0.01, 0.1) + random.uniform(-0.03, 0.03)
        self._gains = [
            (_COLOURS @ np.diag(level * np.array([1.0 + warm, 1.0, 1.0 - warm])) @ np.linalg.inv(_COLOURS)).astype(
                np.float32
            )
            for level, warm in zip(exposure, warmth, strict=True)
        ]
        # The lamps' clock and the camera's are never quite the same: the bands wander.
        self._beats = times * 2.0 * flaws.mains * (1.0 + random.uniform(-1e-3, 1e-3)) + random.uniform(0.0, 1.0)
        self._beats_a_row = 2.0 * flaws.mains * _READOUT / frames_per_second / height
        self._starts = random.integers(0, _GRAIN, frames)
        grain = random.standard_normal(_GRAIN + 1).astype(np.float32)
        self._grain = np.ascontiguousarray((0.9 * grain[1:] + 0.43 * grain[:-1]).astype(np.float32))
        self._deviations = _deviations(flaws.noise)
        self._shade = _shade(width, height, flaws.vignette)
        self._luma = np.empty((2, height, width), np.float32)
        self._colour = np.empty((2, 2, height // 2, width // 2), np.float32)
        self._taps = _gaussian(flaws.defocus * self._fine)
        self._colour_taps = _gaussian(flaws.colour_blur * self._fine / 2.0)
        self._row = np.empty(width + 2 * max(self._taps.size, self._colour_taps.size), np.float32)
        self._picture: Picture = np.empty((height * 3 // 2, width), np.uint8)

    def film(self, picture: Picture, frame: int) -> Picture:
        """Return what the camera makes of a picture; the array is reused by the next call."""
        width, height = self._size
        there = np.linalg.inv(np.vstack([self._matrix(frame), (0.0, 0.0, 1.0)]))[:2]
        half = there.copy()
        half[:, 2] /= 2.0
        sharp, soft = self._luma
        moved(picture[:height], there.astype(np.float32), sharp)
        blurred(sharp, self._taps, self._row, soft)
        for number, plane in enumerate(_colours(picture, width, height)):
            moved(plane, half.astype(np.float32), self._colour[number, 0])
            blurred(self._colour[number, 0], self._colour_taps, self._row, self._colour[number, 1])
        lamp = 1.0 + self.flaws.flicker * np.sin(
            2.0 * np.pi * (self._beats[frame] + self._beats_a_row * np.arange(height))
        )
        blue, red = _colours(self._picture, width, height)
        exposed(
            soft, self._colour[0, 1], self._colour[1, 1], self._gains[frame], self._shade, lamp.astype(np.float32),
            self._grain, int(self._starts[frame]), self._deviations, self._picture[:height], blue, red,
        )  # fmt: skip
        return self._picture

    def places(self, points: NDArray[np.float32], frame: int) -> NDArray[np.float32]:
        """Return where the camera shows points [n, 2] (pixels) of a picture."""
        matrix = self._matrix(frame)
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)

    def _matrix(self, frame: int) -> NDArray[np.float64]:
        right, down, degrees, size = self.motion[frame]
        angle, middle = np.radians(degrees), np.array(self._size) / 2.0
        turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        moved_to = middle + np.array([right, down])
        return np.column_stack([turn, moved_to - turn @ middle])

    def _motions(self, random: np.random.Generator, times: NDArray[np.float64]) -> NDArray[np.float64]:
        sway = self.flaws.sway * self._fine
        motion = np.stack([_wander(random, times, 0.08, 1.6) for _ in range(4)], 1) * (sway, 0.7 * sway, 0.05, 0.0006)
        motion[:, 3] += _ZOOM
        # Now and then somebody touches the desk.
        for start in np.cumsum(random.exponential(25.0, 64)):
            passed = times - start
            knock = np.where(passed > 0.0, np.exp(-6.0 * np.abs(passed)) * np.sin(2.0 * np.pi * 5.0 * passed), 0.0)
            motion[:, 1] += 1.6 * self._fine * knock
            motion[:, 2] += 0.06 * random.uniform(-1.0, 1.0) * knock
        return motion


def _colours(picture: Picture, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    flat, pixels = picture.reshape(-1), width * height
    half = (height // 2, width // 2)
    return flat[pixels : pixels * 5 // 4].reshape(half), flat[pixels * 5 // 4 :].reshape(half)


def _wander(
    random: np.random.Generator, times: NDArray[np.float64], slowest: float, fastest: float
) -> NDArray[np.float64]:
    """Return a slow drift with a standard deviation of about 1: waves (Hz) whose size falls with their frequency."""
    hertz = np.geomspace(slowest, fastest, 7) * random.uniform(0.9, 1.1, 7)
    sizes = (slowest / hertz) ** 0.6
    sizes *= np.sqrt(2.0 / (sizes**2).sum())
    waves = sizes * np.sin(2.0 * np.pi * (hertz * times[:, None] + random.uniform(0.0, 1.0, 7)))
    return np.asarray(waves.sum(1))


def _gaussian(sigma: float) -> Floats:
    """Return the half of a kernel, middle first."""
    half = np.exp(-0.5 * (np.arange(int(np.ceil(2.5 * sigma)) + 1) / sigma) ** 2)
    return np.asarray(half / (2.0 * half.sum() - half[0]), np.float32)


def _shade(width: int, height: int, lost: float) -> Floats:
    x = (np.arange(width) + 0.5) / width - 0.5
    y = (np.arange(height) + 0.5) / height - 0.5
    return np.asarray(1.0 - lost * 2.0 * (x[None, :] ** 2 + y[:, None] ** 2), np.float32)


def _deviations(factor: float) -> Floats:
    """Return the noise of each Y: that of the sensor's linear signal, through the curve that makes it visible."""
    light = np.clip((np.arange(256) - 16.0) / 219.0, 0.03, 1.0) ** _GAMMA
    slope = light ** (1.0 / _GAMMA - 1.0) / _GAMMA
    return np.asarray(factor * 219.0 * slope * np.sqrt(_READ**2 + _SHOT**2 * light), np.float32)
