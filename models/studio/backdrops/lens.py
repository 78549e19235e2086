"""Light and lens of a painted room: layers in linear light, each as far out of focus as it is away, and the film they fall on.

Places are in heights of the picture: x from about -0.89 to 0.89 with 0 in the middle, y from 0 at the top to 1. A person hides the middle.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.studio.noise import fractal_noise

Field: TypeAlias = NDArray[np.float32]
"""[HEIGHT, WIDTH], or a part of it."""
Light: TypeAlias = Callable[[Field, Field], Field]
"""What falls on a thing at (x, y), 1 being its own colour."""
Tone: TypeAlias = tuple[float, float, float]
"""Red, green and blue in linear light; above 1 is a lamp or the sky."""

WIDTH: Final = 1070
HEIGHT: Final = 600
_SHOULDER: Final = 0.62  # linear light above which the film gives way
_GRAIN: Final = 0.0075  # standard deviation, display values


def tone(code: str, light: float = 1.0) -> Tone:
    """Return what "rrggbb" (display values) means in linear light, times `light`."""
    red, green, blue = (light * (int(code[at : at + 2], 16) / 255.0) ** 2.2 for at in (0, 2, 4))
    return red, green, blue


class Layer:
    """Things at one distance: colour laid over what is behind, and light of their own."""

    def __init__(self) -> None:
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
        self.x: Field = ((columns + 0.5 - WIDTH / 2) / HEIGHT).astype(np.float32)
        self.y: Field = ((rows + 0.5) / HEIGHT).astype(np.float32)
        self.colour = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        """Premultiplied."""
        self.alpha: Field = np.zeros((HEIGHT, WIDTH), np.float32)

    def fill(self, colour: Tone, light: Field | float = 1.0) -> None:
        """Cover everything."""
        self.colour[:] = np.array(colour, np.float32) * np.asarray(light, np.float32)[..., None]
        self.alpha[:] = 1.0

    def paint(
        self, box: tuple[float, float, float, float], shape: Callable[[Field, Field], Field], colour: Tone,
        light: Light | float = 1.0,
    ) -> None:  # fmt: skip
        """Lay a colour where `shape(x, y)` says 1; `box`: left, top, right and bottom beyond which it says 0."""
        left, top, right, bottom = box
        columns = slice(max(0, int((left * HEIGHT) + WIDTH / 2) - 2), max(0, int(right * HEIGHT + WIDTH / 2) + 3))
        rows = slice(max(0, int(top * HEIGHT) - 2), max(0, int(bottom * HEIGHT) + 3))
        x, y = self.x[rows, columns], self.y[rows, columns]
        if not x.size:
            return
        mask = shape(x, y)[..., None]
        lit = light(x, y)[..., None] if callable(light) else np.float32(light)
        self.colour[rows, columns] += mask * (np.array(colour, np.float32) * lit - self.colour[rows, columns])
        self.alpha[rows, columns] += mask[..., 0] * (1.0 - self.alpha[rows, columns])

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Tone,
        light: Light | float = 1.0,
    ) -> None:  # fmt: skip
        """Lay a rectangle."""
        self.paint(
            (left, top, right, bottom), lambda x, y: inside(x, left, right) * inside(y, top, bottom), colour, light
        )

    def oval(
        self, x: float, y: float, across: float, down: float, colour: Tone, *, turn: float = 0.0,
        light: Light | float = 1.0,
    ) -> None:  # fmt: skip
        """Lay an ellipse of these half axes, turned clockwise by radians."""
        reach = max(across, down)
        cosine, sine = np.cos(turn), np.sin(turn)

        def shape(xs: Field, ys: Field) -> Field:
            u = ((xs - x) * cosine + (ys - y) * sine) / across
            v = (-(xs - x) * sine + (ys - y) * cosine) / down
            return np.asarray(np.clip((1.0 - np.hypot(u, v)) * min(across, down) * HEIGHT + 0.5, 0.0, 1.0), np.float32)

        self.paint((x - reach, y - reach, x + reach, y + reach), shape, colour, light)

    def shade(self, light: Field) -> None:
        """Multiply what was laid so far."""
        self.colour *= light[..., None]

    def shine(self, colour: Tone, light: Field) -> None:
        """Add light to what was laid so far."""
        self.colour += np.array(colour, np.float32) * (light * self.alpha)[..., None]


class Photograph:
    """A picture in linear light that layers are put into, the farthest first."""

    def __init__(self) -> None:
        self.light = np.zeros((HEIGHT, WIDTH, 3), np.float32)

    def put(self, layer: Layer, blur: float) -> None:
        """Lay a layer over the picture, each point of it spread over a disc of this radius (in heights)."""
        spread = out_of_focus(np.dstack([layer.colour, layer.alpha]), blur * HEIGHT)
        self.light *= 1.0 - np.clip(spread[..., 3:], 0.0, 1.0)
        self.light += spread[..., :3]

    def haze(self, colour: Tone, light: Field) -> None:
        """Add light that lies before everything: glare of a lamp or a window."""
        self.light += np.array(colour, np.float32) * light[..., None]

    def developed(self, seed: int, grain: float = 1.0) -> NDArray[np.uint8]:
        """Return display values [HEIGHT, WIDTH, 3]: soft highlights, darker corners, grain that keeps gradients from banding."""
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH] / HEIGHT
        corner = np.hypot(columns - WIDTH / HEIGHT / 2, rows - 0.5)
        light = np.maximum(self.light, 0.0) * (1.0 - 0.16 * np.clip(corner, 0, 1) ** 2)[..., None]
        over = np.maximum(0.0, light - _SHOULDER)
        light = np.minimum(light, _SHOULDER) + (1 - _SHOULDER) * (1.0 - np.exp(-over / (1.0 - _SHOULDER)))
        shown = np.clip(light, 0.0, 1.0) ** (1 / 2.2)
        rng = np.random.default_rng(seed)
        noise = rng.normal(0.0, 1.0, (HEIGHT, WIDTH, 1)) + rng.normal(0.0, 0.3, (HEIGHT, WIDTH, 3))
        return np.asarray(np.clip((shown + grain * _GRAIN * noise) * 255.0 + 0.5, 0, 255), np.uint8)


def inside(value: Field, low: float, high: float, soft: float = 1.0 / HEIGHT) -> Field:
    """1 between the two, 0 outside, with edges as soft as that."""
    return np.asarray(
        np.clip((value - low) / soft + 0.5, 0, 1) * np.clip((high - value) / soft + 0.5, 0, 1), np.float32
    )


def pool(x: Field, y: Field, at: tuple[float, float], across: float, down: float) -> Field:
    """A soft pool of light, 1 in its middle."""
    return np.asarray(np.exp(-(((x - at[0]) / across) ** 2) - ((y - at[1]) / down) ** 2), np.float32)


def lamp_light(x: Field, y: Field, at: tuple[float, float], size: float) -> Field:
    """What a lamp of this size throws on a wall behind it: 1 at the lamp, then less with the square of the distance."""
    return np.asarray(1.0 / (1.0 + ((x - at[0]) ** 2 + (y - at[1]) ** 2) / size**2), np.float32)


def mottled(x: Field, y: Field, frequency: float, seed: int, stretch: float = 1.0) -> Field:
    """Noise of about -1..1; `stretch` above 1 draws it out upwards."""
    points = np.stack([x.reshape(-1), y.reshape(-1) / stretch, np.zeros(x.size)], axis=1)
    return fractal_noise(points, frequency, seed, 4).reshape(x.shape)


def out_of_focus(picture: Field, radius: float) -> Field:
    """Spread each point over a disc of `radius` pixels; [H, W, C]. The picture goes on beyond its edges as at the edge."""
    if radius < 0.5:
        return picture
    reach = int(np.ceil(radius)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    away = np.hypot(down, across)
    # A lens' disc is a little brighter at its rim.
    disc = np.clip(radius + 0.5 - away, 0, 1) * (0.85 + 0.15 * np.clip(away / radius, 0, 1) ** 4)
    padded = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    shape = (padded.shape[0] + 2 * reach, padded.shape[1] + 2 * reach)
    kernel = np.fft.rfft2(disc / disc.sum(), shape)
    spread = np.empty_like(picture)
    for channel in range(picture.shape[2]):
        through = np.fft.irfft2(np.fft.rfft2(padded[..., channel], shape) * kernel, shape)
        spread[..., channel] = through[
            2 * reach : 2 * reach + picture.shape[0], 2 * reach : 2 * reach + picture.shape[1]
        ]
    return spread
