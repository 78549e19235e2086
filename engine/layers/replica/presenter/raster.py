"""Which triangle each sample of the picture shows: the mesh at 2 x 2 samples a pixel, the plates at the nodes of a lattice."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.presenter.kernels import compiled

Floats = NDArray[np.float32]

PER_SIDE: Final = 2
"""Samples of a pixel along each side."""
_FAR: Final = 1e9


@compiled("u2[:,::1]; f4[:,::1]; i4[::1]; u2[:,::1]; f4[:,::1]")
def cover_samples(
    triangles: NDArray[np.uint16], points: Floats, window: NDArray[np.int32], ids: NDArray[np.uint16], depths: Floats
) -> None:
    """Write into `ids` the nearest triangle + 1 of each sample (0: none); only faces that look towards the camera count.

    `window` is the part of the picture in pixels that `ids` and `depths` hold (left, top, right, bottom).
    """
    rows, columns = ids.shape
    for row in range(rows):
        for column in range(columns):
            ids[row, column] = 0
            depths[row, column] = np.float32(_FAR)
    left_edge, top_edge = np.float32(window[0] * PER_SIDE), np.float32(window[1] * PER_SIDE)
    scale = np.float32(PER_SIDE)
    half = np.float32(0.5)
    for triangle in range(triangles.shape[0]):
        a, b, c = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
        # Whole coordinates are the middles of samples.
        ax, ay = points[a, 0] * scale - left_edge - half, points[a, 1] * scale - top_edge - half
        bx, by = points[b, 0] * scale - left_edge - half, points[b, 1] * scale - top_edge - half
        cx, cy = points[c, 0] * scale - left_edge - half, points[c, 1] * scale - top_edge - half
        area = (cx - ax) * (by - ay) - (bx - ax) * (cy - ay)
        if area <= 0.0:
            continue
        first = max(0, int(np.ceil(min(ax, bx, cx))))
        last = min(columns - 1, int(np.floor(max(ax, bx, cx))))
        top = max(0, int(np.ceil(min(ay, by, cy))))
        bottom = min(rows - 1, int(np.floor(max(ay, by, cy))))
        if first > last or top > bottom:
            continue
        over = np.float32(1.0) / area
        depth_a, depth_b, depth_c = points[a, 2], points[b, 2], points[c, 2]
        # Shares of b and c and their steps to the right; what is left is the share of a.
        b_right, b_down = (ay - cy) * over, (cx - ax) * over
        c_right, c_down = (by - ay) * over, (ax - bx) * over
        # Samples on a common edge belong to both sides: no holes, the depth decides.
        slack = np.float32(-1e-4)
        mark = np.uint16(triangle + 1)
        for y in range(top, bottom + 1):
            dx, dy = np.float32(first) - ax, np.float32(y) - ay
            share_b = dx * b_right + dy * b_down
            share_c = dx * c_right + dy * c_down
            entered = False
            for x in range(first, last + 1):
                share_a = np.float32(1.0) - share_b - share_c
                if share_a >= slack and share_b >= slack and share_c >= slack:
                    depth = share_a * depth_a + share_b * depth_b + share_c * depth_c
                    if depth < depths[y, x]:
                        depths[y, x] = depth
                        ids[y, x] = mark
                    entered = True
                elif entered:
                    break
                share_b += b_right
                share_c += c_right


@compiled("f4[:,::1]; f4[:,::1]; i8; f8; f4[:,:,::1]; f4[:,::1]")
def cover_lattice(nodes: Floats, values: Floats, columns: int, spacing: float, lattice: Floats, depths: Floats) -> None:
    """Write for each lattice node what a grid of quads shows there.

    `nodes` [rows * columns, 3] are places in output pixels and distances, `values` [rows * columns, 3] what is interpolated; `lattice`
    [h, w, 3] has a node at each multiple of `spacing` pixels. Where no quad is, the first value stays at -1e9.
    """
    high, wide = depths.shape
    for row in range(high):
        for column in range(wide):
            depths[row, column] = np.float32(_FAR)
            for value in range(values.shape[1]):
                lattice[row, column, value] = np.float32(-_FAR)
    inverse = np.float32(1.0 / spacing)
    for row in range(nodes.shape[0] // columns - 1):
        for column in range(columns - 1):
            corner = row * columns + column
            for half in range(2):
                a = corner
                b = corner + 1 if half == 0 else corner + columns + 1
                c = corner + columns + 1 if half == 0 else corner + columns
                ax, ay = nodes[a, 0] * inverse, nodes[a, 1] * inverse
                bx, by = nodes[b, 0] * inverse, nodes[b, 1] * inverse
                cx, cy = nodes[c, 0] * inverse, nodes[c, 1] * inverse
                area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
                # A quad that is folded over still fills its place: better a wrong piece of hair than a hole.
                if abs(area) < 1e-9:
                    continue
                first = max(0, int(np.ceil(min(ax, bx, cx) - 1e-3)))
                last = min(wide - 1, int(np.floor(max(ax, bx, cx) + 1e-3)))
                top = max(0, int(np.ceil(min(ay, by, cy) - 1e-3)))
                bottom = min(high - 1, int(np.floor(max(ay, by, cy) + 1e-3)))
                over = np.float32(1.0) / area
                slack = np.float32(-2e-3)
                for y in range(top, bottom + 1):
                    for x in range(first, last + 1):
                        dx, dy = np.float32(x) - ax, np.float32(y) - ay
                        share_b = (dx * (cy - ay) - dy * (cx - ax)) * over
                        share_c = (dy * (bx - ax) - dx * (by - ay)) * over
                        share_a = np.float32(1.0) - share_b - share_c
                        if share_a < slack or share_b < slack or share_c < slack:
                            continue
                        depth = share_a * nodes[a, 2] + share_b * nodes[b, 2] + share_c * nodes[c, 2]
                        if depth < depths[y, x]:
                            depths[y, x] = depth
                            for value in range(values.shape[1]):
                                lattice[y, x, value] = (
                                    share_a * values[a, value] + share_b * values[b, value] + share_c * values[c, value]
                                )
