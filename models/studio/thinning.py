"""Fewer triangles where more show nothing: vertices are taken away as long as all that is left tells where they were.

Half-edge collapses: a vertex goes into a neighbour, so that every vertex that stays is as it was. After Hoppe et al., "Mesh
Optimization" (1993), with the error measured on every vertex that went, for the rest and for each shape alike.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Points
from models.studio.subdivision import Indices

_ROUNDS: Final = 6
_TURNED: Final = 0.5  # cosine: a new triangle may not lean farther away from those it replaces
_SLIVER: Final = 0.1  # area of the least triangle, of an equilateral one with its longest side
_Floats = NDArray[np.float64]


def thinned(
    triangles: Indices, points: Points, features: Points, fixed: NDArray[np.bool_], tolerance: float
) -> Indices:
    """Return the triangles [T', 3] over the vertices that stay, numbered as before.

    `points` [V, 3] is where the vertices lie, `features` [V, F] is what is interpolated over a triangle: at each vertex that goes none
    of them is off by more than `tolerance`. Vertices that are `fixed` or on the surface's border stay.
    """
    return _Thinning(triangles, points, features, fixed, tolerance).run()


class _Thinning:
    def __init__(
        self, triangles: Indices, points: Points, features: Points, fixed: NDArray[np.bool_], tolerance: float
    ) -> None:
        self._corners: dict[int, tuple[int, int, int]] = {
            number: (int(a), int(b), int(c)) for number, (a, b, c) in enumerate(triangles)
        }
        self._points = points.astype(np.float64)
        self._features = features.astype(np.float64)
        self._tolerance = tolerance
        self._around: dict[int, set[int]] = {}
        for number, corners in self._corners.items():
            for corner in corners:
                self._around.setdefault(corner, set()).add(number)
        self._fixed = fixed
        self._gone: dict[int, list[int]] = {}
        """The vertices that went, by the triangle that tells where they were."""

    def run(self) -> Indices:
        for _ in range(_ROUNDS):
            touched: set[int] = set()
            went = 0
            for vertex in sorted(self._around):
                if vertex in touched or self._fixed[vertex]:
                    continue
                neighbours = self._take_away(vertex)
                if neighbours:
                    # What lies around a vertex that went is left alone for this round: the surface thins evenly.
                    touched |= neighbours
                    went += 1
            if not went:
                break
        return np.array([self._corners[number] for number in sorted(self._corners)])

    def _take_away(self, vertex: int) -> set[int]:
        """Let a vertex go where that shows least; return its neighbours, or nothing when it has to stay."""
        fan = sorted(self._around[vertex])
        edges = [_opposite(self._corners[number], vertex) for number in fan]
        neighbours = {corner for edge in edges for corner in edge}
        if len(neighbours) != len(fan) or len({first for first, _ in edges}) != len(fan):
            return set()  # on a border, or where surfaces meet
        homeless = [vertex, *(other for number in fan for other in self._gone.get(number, ()))]
        normal = sum((_normal(self._points[list(self._corners[number])]) for number in fan), np.zeros(3))
        best: tuple[float, int, list[tuple[int, int, int]], list[int]] | None = None
        for target in sorted(neighbours):
            filled = [(first, second, target) for first, second in edges if target not in (first, second)]
            if len(filled) != len(fan) - 2 or self._shares(vertex, target) != 2:
                continue
            if not self._sound(filled, normal):
                continue
            error, homes = self._error(filled, homeless)
            if error <= self._tolerance and (best is None or error < best[0]):
                best = error, target, filled, homes
        if best is None:
            return set()
        _, _, filled, homes = best
        for number in fan:
            for corner in self._corners.pop(number):
                self._around[corner].discard(number)
            self._gone.pop(number, None)
        for number, corners in zip(fan, filled, strict=False):
            self._corners[number] = corners
            for corner in corners:
                self._around[corner].add(number)
        for other, home in zip(homeless, homes, strict=True):
            self._gone.setdefault(fan[home], []).append(other)
        del self._around[vertex]
        return neighbours

    def _shares(self, one: int, other: int) -> int:
        around = [{corner for number in self._around[of] for corner in self._corners[number]} for of in (one, other)]
        return len((around[0] & around[1]) - {one, other})

    def _sound(self, filled: list[tuple[int, int, int]], normal: _Floats) -> bool:
        for corners in filled:
            places = self._points[list(corners)]
            own = _normal(places)
            size = float(np.linalg.norm(own))
            longest = max(float(np.sum((places[i] - places[i - 1]) ** 2)) for i in range(3))
            if size < _SLIVER * longest or own @ normal < _TURNED * size * float(np.linalg.norm(normal)):
                return False
        return True

    def _error(self, filled: list[tuple[int, int, int]], homeless: list[int]) -> tuple[float, list[int]]:
        """The largest error of any feature at any vertex without a triangle, and the new triangle of each."""
        corners = np.array(filled)
        shares, away = _nearest(self._points[corners], self._points[homeless])
        homes = away.argmin(axis=1)
        chosen = shares[np.arange(len(homeless)), homes]
        told = np.einsum("vc,vcf->vf", chosen, self._features[corners[homes]])
        return float(np.abs(told - self._features[homeless]).max()), homes.tolist()


def _opposite(corners: tuple[int, int, int], vertex: int) -> tuple[int, int]:
    at = corners.index(vertex)
    return corners[(at + 1) % 3], corners[(at + 2) % 3]


def _normal(places: _Floats) -> _Floats:
    normal: _Floats = np.cross(places[1] - places[0], places[2] - places[0])
    return normal


def _nearest(triangles: _Floats, points: _Floats) -> tuple[_Floats, _Floats]:
    """Shares of the corners [P, T, 3] at the place of each triangle nearest each point, about, and how far away that is [P, T]."""
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    right, down = b - a, c - a
    rr, rd, dd = (right * right).sum(1), (right * down).sum(1), (down * down).sum(1)
    way = points[:, None] - a
    wr, wd = (way * right).sum(2), (way * down).sum(2)
    over = np.maximum(rr * dd - rd * rd, 1e-12)
    second, third = (dd * wr - rd * wd) / over, (rr * wd - rd * wr) / over
    shares = np.clip(np.stack([1 - second - third, second, third], axis=2), 0.0, 1.0)
    shares /= shares.sum(axis=2, keepdims=True)
    places = np.einsum("ptc,tcx->ptx", shares, triangles)
    return shares, np.linalg.norm(places - points[:, None], axis=2)
