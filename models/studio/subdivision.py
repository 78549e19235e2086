"""One step of Catmull-Clark subdivision as a fixed linear map, so that shapes, keys and pictures share the same surface."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Points

Indices = NDArray[np.int64]


def corners(faces: Indices) -> tuple[Indices, Indices, Indices]:
    """Each corner of each face (-1 pads a triangle): its face, its vertex, and the vertex that follows it round the face."""
    sizes = np.where(faces[:, 3] < 0, 3, 4)
    face = np.repeat(np.arange(len(faces)), sizes)
    place = np.concatenate([np.arange(n) for n in sizes]) if len(sizes) else np.zeros(0, dtype=np.int64)
    following = (place + 1) % sizes[face]
    return face, faces[face, place].astype(np.int64), faces[face, following].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Subdivision:
    """The subdivided topology of a mesh: vertices are the old ones (moved), then one per edge, then one per face."""

    count: int
    face_of: Indices
    vertex_of: Indices
    edges: Indices
    edge_of: Indices
    edge_faces: NDArray[np.int64]
    quads: Indices

    @classmethod
    def of(cls, faces: Indices, count: int) -> "Subdivision":
        """The subdivision of `faces` over `count` vertices."""
        face, vertex, following = corners(faces)
        pairs = np.sort(np.stack([vertex, following], axis=1), axis=1)
        edges, edge_of = np.unique(pairs, axis=0, return_inverse=True)
        edge_of = edge_of.reshape(-1)
        edge_faces = np.bincount(edge_of, minlength=len(edges))
        # The edge before each corner is the one whose following vertex is the corner's vertex in the same face.
        first = np.searchsorted(face, np.arange(len(faces)))
        sizes = np.bincount(face, minlength=len(faces))
        place = np.arange(len(face)) - first[face]
        before = first[face] + (place - 1) % sizes[face]
        quads = np.stack([vertex, count + edge_of, count + len(edges) + face, count + edge_of[before]], axis=1)
        return cls(count, face, vertex, edges, edge_of, edge_faces, quads)

    def uvs(self, face_uvs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Texture coordinates [quads, 4, 2] from those of the corners [corners, 2], interpolated linearly."""
        sizes = np.bincount(self.face_of)
        first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        place = np.arange(len(self.face_of)) - first[self.face_of]
        after = first[self.face_of] + (place + 1) % sizes[self.face_of]
        before = first[self.face_of] + (place - 1) % sizes[self.face_of]
        middle = np.stack([np.bincount(self.face_of, face_uvs[:, i]) / sizes for i in (0, 1)], axis=1)
        here = face_uvs
        return np.stack([here, (here + here[after]) / 2, middle[self.face_of], (here + here[before]) / 2], axis=1)

    def points(self, positions: Points) -> Points:
        """Positions of all subdivided vertices from those of the coarse ones."""
        sizes = np.bincount(self.face_of).astype(np.float64)
        centres = _gather(self.face_of, positions[self.vertex_of], len(sizes)) / sizes[:, None]
        middles = (positions[self.edges[:, 0]] + positions[self.edges[:, 1]]) / 2
        sides = _gather(self.edge_of, centres[self.face_of], len(self.edges)) / self.edge_faces[:, None]
        inner = self.edge_faces == 2
        edge_points = np.where(inner[:, None], (middles + sides) / 2, middles)
        return np.concatenate([self._moved(positions, centres, middles), edge_points, centres])

    def coarse(self, positions: Points) -> Points:
        """Only where the coarse vertices go."""
        return self.points(positions)[: self.count]

    def _moved(self, positions: Points, centres: Points, middles: Points) -> Points:
        valence = np.bincount(self.edges.reshape(-1), minlength=self.count).astype(np.float64)
        faces_round = np.bincount(self.vertex_of, minlength=self.count).astype(np.float64)
        around = _gather(self.vertex_of, centres[self.face_of], self.count) / np.maximum(faces_round, 1)[:, None]
        ends, twice = self.edges.reshape(-1), np.repeat(middles, 2, axis=0)
        edge_mean = _gather(ends, twice, self.count) / np.maximum(valence, 1)[:, None]
        n = np.maximum(valence, 3)[:, None]
        moved = (around + 2 * edge_mean + (n - 3) * positions) / n
        # On an open border a vertex follows the border alone; away from any face it stays.
        border = np.repeat(self.edge_faces == 1, 2)
        count = np.bincount(ends[border], minlength=self.count)
        border_mean = _gather(ends[border], twice[border], self.count) / np.maximum(count, 1)[:, None]
        on_border = (count == 2)[:, None]
        moved = np.where(on_border, positions / 2 + border_mean / 2, moved)
        return np.where(((faces_round == 0) | (count > 2))[:, None], positions, moved)


def _gather(index: Indices, values: Points, size: int) -> Points:
    return np.stack([np.bincount(index, values[:, i], minlength=size) for i in range(values.shape[1])], axis=1)
