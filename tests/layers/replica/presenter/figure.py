"""A presenter small enough for tests: an ellipsoid with two eyes, a mouth and a body, rendered by a renderer of its own."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import av
import numpy as np
from numpy.typing import NDArray

from models.blendshapes import SHAPE_INDEX, SHAPES

CANVAS: Final = (320, 240)
FOCAL: Final = 1080.0
CAMERA: Final = np.array([0.0, 0.0, 150.0])
PIVOT: Final = np.array([0.0, -5.0, -2.0])
EYES: Final = np.array([[2.4, 2.0, 4.2], [-2.4, 2.0, 4.2]])
RADII: Final = np.array([6.0, 8.0, 6.0])
GRID: Final = (33, 25)
BODY_TOP: Final = 172  # canvas row
SKIN, SOCKET, LEFT_EYE, RIGHT_EYE = 0, 4, 5, 6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """Shapes and pose of a picture."""

    weights: dict[str, float] = field(default_factory=dict)
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)


KEYS: Final = {
    "rest": (Look(), ["mouth", "eyes", "pose"]),
    "jaw": (Look({"jawOpen": 0.8}), ["mouth"]),
    "smile": (Look({"mouthSmile_L": 0.7, "mouthSmile_R": 0.7}), ["mouth"]),
    "blink": (Look({"eyeBlink_L": 1.0, "eyeBlink_R": 1.0}), ["eyes"]),
    "yaw_left": (Look(yaw=-10.0), ["pose"]),
    "yaw_right": (Look(yaw=10.0), ["pose"]),
}
PLATES: Final = ["rest", "yaw_left", "yaw_right"]


def turned(yaw: float, pitch: float, roll: float) -> Floats:
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), np.sin(c), 0], [-np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


def projected(points: Floats) -> Floats:
    distance = CAMERA[2] - points[..., 2]
    x = CANVAS[0] / 2 + FOCAL * (points[..., 0] - CAMERA[0]) / distance
    y = CANVAS[1] / 2 - FOCAL * (points[..., 1] - CAMERA[1]) / distance
    return np.stack([x, y, distance], -1)


class Figure:
    """Mesh, shapes and colours."""

    def __init__(self) -> None:
        self.points: list[Floats] = []
        self.faces: list[NDArray[np.int64]] = []
        self.regions: list[NDArray[np.uint8]] = []
        self._head()
        for index, pivot in enumerate(EYES):
            self._eyeball(pivot, LEFT_EYE + index)
        self._socket()
        self.rest = np.concatenate(self.points)
        self.triangles = np.concatenate(self.faces)
        self.region = np.concatenate(self.regions)
        self.deltas = self._shapes()
        self.colours = self._painted()
        self.landmarks = np.arange(68, dtype=np.uint16)
        self.landmarks[[48, 54]] = self.upper_lip[[20, 36]]
        self.landmarks[[61, 62, 63]] = self.upper_lip[[26, 28, 30]]
        self.landmarks[[67, 66, 65]] = self.lower_lip[[26, 28, 30]]
        self.landmarks[33] = np.linalg.norm(self.rest - (0.0, -1.0, 6.0), axis=1).argmin()

    def _add(self, points: Floats, columns: int, region: int) -> None:
        start = sum(len(part) for part in self.points)
        numbers = np.arange(len(points)).reshape(-1, columns) + start
        a, b, c, d = (
            part.reshape(-1) for part in (numbers[:-1, :-1], numbers[:-1, 1:], numbers[1:, :-1], numbers[1:, 1:])
        )
        self.points.append(points)
        self.faces.append(np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]))
        self.regions.append(np.full(len(points), region, np.uint8))

    def _head(self) -> None:
        # Two shells that share the line of the lips, y = -3: the lower one's border can leave the upper one's.
        across = np.radians(np.linspace(-110, 110, 57))
        lips = np.arcsin(-3.0 / RADII[1])
        for rows in (np.linspace(np.radians(80), lips, 30), np.linspace(lips, np.radians(-80), 16)):
            up, side = np.meshgrid(rows, across, indexing="ij")
            sphere = np.stack([np.sin(side) * np.cos(up), np.sin(up), np.cos(side) * np.cos(up)], -1)
            self._add((sphere * RADII).reshape(-1, 3), len(across), SKIN)
        self.upper_lip = 30 * 57 - 57 + np.arange(57)
        self.lower_lip = 30 * 57 + np.arange(57)

    def _eyeball(self, pivot: Floats, region: int) -> None:
        up, side = np.meshgrid(
            np.radians(np.linspace(60, -60, 17)), np.radians(np.linspace(-60, 60, 17)), indexing="ij"
        )
        cap = np.stack([np.sin(side) * np.cos(up), np.sin(up), np.cos(side) * np.cos(up)], -1) * 1.5
        self._add((cap + pivot).reshape(-1, 3), 17, region)

    def _socket(self) -> None:
        x, y = np.meshgrid(np.linspace(-3, 3, 13), np.linspace(-2.2, -5.6, 9))
        self._add(np.stack([x, y, np.full_like(x, 3.0)], -1).reshape(-1, 3), 13, SOCKET)

    def _shapes(self) -> Floats:
        x, y = self.rest[:, 0], self.rest[:, 1]
        skin = self.region == SKIN
        deltas = np.zeros((len(SHAPES), len(self.rest), 3))
        below = (
            skin & (np.arange(len(skin)) >= self.lower_lip[0]) & (np.arange(len(skin)) < self.lower_lip[0] + 16 * 57)
        )
        middle = np.clip(1.0 - (x / 2.6) ** 2, 0.0, 1.0) * (self.rest[:, 2] > 0)
        deltas[SHAPE_INDEX["jawOpen"], :, 1] = np.where(below, -2.0 * middle * np.clip((y + 8.0) / 5.0, 0.0, 1.0), 0.0)
        for name, side in (("L", 1.0), ("R", -1.0)):
            corner = np.exp(-(((x - side * 2.4) / 1.2) ** 2) - ((y + 3.0) / 1.2) ** 2) * skin * (self.rest[:, 2] > 0)
            deltas[SHAPE_INDEX[f"mouthSmile_{name}"]] = corner[:, None] * np.array([0.7 * side, 0.9, 0.0])
            ball = self.region == (LEFT_EYE if side > 0 else RIGHT_EYE)
            # The lid is the head's own skin: it comes down a little, and the eyeball goes back behind it.
            lid = np.exp(-(((x - side * 2.4) / 1.2) ** 2) - ((y - 2.0) / 1.2) ** 2) * skin * (self.rest[:, 2] > 0)
            deltas[SHAPE_INDEX[f"eyeBlink_{name}"], :, 1] = -0.5 * lid
            deltas[SHAPE_INDEX[f"eyeBlink_{name}"], ball, 2] = -1.6
        return deltas

    def _painted(self) -> Floats:
        x, y, _ = self.rest.T
        waves = 18.0 * np.sin(1.3 * x + 0.4) * np.cos(1.1 * y) + 8.0 * np.sin(2.2 * y + x)
        colours = np.stack([196 + waves, 150 + 0.8 * waves, 120 + 0.5 * waves], -1)
        colours[np.abs(y + 3.0) < 0.8] *= np.array([0.9, 0.6, 0.6])
        for pivot, region in zip(EYES, (LEFT_EYE, RIGHT_EYE), strict=True):
            away = np.hypot(x - pivot[0], y - pivot[1])
            ball = self.region == region
            colours[ball] = np.where((away < 0.55)[:, None], np.array([60.0, 80, 40]), np.array([235.0, 235, 230]))[
                ball
            ]
        colours[self.region == SOCKET] = (70.0, 20.0, 25.0)
        return np.asarray(np.clip(colours, 0, 255))

    def posed(self, look: Look) -> Floats:
        points = self.rest + sum(value * self.deltas[SHAPE_INDEX[name]] for name, value in look.weights.items())
        eye = turned(look.gaze[0] - look.yaw, look.gaze[1] - look.pitch, 0.0)
        for pivot, region in zip(EYES, (LEFT_EYE, RIGHT_EYE), strict=True):
            ball = self.region == region
            points[ball] = pivot + (points[ball] - pivot) @ eye.T
        return np.asarray(PIVOT + (points - PIVOT) @ turned(look.yaw, look.pitch, look.roll).T)

    def rendered(self, look: Look) -> tuple[NDArray[np.uint8], Floats]:
        """Return the picture as RGBA (straight alpha, smooth edges), and the distances at twice the size."""
        width, height = 2 * CANVAS[0], 2 * CANVAS[1]
        picture = np.zeros((height, width, 4))
        picture[2 * BODY_TOP :, 120:520] = (40, 90, 90, 255)
        picture[2 * BODY_TOP + 40 :, 280:360] = (220, 215, 210, 255)
        depths = np.full((height, width), np.inf)
        places = projected(self.posed(look)) * np.array([2.0, 2.0, 1.0])
        for a, b, c in self.triangles:
            corners = places[[a, b, c]]
            (ax, ay), (bx, by), (cx, cy) = corners[:, :2]
            area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
            if area >= 0:  # looks away
                continue
            left, top = np.maximum(np.floor(corners[:, :2].min(0) - 0.5), 0).astype(int)
            right, bottom = np.minimum(np.ceil(corners[:, :2].max(0)), (width, height)).astype(int)
            if left >= right or top >= bottom:
                continue
            y, x = np.mgrid[top:bottom, left:right] + 0.5
            share_b = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
            share_c = ((y - ay) * (bx - ax) - (x - ax) * (by - ay)) / area
            shares = np.stack([1 - share_b - share_c, share_b, share_c], -1)
            depth = shares @ corners[:, 2]
            part = depths[top:bottom, left:right]
            seen = (shares >= -1e-6).all(-1) & (depth < part)
            part[seen] = depth[seen]
            picture[top:bottom, left:right][seen, :3] = (shares @ self.colours[[a, b, c]])[seen]
            picture[top:bottom, left:right][seen, 3] = 255
        picture[..., :3] *= picture[..., 3:] / 255.0
        small = picture.reshape(CANVAS[1], 2, CANVAS[0], 2, 4).mean((1, 3))
        small[..., :3] /= np.maximum(1.0 / 255.0, small[..., 3:] / 255.0)
        return np.rint(small).astype(np.uint8), depths

    def visibility(self, look: Look, depths: Floats) -> NDArray[np.uint8]:
        points = self.posed(look)
        places = projected(points)
        column = np.clip((2.0 * places[:, 0]).astype(int), 1, 2 * CANVAS[0] - 2)
        row = np.clip((2.0 * places[:, 1]).astype(int), 1, 2 * CANVAS[1] - 2)
        around = np.stack([depths[row + dy, column + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
        around[np.isinf(around)] = 0.0
        normals = np.zeros_like(points)
        corners = points[self.triangles]
        faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        for corner in range(3):
            np.add.at(normals, self.triangles[:, corner], faces)
        facing = normals[:, 2] / np.maximum(1e-9, np.linalg.norm(normals, axis=1))
        inside = self.region != SKIN
        nearest = np.where(inside, around.min(0), around.max(0))
        seen = (places[:, 2] < nearest + np.where(inside, 0.1, 0.3)) & (nearest > 0)
        return np.asarray(np.rint(255 * seen * np.clip(3 * facing, 0, 1)), np.uint8)


def wall() -> NDArray[np.uint8]:
    """Return the background, which begins 80 pixels to the left of the canvas."""
    rows, columns = np.mgrid[0:240, 0:480]
    return np.stack([70 + columns / 8, 110 + rows / 8, 150 - columns / 12, 255 + 0 * rows], -1).astype(np.uint8)


def luma_before_wall(rgba: NDArray[np.uint8]) -> Floats:
    """Return Y of a rendered canvas laid over the background."""
    alpha = rgba[..., 3:] / 255.0
    rgb = rgba[..., :3] * alpha + wall()[:, 80:400, :3] * (1.0 - alpha)
    return np.asarray(16.0 + rgb @ np.array([0.256788, 0.504129, 0.097906]))


def picture_written(file: Path, rgba: NDArray[np.uint8]) -> None:
    with av.open(str(file), "w", format="webp") as container:
        stream = container.add_stream("libwebp", rate=1)
        stream.height, stream.width = rgba.shape[:2]
        stream.pix_fmt = "bgra"
        stream.options = {"lossless": "1"}
        frame = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format="bgra")
        for packet in [*stream.encode(frame), *stream.encode()]:
            container.mux(packet)


def written(folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Write the figure's pictures and return what belongs into its two other files (`finished` writes them)."""
    figure = Figure()
    folder.mkdir(parents=True, exist_ok=True)
    keys: list[dict[str, Any]] = []
    visibility = []
    for name, (look, sets) in KEYS.items():
        rgba, depths = figure.rendered(look)
        seen = figure.visibility(look, depths)
        x0, y0, x1, y1 = (0, 0, *CANVAS) if "pose" in sets else (100, 50, 220, 190)
        places = projected(figure.posed(look))[:, :2]
        seen[((places < (x0, y0)) | (places > (x1, y1))).any(1)] = 0
        picture_written(folder / f"{name}.webp", rgba[y0:y1, x0:x1])
        visibility.append(seen)
        keys.append({
            "name": name, "picture": f"{name}.webp", "origin": [x0, y0], "size": [x1 - x0, y1 - y0], "sets": sets,
            "weights": look.weights, "yaw": look.yaw, "pitch": look.pitch, "roll": look.roll, "gaze": list(look.gaze),
        })  # fmt: skip
    picture_written(folder / "background.webp", wall())
    description = {
        "format": "visavis-presenter", "version": 1, "name": "figure", "title": "Figure",
        "canvas": list(CANVAS),
        "camera": {"focal": FOCAL, "centre": [CANVAS[0] / 2, CANVAS[1] / 2], "position": CAMERA.tolist()},
        "pose": {"pivot": PIVOT.tolist()},
        "eyes": [{"pivot": pivot.tolist()} for pivot in EYES],
        "shapes": list(SHAPES), "grid": list(GRID), "plates": PLATES, "keys": keys,
        "background": {"picture": "background.webp", "origin": [-80, 0], "size": [480, 240]},
    }  # fmt: skip
    scales = np.maximum(1e-6, np.abs(figure.deltas).max((1, 2)) / 127.0)
    upper = np.clip((figure.rest[:, 1] + 1.0) / 2.0, 0.0, 1.0)
    arrays: dict[str, NDArray[Any]] = {
        "triangles": figure.triangles.astype(np.uint16),
        "rest": figure.rest.astype(np.float32),
        "shape_deltas": np.rint(figure.deltas / scales[:, None, None]).astype(np.int8),
        "shape_scales": scales.astype(np.float32),
        "pose_follow": np.full(len(figure.rest), 255, np.uint8),
        "cover": np.full(len(figure.rest), 255, np.uint8),
        "upper": np.rint(255 * upper).astype(np.uint8),
        "region": figure.region,
        "visibility": np.array(visibility),
        "landmarks": figure.landmarks,
        **_plates(),
    }
    return description, arrays


def _plates() -> dict[str, NDArray[Any]]:
    columns, rows = GRID
    x, y = np.meshgrid(np.linspace(0, CANVAS[0], columns), np.linspace(0, CANVAS[1], rows))
    uv = np.stack([x, y], -1).reshape(-1, 2)
    across, up = (uv[:, 0] - 160) / 7.2, (120 - uv[:, 1]) / 7.2
    away = np.hypot(across / 6.5, up / 8.5)
    follow = np.clip((2.0 - away) / 0.8, 0.0, 1.0) * np.clip((170 - uv[:, 1]) / 10.0, 0.0, 1.0)
    follow = np.rint(follow * 255) / 255
    points = []
    for name in PLATES:
        look = KEYS[name][0]
        there = np.stack([(uv[:, 0] - 160) * 150 / FOCAL, (120 - uv[:, 1]) * 150 / FOCAL, np.zeros(len(uv))], -1)
        turn = turned(look.yaw, look.pitch, look.roll)
        # What is at `there` once the head is turned.
        points.append(
            [
                PIVOT + np.linalg.solve(np.eye(3) + f * (turn - np.eye(3)), p - PIVOT)
                for f, p in zip(follow, there, strict=True)
            ]
        )
    count = (len(PLATES), columns * rows)
    breath = np.zeros((*count, 2), np.float32)
    breath[:, uv[:, 1] > BODY_TOP - 5, 1] = -4.0
    return {
        "plate_points": np.array(points, np.float32),
        "plate_uv": np.tile(uv.astype(np.float32), (len(PLATES), 1, 1)),
        "plate_follow": np.tile((follow * 255).astype(np.uint8), (len(PLATES), 1)),
        "plate_vertex": np.zeros(count, np.uint16),
        "plate_stretch": np.zeros(count, np.uint8),
        "plate_breath": breath,
    }


def finished(folder: Path, description: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Path:
    """Write `presenter.json` and `geometry.npz`."""
    (folder / "presenter.json").write_text(json.dumps(description))
    np.savez_compressed(folder / "geometry.npz", **cast("dict[str, Any]", arrays))
    return folder
