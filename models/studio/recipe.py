"""What makes one presenter: numbers and colours only. Everything else is the same for all."""

from dataclasses import dataclass, field
from typing import Literal

Colour = tuple[float, float, float]
HairStyle = Literal["tied", "short", "long", "cropped", "bob"]
ClothesKind = Literal["blazer", "sweater", "shirt"]


@dataclass(frozen=True, slots=True)
class Skin:
    """Linear reflectance and the strength of what is painted on it."""

    tone: Colour
    lips: Colour
    cheeks: float = 0.55
    freckles: float = 0.0
    liner: float = 0.0
    beard: float = 0.0
    age: float = 0.0
    coat: float = 0.04
    specular: float = 0.38


@dataclass(frozen=True, slots=True)
class Hair:
    """Style and colour; `line` raises the hairline, `grey` is the share of grey strands."""

    style: HairStyle
    colour: Colour
    brow: Colour
    line: float = 0.0
    grey: float = 0.0
    length: float = 1.0
    strands: int = 40_000


@dataclass(frozen=True, slots=True)
class Clothes:
    """Outer colour, inner colour (shirt under a blazer, collar), and the shoulders' half width in units."""

    kind: ClothesKind
    outer: Colour
    inner: Colour = (0.8, 0.8, 0.78)
    shoulders: float = 18.5


@dataclass(frozen=True, slots=True)
class Light:
    """Powers in watts and colours of the lamps, and the exposure in stops."""

    key: float = 430.0
    key_colour: Colour = (1.0, 0.94, 0.86)
    key_side: float = -1.0
    fill: float = 85.0
    fill_colour: Colour = (0.86, 0.93, 1.0)
    rims: tuple[float, float] = (260.0, 140.0)
    exposure: float = 0.2


@dataclass(frozen=True, slots=True)
class Backdrop:
    """Wall colour (display values) and the things that stand blurred before it."""

    kind: Literal["window", "shelf", "wall", "evening"]
    wall: Colour
    accent: Colour


def at_rest(*, smile: float = 0.42, brows: float = 0.12, wide: float = 0.22, stern: float = 0.0) -> dict[str, float]:
    """The expression a presenter has when an Expression is all zero."""
    return {
        f"{name}_{side}": weight
        for name, weight in (("mouthSmile", smile), ("browOuterUp", brows), ("eyeWide", wide), ("browDown", stern))
        for side in "LR"
    }


@dataclass(frozen=True, slots=True)
class Recipe:
    """One presenter."""

    name: str
    title: str
    seed: int
    skin: Skin
    iris: Colour
    hair: Hair
    clothes: Clothes
    backdrop: Backdrop
    light: Light = field(default_factory=Light)
    man: bool = False
    earrings: bool = False
    eye_scale: float = 1.07
    identity_scale: float = 0.75
    rest: dict[str, float] = field(default_factory=at_rest)
