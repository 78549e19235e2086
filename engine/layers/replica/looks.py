"""The looks of the drawn replicas: colours and hair."""

from dataclasses import dataclass
from typing import Final

from engine.errors import InvalidInputError
from engine.layers.replica.painting import Colour, Points


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and hair of one replica."""

    skin: Colour
    shade: Colour
    blush: Colour
    hair: Colour
    hair_light: Colour
    iris: Colour
    lips: Colour
    clothes: Colour
    clothes_dark: Colour
    collar: Colour
    wall: tuple[Colour, Colour]
    """Background: around the head, and at the corners."""
    brow_weight: float
    """Thickness in 1/512 of the picture."""
    lashes: float
    """0..1."""
    ears: bool
    """Whether the hair leaves them free."""
    fringe: Points
    """Front hair, a closed curve in 1/512 of the picture."""
    strands: tuple[Points, ...]
    """Lighter lines in the front hair."""
    back: Points
    """Hair behind the neck and the head."""


_LONG_BACK: Final = (
    (256, 74), (316, 84), (360, 124), (376, 190), (374, 268), (384, 340), (388, 398), (356, 420), (322, 412),
    (256, 404), (190, 412), (156, 420), (124, 398), (128, 340), (138, 268), (136, 190), (152, 124), (196, 84),
)  # fmt: skip
_SIDE_PARTING: Final = (
    (222, 84), (262, 74), (318, 86), (354, 126), (366, 186), (360, 246), (352, 268), (346, 232), (338, 192),
    (316, 158), (276, 140), (238, 120), (224, 112), (214, 140), (190, 168), (174, 200), (166, 236), (160, 268),
    (150, 240), (146, 186), (158, 128), (190, 96),
)  # fmt: skip
_SHORT_BACK: Final = (
    (256, 82), (310, 90), (346, 126), (356, 186), (346, 236), (256, 250), (166, 236), (156, 186), (166, 126),
    (202, 90),
)  # fmt: skip
_QUIFF: Final = (
    (170, 216), (158, 188), (158, 146), (176, 106), (212, 82), (262, 70), (314, 78), (346, 108), (356, 150),
    (354, 190), (342, 216), (338, 188), (328, 160), (300, 142), (262, 144), (222, 138), (194, 146), (180, 170),
    (174, 194),
)  # fmt: skip
_CURLY_BACK: Final = (
    (256, 54), (292, 52), (322, 68), (352, 80), (368, 108), (390, 130), (392, 160), (404, 190), (394, 218),
    (394, 248), (374, 268), (364, 290), (342, 300), (324, 282), (256, 270), (188, 282), (170, 300), (148, 290),
    (138, 268), (118, 248), (118, 218), (108, 190), (120, 160), (122, 130), (144, 108), (160, 80), (190, 68),
    (220, 52),
)  # fmt: skip
_CURLY_FRONT: Final = (
    (164, 226), (146, 196), (144, 158), (156, 122), (180, 94), (214, 78), (256, 72), (298, 78), (332, 94), (356, 122),
    (368, 158), (366, 196), (348, 226), (342, 190), (330, 170), (312, 150), (292, 146), (274, 138), (254, 142),
    (234, 136), (214, 146), (196, 150), (182, 168), (172, 188),
)  # fmt: skip

_LOOKS: Final = {
    "ada": Look(
        skin=(242, 203, 176), shade=(205, 148, 120), blush=(232, 140, 120), hair=(92, 54, 38), hair_light=(142, 88, 58),
        iris=(82, 118, 96), lips=(200, 96, 92), clothes=(52, 104, 120), clothes_dark=(36, 78, 94), collar=(240, 236, 228),
        wall=((233, 238, 240), (186, 203, 212)), brow_weight=4.8, lashes=1.0, ears=False, fringe=_SIDE_PARTING,
        strands=(((226, 100), (270, 108), (316, 134), (344, 184)), ((232, 92), (286, 96), (332, 126), (356, 188)),
            ((214, 104), (190, 132), (168, 176), (158, 226))),
        back=_LONG_BACK,
    ),
    "bruno": Look(
        skin=(222, 176, 142), shade=(178, 124, 94), blush=(206, 120, 96), hair=(46, 38, 38), hair_light=(86, 74, 72),
        iris=(96, 70, 48), lips=(184, 104, 92), clothes=(70, 84, 112), clothes_dark=(50, 62, 88), collar=(214, 222, 232),
        wall=((240, 236, 228), (212, 200, 184)), brow_weight=6.6, lashes=0.45, ears=True, fringe=_QUIFF,
        strands=(((188, 122), (226, 100), (276, 94), (322, 108)), ((178, 142), (210, 116), (262, 108), (326, 126)),
            ((232, 128), (276, 124), (318, 138))),
        back=_SHORT_BACK,
    ),
    "nia": Look(
        skin=(150, 100, 74), shade=(108, 66, 48), blush=(176, 84, 66), hair=(38, 28, 30), hair_light=(78, 58, 56),
        iris=(70, 46, 34), lips=(150, 66, 70), clothes=(214, 138, 68), clothes_dark=(182, 108, 48), collar=(250, 230, 200),
        wall=((238, 232, 238), (196, 184, 206)), brow_weight=5.2, lashes=0.9, ears=True, fringe=_CURLY_FRONT,
        strands=(),
        back=_CURLY_BACK,
    ),
}  # fmt: skip


def looks() -> tuple[str, ...]:
    """Return the names of the looks there are."""
    return tuple(_LOOKS)


def look_named(name: str) -> Look:
    """Return a look; raises InvalidInputError for a name that `looks` does not list."""
    if name not in _LOOKS:
        raise InvalidInputError("look", name, f"one of {', '.join(_LOOKS)}")
    return _LOOKS[name]
