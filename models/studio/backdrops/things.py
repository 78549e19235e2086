"""What stands about in rooms: plants, books, lamps, windows, pictures. All of it is painted sharp; the lens blurs it."""

import numpy as np

from models.studio.backdrops.lens import Field, Layer, Light, Tone, inside, lamp_light, tone

_SPINES = ("d8cfc0", "b9a892", "8d9aa3", "5f7382", "a8755a", "39444f", "c9b58a", "7b8a78", "e3ddd2", "8a4f43", "4d5a4e")


def plant(
    layer: Layer, rng: np.random.Generator, x: float, y: float, size: float, leaf: str, *, light: float = 1.0
) -> None:
    """A plant of long leaves that grows out of (x, y), lit from the upper left."""
    green = np.array(tone(leaf))
    lit_green, dark_green = 0.62 * green + 0.38 * np.array(tone("c3c2a4")), 0.30 * green + 0.02
    stems = rng.permutation(np.linspace(-1.2, 1.2, 17))
    for index, lean in enumerate(stems):
        long = size * rng.uniform(0.6, 1.0) * (1.0 - 0.25 * abs(lean))
        for step in np.linspace(0.3, 1.0, 7):
            bow = lean * (0.5 + 0.6 * step)
            cx, cy = x + np.sin(bow) * long * step * 0.85, y - np.cos(bow) * long * step
            turn = bow - np.pi / 2 + rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 1.0)
            blade = size * rng.uniform(0.08, 0.15)
            # Leaves in front, on the left and near the top catch the light.
            share = 0.40 * index / len(stems) - 0.28 * np.sin(bow) + 0.35 * step + rng.normal(0.0, 0.22)
            share = float(np.clip(share, 0.0, 1.0))
            red, green_, blue = (float(v) for v in light * (dark_green + share * (lit_green - dark_green)))
            layer.oval(
                float(cx),
                float(cy),
                float(blade),
                float(blade * rng.uniform(0.2, 0.34)),
                (red, green_, blue),
                turn=float(turn),
            )


def pot(layer: Layer, x: float, y: float, wide: float, high: float, colour: str, *, light: float = 1.0) -> None:
    """A round pot, (x, y) the middle of its rim, lit from the left."""

    def shape(xs: Field, ys: Field) -> Field:
        narrow = 1.0 - 0.22 * np.clip((ys - y) / high, 0, 1)
        return _around(xs, x, (wide / 2 * narrow).astype(np.float32)) * inside(ys, y, y + high)

    layer.paint((x - wide, y, x + wide, y + high), shape, tone(colour, light), lambda xs, ys: _round(xs, x, wide / 2))


def _around(xs: Field, x: float, half: Field) -> Field:
    return np.asarray(np.clip((half - np.abs(xs - x)) * 600 + 0.5, 0, 1), np.float32)


def _round(xs: Field, x: float, half: float) -> Field:
    u = np.clip((xs - x) / half, -1, 1)
    return np.asarray(0.42 + 0.62 * np.sqrt(np.clip(1.0 - ((u + 0.35) / 1.4) ** 2, 0, 1)), np.float32)


def _spine(x: float, half: float, top: float) -> Light:
    return lambda xs, ys: _round(xs, x, half) * np.asarray(0.8 + 0.2 * np.clip((ys - top) / 0.05, 0, 1), np.float32)


def _bar(x: float, thick: float) -> Light:
    return lambda xs, _: np.asarray(0.6 + 0.4 * np.clip((x - xs) / thick + 0.5, 0, 1), np.float32)


def below(edge: float, reach: float) -> Light:
    """The shadow that something at `edge` casts on what is below it."""
    return lambda _, ys: np.asarray(0.45 + 0.55 * np.clip((ys - edge) / reach, 0, 1), np.float32)


def towards_right(x: float, fall: float, lit: float = 1.1) -> Light:
    """Light that comes from the left and falls off beyond `x`."""
    return lambda xs, _: np.asarray(lit - fall * np.clip(xs - x, 0, 0.2), np.float32)


def vase(layer: Layer, x: float, y: float, size: float, colour: str, *, light: float = 1.0) -> None:
    """A bellied vase that stands on (x, y)."""
    layer.oval(
        x,
        y - 0.42 * size,
        0.34 * size,
        0.42 * size,
        tone(colour, light),
        light=lambda xs, _: _round(xs, x, 0.34 * size),
    )
    layer.box(
        x - 0.11 * size,
        y - 1.0 * size,
        x + 0.11 * size,
        y - 0.7 * size,
        tone(colour, light),
        lambda xs, _: _round(xs, x, 0.12 * size),
    )


def books(
    layer: Layer, rng: np.random.Generator, left: float, right: float, y: float, high: float, *, light: float = 1.0
) -> None:
    """Books that stand on y between left and right, with gaps and lying piles."""
    at = left
    while at < right - 0.014:
        chance = rng.random()
        if chance < 0.10:
            at += rng.uniform(0.02, 0.06)
        elif chance < 0.18 and right - at > 0.13:
            wide = rng.uniform(0.09, 0.12)
            low = y
            for _ in range(int(rng.integers(2, 5))):
                thick = rng.uniform(0.014, 0.024)
                layer.box(
                    at,
                    low - thick,
                    at + wide * rng.uniform(0.85, 1.0),
                    low,
                    tone(str(rng.choice(_SPINES)), light * rng.uniform(0.55, 0.9)),
                )
                low -= thick
            at += wide + 0.01
        else:
            thick = min(rng.uniform(0.013, 0.034), right - at)
            tall = high * rng.uniform(0.58, 0.9)
            spine = tone(str(rng.choice(_SPINES)), light * rng.uniform(0.45, 0.95))
            middle = at + thick / 2
            half = thick / 2
            layer.box(at, y - tall, at + thick * 0.95, y, spine, _spine(middle, half, y - tall))
            at += thick


def shelf(
    layer: Layer, rng: np.random.Generator, across: tuple[float, float], rows: tuple[float, ...], high: float, wood: str,
    *, light: float = 1.0, full: float = 0.8,
) -> None:  # fmt: skip
    """Open shelves whose boards lie at `rows`, with books and a few things on them."""
    left, right = across
    for row in rows:
        back = tone(wood, 0.34 * light)
        layer.box(left, row - high, right, row, back, below(row - high, 0.6 * high))
        at = left + 0.015
        while at < right - 0.05:
            wide = min(rng.uniform(0.14, 0.3), right - 0.015 - at)
            kind = rng.random()
            if kind < full:
                books(layer, rng, at, at + wide, row, high, light=light)
            elif kind < full + 0.1:
                vase(
                    layer,
                    at + 0.06,
                    row,
                    high * rng.uniform(0.5, 0.7),
                    str(rng.choice(["d9d2c5", "7e8f94", "b5765a"])),
                    light=light,
                )
                wide = 0.12
            else:
                plant(layer, rng, at + 0.06, row - 0.03, high * 0.62, "4f7a48", light=light)
                pot(layer, at + 0.06, row - 0.055, 0.06, 0.055, "d5cec2", light=light)
                wide = 0.12
            at += wide + rng.uniform(0.0, 0.03)
        layer.box(left, row, right, row + 0.022, tone(wood, light))
        layer.box(left, row + 0.022, right, row + 0.030, tone(wood, 0.4 * light))
    for edge in (left, right):
        layer.box(edge - 0.012, rows[0] - high, edge + 0.012, rows[-1] + 0.03, tone(wood, 0.85 * light))


def picture(
    layer: Layer,
    left: float,
    top: float,
    right: float,
    bottom: float,
    *,
    frame: str,
    paper: str,
    inks: tuple[str, ...],
    light: float = 1.0,
) -> None:
    """A framed picture of calm shapes."""
    layer.box(left + 0.008, top + 0.012, right + 0.014, bottom + 0.016, tone("000000"), 0.0)
    layer.box(left, top, right, bottom, tone(frame, light))
    edge = 0.012
    layer.box(left + edge, top + edge, right - edge, bottom - edge, tone(paper, light))
    wide, high = right - left, bottom - top
    for index, ink in enumerate(inks):
        share = (index + 1) / (len(inks) + 1)
        layer.oval(
            left + wide * (0.35 + 0.3 * ((index * 2) % 3) / 2),
            top + high * (0.25 + 0.5 * share),
            0.2 * wide,
            0.15 * high,
            tone(ink, light),
            turn=0.5 * index,
        )


def shade_lamp(layer: Layer, x: float, top: float, wide: float, high: float, glow: Tone) -> None:
    """A lampshade that is lit from within, brightest at half its height."""

    def shape(xs: Field, ys: Field) -> Field:
        half = wide / 2 * (0.68 + 0.32 * np.clip((ys - top) / high, 0, 1))
        return _around(xs, x, half.astype(np.float32)) * inside(ys, top, top + high)

    def lit(xs: Field, ys: Field) -> Field:
        upright = 1.0 - 0.75 * np.abs((ys - top) / high - 0.55)
        return np.asarray(
            upright * (0.55 + 0.45 * np.sqrt(np.clip(1 - ((xs - x) / (0.52 * wide)) ** 2, 0, 1))), np.float32
        )

    layer.paint((x - wide, top, x + wide, top + high), shape, glow, lit)


def frames(
    layer: Layer,
    uprights: tuple[float, ...],
    rails: tuple[float, ...],
    box: tuple[float, float, float, float],
    thick: float,
    colour: Tone,
) -> None:
    """The bars of a window or a glass wall."""
    left, top, right, bottom = box
    for x in uprights:
        layer.box(x - thick / 2, top, x + thick / 2, bottom, colour, _bar(x, thick))
    for y in rails:
        layer.box(left, y - thick / 2, right, y + thick / 2, colour)


def curtain(layer: Layer, left: float, right: float, colour: Tone, *, folds: float, seed: int) -> None:
    """Cloth that hangs in soft folds over the whole height."""
    phase = np.random.default_rng(seed).uniform(0, 6, 3)

    def lit(xs: Field, ys: Field) -> Field:
        bent = xs + 0.004 * np.sin(5 * ys + phase[0])
        wave = np.sin(folds * bent + phase[1]) + 0.45 * np.sin(1.73 * folds * bent + phase[2])
        return np.asarray(0.72 + 0.22 * wave, np.float32)

    layer.box(left, -0.05, right, 1.05, colour, lit)


def points_of_light(
    layer: Layer, rng: np.random.Generator, box: tuple[float, float, float, float], count: int, power: float
) -> None:
    """Far lamps of a city, each a dot that the lens makes a disc of."""
    left, top, right, bottom = box
    for _ in range(count):
        hue = str(
            rng.choice(["ffb45e", "ffc98a", "ffe2b8", "ff9a4a", "cfe2ff", "ff7a5a"], p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05])
        )
        layer.oval(
            float(rng.uniform(left, right)),
            float(rng.uniform(top, bottom)),
            0.0034,
            0.0034,
            tone(hue, power * float(rng.lognormal(0.0, 0.5))),
        )


def glow_on(layer: Layer, at: tuple[float, float], size: float, colour: Tone, strength: float = 1.0) -> None:
    """Light that a lamp throws on what is already there."""
    light = strength * lamp_light(layer.x, layer.y, at, size) ** 1.2
    layer.colour += layer.colour * (np.array(colour, np.float32) * light[..., None])


def cushion(layer: Layer, x: float, y: float, size: float, code: str, *, turn: float, light: float = 1.0) -> None:
    """A square cushion, its corners drawn in a little, lit from the upper left."""
    cosine, sine = np.cos(turn), np.sin(turn)

    def shape(xs: Field, ys: Field) -> Field:
        u = np.abs((xs - x) * cosine + (ys - y) * sine) / size
        v = np.abs(-(xs - x) * sine + (ys - y) * cosine) / size
        edge = (u**4 + v**4) ** 0.25 - 0.10 * u * v
        return np.asarray(np.clip((1.0 - edge) * size * 600 + 0.5, 0, 1), np.float32)

    def lit(xs: Field, ys: Field) -> Field:
        u, v = (xs - x) / size, (ys - y) / size
        return np.asarray(0.92 - 0.22 * u - 0.26 * v - 0.22 * np.clip(u**2 + v**2 - 0.5, 0, 1), np.float32)

    layer.paint((x - 1.5 * size, y - 1.5 * size, x + 1.5 * size, y + 1.5 * size), shape, tone(code, light), lit)


def sofa_back(layer: Layer, left: float, wide: float, top: float, colour: Tone) -> None:
    """One cushion of a sofa's back, its upper edge a little round."""

    def shape(xs: Field, ys: Field) -> Field:
        u = 2.0 * (xs - left - wide / 2) / wide
        return inside(xs, left, left + wide, 0.02) * inside(ys - (0.02 * u**4).astype(np.float32), top, 1.3, 0.012)

    def lit(xs: Field, ys: Field) -> Field:
        upright = 0.55 + 0.55 * np.exp(-(ys - top) / 0.10)
        return np.asarray(upright * (1.05 - 0.5 * np.abs(xs - left - 0.2)), np.float32)

    layer.paint((left, top - 0.02, left + wide, 1.1), shape, colour, lit)
