"""The parts of a portrait that keep their shape."""

from typing import Final

import numpy as np

from engine.layers.replica.looks import Look
from engine.layers.replica.painting import Canvas

_FACE: Final = (
    (256, 112), (300, 120), (332, 150), (344, 196), (342, 244), (332, 288), (310, 326), (282, 350), (256, 356),
    (230, 350), (202, 326), (180, 288), (170, 244), (168, 196), (180, 150), (212, 120),
)  # fmt: skip


def paint_still(canvas: Canvas, look: Look) -> None:
    """Paint what does not move: the wall, the hair behind, neck and shoulders."""
    near, far = look.wall
    canvas.paint(np.ones_like(canvas.alpha), far)
    canvas.paint(canvas.glow(240, 200, 270, 270), near)
    back = canvas.spline(look.back)
    canvas.paint(back, look.hair)
    canvas.paint(back * canvas.glow(256, 250, 96, 130), (20, 12, 12), 0.35)
    body = canvas.spline(
        [(220, 396), (170, 412), (112, 428), (70, 454), (40, 520), (60, 620), (256, 640), (452, 620), (472, 520),
         (442, 454), (400, 428), (342, 412), (292, 396)]
    )  # fmt: skip
    canvas.paint(body, look.clothes)
    canvas.paint(body * canvas.glow(430, 520, 130, 90), look.clothes_dark, 0.8)
    canvas.paint(body * canvas.glow(82, 520, 90, 90), look.clothes_dark, 0.6)
    neck = canvas.spline(
        [(222, 300), (290, 300), (291, 360), (296, 392), (318, 410), (284, 434), (256, 444), (228, 434), (194, 410), (216, 392), (221, 360)]
    )  # fmt: skip
    canvas.paint(canvas.stroke([(192, 404), (212, 432), (256, 450), (300, 432), (320, 404)], 15.0), look.collar)
    canvas.paint(neck, look.skin)
    canvas.paint(neck * canvas.glow(262, 352, 70, 34), look.shade, 0.85)
    canvas.paint(neck * canvas.glow(300, 396, 26, 50), look.shade, 0.35)


def paint_head(canvas: Canvas, look: Look) -> None:
    """Paint what moves as one: ears, face and front hair, without eyes, brows, nose and mouth."""
    for side in (-1, 1) if look.ears else ():
        ear = canvas.spline(
            [(256 + side * dx, y) for dx, y in ((84, 214), (97, 208), (103, 226), (97, 254), (86, 264))]
        )
        canvas.paint(ear, look.skin)
        canvas.paint(ear * canvas.glow(256 + side * 92, 236, 7, 16), look.shade, 0.6)
    face = canvas.spline(_FACE)
    canvas.paint(face, look.skin)
    canvas.paint(face * canvas.glow(372, 260, 66, 120), look.shade, 0.75)
    canvas.paint(face * canvas.glow(150, 270, 34, 110), look.shade, 0.45)
    canvas.paint(face * canvas.glow(256, 366, 70, 20), look.shade, 0.5)
    canvas.paint(face * canvas.glow(226, 168, 60, 34), (255, 250, 240), 0.16)
    for side in (-1, 1):
        canvas.paint(face * canvas.glow(256 + side * 50, 282, 24, 17), look.blush, 0.34)
        canvas.paint(face * canvas.glow(256 + side * 39, 218, 25, 14), look.shade, 0.22)
    fringe = canvas.spline(look.fringe)
    shadow = canvas.spline([(x, y + 9) for x, y in look.fringe])
    canvas.paint(face * np.maximum(shadow - fringe, 0.0), look.shade, 0.4)
    canvas.paint(fringe, look.hair)
    canvas.paint(fringe * canvas.glow(226, 104, 60, 20), look.hair_light, 0.75)
    canvas.paint(fringe * canvas.glow(346, 160, 26, 60), (16, 10, 12), 0.25)
    for strand in look.strands:
        canvas.paint(fringe * canvas.stroke(strand, 2.6), look.hair_light, 0.5)
