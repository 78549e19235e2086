"""The presenter bundle, format 1: what the studio makes and the live engine shows.

A folder NAME/ with `presenter.json`, `geometry.npz` (numpy, no pickles), `background.webp`, one picture per key, and a card README.md.

SPACES. Model space: units u of about 0.9 cm, x to the picture's right, y up, z to the viewer. Canvas: pixels, x right, y down, (0, 0) the
corner of the first pixel (its centre is at (0.5, 0.5)); 1280 x 960, camera on the canvas' vertical middle line. A square output shows the
middle 960 columns, a 16:9 output the whole height and more width than the canvas has: beyond the canvas is background only.
Projection of a model point p, with `camera` of the JSON: d = position.z - p.z; X = centre.x + focal * (p.x - position.x) / d;
Y = centre.y - focal * (p.y - position.y) / d. The smaller d, the nearer.

GEOMETRY (V vertices, T triangles, S shapes, K keys, P plates, G = columns * rows grid nodes):
  triangles        uint16 [T, 3]   vertex numbers, counter-clockwise from outside
  rest             float32 [V, 3]  the presenter at rest (Expression all zero), identity, rest smile and head tilt included
  shape_deltas     int8 [S, V, 3]  offset of shape s at weight 1 = shape_deltas[s] * shape_scales[s]; shapes add linearly
  shape_scales     float32 [S]
  pose_follow      uint8 [V]       share (255 = 1) with which a vertex follows the head's pose (neck: less, shoulders: 0)
  cover            uint8 [V]       opacity (255 = 1) of the mesh over the plate; soft towards its borders (hair, neck)
  upper            uint8 [V]       share (255 = 1) of the key set "eyes" at this vertex; the rest is of the set "mouth"
  region           uint8 [V]       0 skin, 1 teeth, 2 gums, 3 tongue, 4 mouth socket, 5 left eyeball, 6 right eyeball (the presenter's own
                                   left: the picture's right), 7 eye rim (tear line and the like)
  visibility       uint8 [K, V]    how well key k shows vertex v (255 = 1), with all rules about teeth and mouth already in it
  landmarks        uint16 [68]     the vertices of the usual 68 facial landmarks
  plate_points     float32 [P, G, 3]  model point (before pose) of each grid node
  plate_uv         float32 [P, G, 2]  canvas position of the node in the plate's own picture
  plate_follow     uint8 [P, G]    share with which the node follows the head's pose
  plate_vertex     uint16 [P, G]   the vertex whose movement by expression the node follows, by the share
  plate_stretch    uint8 [P, G]    (255 = 1)
  plate_breath     float32 [P, G, 2]  canvas pixels that the node moves at breath = 1
Grid nodes are row-major; cell (r, c) is two triangles between nodes (r, c), (r, c+1), (r+1, c), (r+1, c+1).

A FRAME
 1. v = rest + sum over shapes of weight * delta. The weights of an Expression are used as they are (what the presenter has at rest is
    in `rest` already). eyeBlink already holds the pushing back of the eyeball.
 2. Eyeball vertices (region 5, 6) turn about the eye's pivot (`eyes[i].pivot`, 0 = left) by R(gaze_x - yaw, gaze_y - pitch, 0).
 3. Head pose: v += pose_follow * (pivot + R(yaw, pitch, roll) (v - pivot) - v), `pose.pivot` of the JSON.
    R(yaw, pitch, roll) = Ry(yaw) Rx(pitch) Rz(roll) on column vectors, degrees, with
    Ry: x' = x cos + z sin, z' = -x sin + z cos;  Rx: y' = y cos - z sin, z' = y sin + z cos;  Rz: x' = x cos + y sin, y' = -x sin + y cos.
    (Yaw > 0 turns to the picture's right, pitch > 0 down, roll > 0 clockwise for the viewer.)
 4. Project. Where a vertex lies in a key's picture is the same three steps with the key's weights, pose and gaze (not stored).
 5. Key weights: a_k of the set "mouth" sum to 1, those of the set "eyes" too; the key "rest" is in both. The share of "rest" is divided
    among the set "pose" (rest and the plates at yaw +-5 and +-10) by the yaw. A key's influence at a vertex is
    (a_k + 0.02 [0 for pose keys other than rest]) * visibility[k, v], mixed between the two sets by `upper`, normalised over the keys.
 6. A mesh pixel is the influence-weighted mean of the keys' pictures (premultiplied RGBA) at the interpolated positions.
 7. Plate: each plate's grid is drawn at the projected plate_points (steps 3 and 4, plus plate_stretch * (canvas movement of
    plate_vertex from its place at the same pose without expression) + breath * plate_breath), textured with its picture at plate_uv;
    plates are mixed by yaw. The picture = mesh over plate by `cover` (nearer mesh hides farther mesh), and that over the background
    by alpha. Alpha alone is the person's mask (green screen, transparent output).

PICTURES: WebP with straight alpha (premultiply after loading), canvas pixels [x0, y0, x0 + width, y0 + height) at `origin` and `size`,
scaled by size: the picture may have fewer pixels than `size`. A vertex outside a key's crop has visibility 0 in that key. The plate of
rest is a whole canvas, those of the turned head show what follows the head. `background.webp` covers canvas pixels at its `origin` and
`size` (wider than the canvas), no alpha.

presenter.json:
{"format": "visavis-presenter", "version": 1, "name": "nia", "title": "...",
 "canvas": [1280, 960],
 "camera": {"focal": 4977.8, "centre": [640, 365.2], "position": [0, 1.2, 155]},
 "pose": {"pivot": [0, -5, -2.5]},
 "eyes": [{"pivot": [3.2, 2.1, 4.0]}, {"pivot": [-3.2, 2.1, 4.0]}],
 "shapes": ["browDown_L", ...],
 "grid": [97, 73],
 "plates": ["rest", "yaw_left", "yaw_right", "turn_left", "turn_right"],
 "keys": [{"name": "rest", "picture": "rest.webp", "origin": [0, 0], "size": [1280, 960], "sets": ["mouth", "eyes", "pose"],
           "weights": {}, "yaw": 0, "pitch": 0, "roll": 0, "gaze": [0, 0]},
          {"name": "jaw", "picture": "jaw.webp", "origin": [420, 230], "size": [440, 600], "sets": ["mouth"],
           "weights": {"jawOpen": 0.75}, ...},
          {"name": "yaw_left", ..., "sets": ["pose"], "yaw": -10}, ...],
 "background": {"picture": "background.webp", "origin": [-216, 0], "size": [1712, 960]}}
`shapes` is models.blendshapes.SHAPES. Key "rest" is the first key and the first plate. Pictures may be few
(three keys and one plate at least); a reader takes what is there. Names of pictures are plain file names in the folder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from models.blendshapes import SHAPES
from models.studio.crop import Box
from models.studio.geometry import Camera, Points
from models.studio.head import PIVOT
from models.studio.keys import Key
from models.studio.plate import COLUMNS, ROWS, Plate
from models.studio.recipe import Recipe

VERSION: Final = 1
_QUALITY: Final = 90
_NEGLIGIBLE: Final = 0.004
"""Offsets below this many units (a tenth of a pixel) are dropped: they cost bytes and nobody sees them."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """The vertices which the engine moves, as floats."""

    triangles: NDArray[np.int64]
    rest: Points
    shapes: NDArray[np.float32]
    follow: Points
    cover: Points
    upper: Points
    region: NDArray[np.uint8]
    visibility: Points
    landmarks: NDArray[np.int64]
    eye_pivots: Points


def quantised(shapes: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Offsets as bytes with one scale per shape."""
    kept = np.where(np.abs(shapes) < _NEGLIGIBLE, 0, shapes)
    scales = np.maximum(np.abs(kept).max(axis=(1, 2)) / 127, 1e-6).astype(np.float32)
    return np.rint(kept / scales[:, None, None]).astype(np.int8), scales


def as_bytes(share: Points) -> NDArray[np.uint8]:
    """0..1 as 0..255."""
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)


def _rounded(values: Points, steps: int) -> NDArray[np.float32]:
    """Floats with few bits set, which pack well."""
    return (np.rint(values * steps) / steps).astype(np.float32)


def write_geometry(folder: Path, geometry: Geometry, plates: list[Plate]) -> None:
    """Write `geometry.npz`."""
    deltas, scales = quantised(geometry.shapes)
    np.savez_compressed(
        folder / "geometry.npz",
        triangles=geometry.triangles.astype(np.uint16),
        rest=_rounded(geometry.rest, 4096),
        shape_deltas=deltas,
        shape_scales=scales,
        pose_follow=as_bytes(geometry.follow),
        cover=as_bytes(geometry.cover),
        upper=as_bytes(geometry.upper),
        region=geometry.region,
        visibility=as_bytes(geometry.visibility),
        landmarks=geometry.landmarks.astype(np.uint16),
        plate_points=_rounded(np.stack([plate.points for plate in plates]), 256),
        plate_uv=np.stack([plate.uv for plate in plates]).astype(np.float32),
        plate_follow=as_bytes(np.stack([plate.follow for plate in plates])),
        plate_vertex=np.stack([plate.vertex for plate in plates]).astype(np.uint16),
        plate_stretch=as_bytes(np.stack([plate.stretch for plate in plates])),
        plate_breath=_rounded(np.stack([plate.breath for plate in plates]), 64),
    )


def write_description(
    folder: Path,
    recipe: Recipe,
    camera: Camera,
    keys: tuple[Key, ...],
    boxes: Mapping[str, Box],
    eye_pivots: Points,
    plates: list[str],
) -> None:
    """Write `presenter.json`; `boxes` are the parts of the canvas that the keys' pictures show."""
    described = {
        "format": "visavis-presenter",
        "version": VERSION,
        "name": recipe.name,
        "title": recipe.title,
        "canvas": [camera.width, camera.height],
        "camera": {"focal": camera.focal, "centre": list(camera.centre), "position": list(camera.position)},
        "pose": {"pivot": PIVOT.tolist()},
        "eyes": [{"pivot": pivot} for pivot in eye_pivots.tolist()],
        "shapes": list(SHAPES),
        "grid": [COLUMNS, ROWS],
        "plates": plates,
        "keys": [_described(key, boxes[key.name]) for key in keys],
        "background": {"picture": "background.webp", "origin": [-216, 0], "size": [1712, 960]},
    }
    (folder / "presenter.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")


def _described(key: Key, box: Box) -> dict[str, object]:
    left, top, width, height = box
    pose = key.pose
    return {
        "name": key.name,
        "picture": f"{key.name}.webp",
        "origin": [left, top],
        "size": [width, height],
        "sets": list(key.sets),
        "weights": key.weights,
        "yaw": pose.yaw,
        "pitch": pose.pitch,
        "roll": pose.roll,
        "gaze": [pose.gaze_x, pose.gaze_y],
    }


def write_picture(target: Path, source: Path, rendered: Box, kept: Box) -> None:
    """A part of a rendered PNG as WebP. Opaque pictures lose their alpha channel, and colours under no alpha are not kept.

    `rendered` is the part of the canvas that the PNG shows, `kept` (inside it) the one that is written.
    """
    picture = Image.open(source).convert("RGBA")
    across, down = picture.width / rendered[2], picture.height / rendered[3]
    left, top = round((kept[0] - rendered[0]) * across), round((kept[1] - rendered[1]) * down)
    picture = picture.crop((left, top, left + round(kept[2] * across), top + round(kept[3] * down)))
    if picture.getextrema()[3][0] == 255:
        picture = picture.convert("RGB")
    picture.save(target, quality=_QUALITY, alpha_quality=90, method=6)


def write_background(folder: Path, pixels: NDArray[np.uint8]) -> None:
    """Write `background.webp`."""
    Image.fromarray(pixels).save(folder / "background.webp", quality=_QUALITY, method=6)
