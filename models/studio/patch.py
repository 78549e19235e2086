"""The part of the head that the live engine moves: kept vertices and triangles, how they follow and cover."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.blendshapes import SHAPES
from models.studio.geometry import Points, Pose, smoothstep
from models.studio.hairline import hair_density
from models.studio.head import BLINK_PUSH, GUMS, SOCKET, TEETH
from models.studio.parts import Parts
from models.studio.subdivision import Indices
from models.studio.tongue import tongue_vertices

SKIN, TEETH_REGION, GUMS_REGION, TONGUE, SOCKET_REGION, LEFT_EYE, RIGHT_EYE = range(7)
_RAMP: Final = (-0.3, 1.9)


@dataclass(frozen=True, slots=True)
class Surface:
    """All candidates: the head's coarse vertices, then both eyeballs."""

    rest: Points
    shapes: NDArray[np.float32]
    triangles: Indices
    follow: Points
    cover: Points
    upper: Points
    region: NDArray[np.uint8]

    @classmethod
    def of(cls, parts: Parts) -> "Surface":
        """The surface of a presenter, before anything is left out."""
        person, mesh = parts.person, parts.person.mesh
        count = len(person.plain)
        region = np.full(count, SKIN, dtype=np.uint8)
        region[TEETH], region[GUMS], region[SOCKET] = TEETH_REGION, GUMS_REGION, SOCKET_REGION
        region[tongue_vertices(mesh.faces, mesh.face_uvs, mesh.faces_of("M_GumsTongue"))] = TONGUE
        faces = mesh.faces[mesh.faces_of("M_Face", "M_BackHead", "M_GumsTongue", "M_Teeth")]
        triangles = np.concatenate([faces[:, [0, 1, 2]], faces[faces[:, 3] >= 0][:, [0, 2, 3]]])
        balls = person.eyeballs(parts.ball.points, {}, Pose())
        ball = len(parts.ball.points)
        shapes = np.stack([parts.split.coarse(shape.astype(np.float64)) for shape in person.shapes]).astype(np.float32)
        eyes = np.zeros((len(SHAPES), 2 * ball, 3), dtype=np.float32)
        eyes[SHAPES.index("eyeBlink_L"), :ball] = BLINK_PUSH
        eyes[SHAPES.index("eyeBlink_R"), ball:] = BLINK_PUSH
        ramp = smoothstep(*_RAMP, person.plain[:, 1])
        ramp[region != SKIN] = 0.0
        return cls(
            rest=np.concatenate([parts.split.coarse(person.posed({}, Pose())), *balls]),
            shapes=np.concatenate([shapes, eyes], axis=1),
            triangles=np.concatenate([triangles, parts.ball.triangles + count, parts.ball.triangles + count + ball]),
            follow=np.concatenate(
                [parts.split.coarse(np.repeat(person.follow[:, None], 3, axis=1))[:, 0], np.ones(2 * ball)]
            ),
            cover=np.concatenate([_cover(parts, region), np.ones(2 * ball)]),
            upper=np.concatenate([ramp, np.ones(2 * ball)]),
            region=np.concatenate([region, np.full(ball, LEFT_EYE, np.uint8), np.full(ball, RIGHT_EYE, np.uint8)]),
        )

    def kept(self, visibility: Points) -> tuple[Indices, Indices]:
        """Vertices worth keeping (seen in some key, covering something) and the triangles over them, renumbered."""
        wanted = (visibility.max(axis=0) > 0) & (self.cover > 0)
        triangles = self.triangles[wanted[self.triangles].any(axis=1)]
        vertices = np.unique(triangles)
        place = np.full(len(self.rest), -1)
        place[vertices] = np.arange(len(vertices))
        return vertices, place[triangles]


def _cover(parts: Parts, region: NDArray[np.uint8]) -> Points:
    """Opaque on the face, fading into the hair and down the neck."""
    person = parts.person
    density = hair_density(person.plain, parts.recipe, float(person.landmark(19, 24)[1]), softness=0.9)
    cover = smoothstep(0.75, 0.2, density) * smoothstep(0.04, 0.4, person.follow)
    cover *= smoothstep(-0.2, -0.9, parts.garment.covers(person.rest))
    return np.where(region == SKIN, cover, 1.0)
