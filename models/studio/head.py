"""The head mesh with an identity: vertices, shapes and landmarks of one presenter, in the space of the bundle."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.blendshapes import SHAPES
from models.studio.geometry import Points, Pose, rotation, smoothstep
from models.studio.recipe import Recipe
from models.studio.subdivision import Indices
from models.studio.tongue import tongue_shapes

TILT: Final = 5.5
"""Degrees the head is bent forward: the mesh's own pose looks up."""
PIVOT: Final = np.array([0.0, -5.0, -2.5])
_MODES: Final = 60
SOCKET: Final = slice(11248, 13294)
EYE_SOCKETS: Final = slice(13294, 14062)
GUMS: Final = slice(14062, 17039)
TEETH: Final = slice(17039, 21451)
EYEBALLS: Final = (slice(21451, 22221), slice(23021, 23791))
"""The clear shells of the left and the right eye."""
_RIGID: Final = (slice(21451, 23021), slice(23021, 24591))
_INSIDE_SHELL: Final = 0.985
_LIDS: Final = {"L": (43, 44, 47, 46), "R": (37, 38, 41, 40)}
"""Landmarks of the upper and the lower lid."""
_CORRECTED: Final = 0.85
"""The whole correction would lay the upper lid over the lower one."""
CAMERA_DISTANCE: Final = 155.0
BLINK_PUSH: Final = rotation(0.0, TILT) @ np.array([0.0, 0.0, -0.22])
"""How far a closing lid pushes the eyeball back: the cornea would come through it."""


@dataclass(frozen=True, slots=True)
class HeadMesh:
    """ICT-FaceKit's mesh as it comes."""

    neutral: Points
    faces: Indices
    face_uvs: Indices
    uv: Points
    materials: Indices
    names: tuple[str, ...]
    expressions: dict[str, NDArray[np.float16]]
    identities: NDArray[np.float16]
    landmarks: Indices

    @classmethod
    def load(cls, folder: Path) -> "HeadMesh":
        """Read `head.npz` of a folder."""
        with np.load(folder / "head.npz", allow_pickle=False) as data:
            names = [str(name) for name in data["expression_names"]]
            return cls(
                neutral=data["neutral"].astype(np.float64),
                faces=data["faces"].astype(np.int64),
                face_uvs=data["face_uvs"].astype(np.int64),
                uv=data["uv"].astype(np.float64),
                materials=data["face_material"].astype(np.int64),
                names=tuple(str(name) for name in data["material_names"]),
                expressions=dict(zip(names, data["expressions"], strict=True)),
                identities=data["identities"],
                landmarks=data["landmarks68"].astype(np.int64),
            )

    def faces_of(self, *materials: str) -> NDArray[np.bool_]:
        """Which faces have one of these materials."""
        wanted = [self.names.index(name) for name in materials]
        return np.isin(self.materials, wanted)


@dataclass(frozen=True, slots=True)
class Person:
    """A head with its identity. `plain` has neither tilt nor rest expression: skin and roots are laid out there."""

    mesh: HeadMesh
    plain: Points
    rest: Points
    shapes: NDArray[np.float32]
    follow: Points
    eye_pivots: Points
    eye_radii: tuple[float, float]

    @classmethod
    def of(cls, mesh: HeadMesh, recipe: Recipe) -> "Person":
        """The person of a recipe."""
        rng = np.random.default_rng(recipe.seed)
        modes = rng.normal(0, recipe.identity_scale, _MODES).astype(np.float32)
        plain = mesh.neutral + np.tensordot(modes, mesh.identities[:_MODES].astype(np.float32), axes=1)
        plain = _larger_eyes(plain, mesh.landmarks, recipe.eye_scale)
        raw = _raw_shapes(mesh, plain, recipe.rest)
        follow = head_share(plain)
        weights = np.array([recipe.rest.get(name, 0.0) for name in SHAPES])
        tilt = Pose(pitch=TILT)
        rest = tilt.turn_head(plain + np.tensordot(weights, raw, axes=1), follow, PIVOT)
        turned = np.stack([tilt.turn_head(shape.astype(np.float64), follow, np.zeros(3)) for shape in raw])
        balls = [eye_sphere(plain[part]) for part in EYEBALLS]
        pivots = np.stack([centre for centre, _ in balls])
        pivots = tilt.turn_head(pivots, np.ones(2), PIVOT)
        return cls(mesh, plain, rest, turned.astype(np.float32), follow, pivots, (balls[0][1], balls[1][1]))

    def posed(self, weights: dict[str, float], pose: Pose) -> Points:
        """Every vertex of the mesh (the eyeballs' own shells too) at an expression and pose."""
        moved = self.rest.copy()
        for name, weight in weights.items():
            moved += weight * self.shapes[SHAPES.index(name)]
        for part, pivot in zip(_RIGID, self.eye_pivots, strict=True):
            look = Pose(gaze_x=0, gaze_y=-TILT)
            moved[part] = pose.turn_eye(look.turn_eye(moved[part], pivot), pivot)
        return pose.turn_head(moved, self.follow, PIVOT)

    def eyeballs(self, ball: Points, weights: dict[str, float], pose: Pose) -> tuple[Points, Points]:
        """The vertices of the left and the right eyeball, from those of a ball of radius 1 that looks along z."""
        left, right = (self._eyeball(side, ball, weights, pose) for side in (0, 1))
        return left, right

    def _eyeball(self, side: int, ball: Points, weights: dict[str, float], pose: Pose) -> Points:
        pivot = self.eye_pivots[side]
        at_camera = Pose(gaze_x=float(np.degrees(np.arctan2(-pivot[0], CAMERA_DISTANCE - pivot[2]))))
        points = at_camera.turn_eye(ball * self.eye_radii[side] + pivot, pivot)
        points = points + weights.get(f"eyeBlink_{'LR'[side]}", 0.0) * BLINK_PUSH
        points = pose.turn_eye(points, pivot)
        return pose.turn_head(points, np.ones(len(points)), PIVOT)

    def landmark(self, *numbers: int) -> Points:
        """The mean of some of the 68 landmarks, in `plain`."""
        mean: Points = self.plain[self.mesh.landmarks[list(numbers)]].mean(axis=0)
        return mean


def head_share(points: Points) -> Points:
    """How far each point follows the head: the chin wholly, the neck less and less, the shoulders not at all."""
    height = points[:, 1] + 0.6 * np.maximum(points[:, 2] - 4.0, 0.0)
    return smoothstep(-14.0, -5.5, height)


def eye_sphere(shell: Points) -> tuple[Points, float]:
    """Centre and radius of the sphere behind an eyeball's cornea, by least squares over its rear part."""
    rear = shell[shell[:, 2] < np.quantile(shell[:, 2], 0.6)]
    system = np.concatenate([2 * rear, np.ones((len(rear), 1))], axis=1)
    solution: Points = np.linalg.lstsq(system, (rear**2).sum(axis=1), rcond=None)[0]
    centre = solution[:3]
    return centre, _INSIDE_SHELL * float(np.sqrt(solution[3] + (centre**2).sum()))


def _larger_eyes(points: Points, landmarks: Indices, scale: float) -> Points:
    grown = points.copy()
    for corners in (range(36, 42), range(42, 48)):
        centre = points[landmarks[list(corners)]].mean(axis=0)
        away = points - centre
        near = np.exp(-((away[:, :2] / [2.6, 1.9]) ** 2).sum(axis=1)) * smoothstep(5.0, 2.5, np.abs(away[:, 2]))
        near = np.where(near > 0.5, 1.0, near * 2)
        grown += (scale - 1) * near[:, None] * away
    return grown


def _closing(mesh: HeadMesh, plain: Points, blink: NDArray[np.float32], lids: tuple[int, int, int, int]) -> float:
    """How much stronger a blink must be to shut this identity's eye as far as it shuts the mean one's."""
    upper, lower = mesh.landmarks[list(lids[:2])], mesh.landmarks[list(lids[2:])]

    def gap(points: Points) -> float:
        return float((points[upper, 1] - points[lower, 1]).mean())

    shut = gap(mesh.neutral + blink)
    needed = (gap(plain) - shut) / (gap(plain) - gap(plain + blink))
    return 1 + _CORRECTED * (needed - 1)


def _raw_shapes(mesh: HeadMesh, plain: Points, rest: dict[str, float]) -> NDArray[np.float32]:
    shapes = np.zeros((len(SHAPES), len(plain), 3), dtype=np.float32)
    own = tongue_shapes(mesh.faces, mesh.face_uvs, mesh.faces_of("M_GumsTongue"), plain)
    for index, name in enumerate(SHAPES):
        shapes[index] = own[name] if name in own else mesh.expressions[name]
    for part in _RIGID:
        shapes[:, part] = 0
    for side, lids in _LIDS.items():
        shapes[SHAPES.index(f"eyeBlink_{side}")] *= _closing(
            mesh, plain, shapes[SHAPES.index(f"eyeBlink_{side}")], lids
        )
    for side, part in zip("LR", _RIGID, strict=True):
        # A blink takes back the wide eyes of the rest pose, and the cornea gives way to the lid.
        blink = SHAPES.index(f"eyeBlink_{side}")
        shapes[blink] -= rest.get(f"eyeWide_{side}", 0.0) * shapes[SHAPES.index(f"eyeWide_{side}")]
        shapes[blink, part] = (0.0, 0.0, -0.22)
    return shapes
