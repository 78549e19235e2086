"""Two shapes that the mesh does not have: the tongue's tip raised to the ridge, and put between the teeth."""

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Points, smoothstep
from models.studio.subdivision import Indices

_UV_ISLAND_SEED = 16757
"""A vertex at the tip of the tongue."""


def tongue_vertices(faces: Indices, face_uvs: Indices, chosen: NDArray[np.bool_]) -> Indices:
    """The vertices of the tongue: the texture island of the gums' faces which holds its tip."""
    corners, labels = faces[chosen], face_uvs[chosen]
    member = (corners == _UV_ISLAND_SEED).any(axis=1)
    while True:
        known = np.unique(labels[member])
        grown = np.isin(labels, known[known >= 0]).any(axis=1)
        if (grown == member).all():
            break
        member = grown
    island = np.unique(corners[member])
    return island[island >= 0]


def tongue_shapes(
    faces: Indices, face_uvs: Indices, gums: NDArray[np.bool_], plain: Points
) -> dict[str, NDArray[np.float32]]:
    """The offsets of `tongueUp` and `tongueOut` for every vertex."""
    tongue = tongue_vertices(faces, face_uvs, gums)
    points = plain[tongue]
    front = points[:, 2].max()
    back = points[:, 2].min()
    along = smoothstep(back + 0.35 * (front - back), front - 0.3, points[:, 2])
    middle = points[:, 1].mean()
    up = np.zeros_like(plain, dtype=np.float32)
    up[tongue, 1] = along * 1.25 - 0.25 * along * (points[:, 1] - middle)
    up[tongue, 2] = along * 0.15
    out = np.zeros_like(plain, dtype=np.float32)
    thin = smoothstep(front - 2.2, front - 0.4, points[:, 2])
    out[tongue, 2] = along * 1.7
    out[tongue, 1] = along * 0.72 - 0.55 * thin * (points[:, 1] - middle)
    return {"tongueUp": up, "tongueOut": out}
