"""From samples, lattices and key pictures to the frame: each pixel the weighted mean of what the keys show there."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.presenter.kernels import compiled, inlined
from engine.layers.replica.presenter.pictures import bilinear
from engine.layers.replica.presenter.raster import PER_SIDE

Floats = NDArray[np.float32]

CELL: Final = 8
"""Output pixels from one lattice node to the next; the frame is made cell by cell."""
_STEP: Final = 0.5  # u: neighbouring samples farther apart in depth are an edge, and are smoothed
_BLOCK: Final = 16  # texels a side of the blocks that say where a picture is empty
_REACH: Final = 3.0  # a triangle's plane is followed so far beyond it (in its own lengths)


def block_count(pixels: int) -> int:
    """Return how many blocks a side of a picture has."""
    return pixels // _BLOCK + 1


@compiled("u4[::1]; i8; i8; i8; b1[:,::1]")
def occupied_blocks(texels: NDArray[np.uint32], first: int, width: int, height: int, blocks: NDArray[np.bool_]) -> None:
    """Mark which blocks of a picture show anything at all; `blocks` has `block_count` of them along each side, or more."""
    for y in range(height):
        for x in range(width):
            if texels[first + y * width + x] >> 24:
                blocks[y // _BLOCK, x // _BLOCK] = True


@inlined
def _shows(lattices: Floats, number: int, row: int, column: int, blocks: NDArray[np.bool_]) -> bool:
    # Whether a cell shows anything of a plate. A node without a plate has a value far below zero.
    low_u = high_u = lattices[number, row, column, 0]
    low_v = high_v = lattices[number, row, column, 1]
    share = lattices[number, row, column, 2]
    for corner in range(1, 4):
        u = lattices[number, row + corner // 2, column + corner % 2, 0]
        v = lattices[number, row + corner // 2, column + corner % 2, 1]
        low_u, high_u = min(low_u, u), max(high_u, u)
        low_v, high_v = min(low_v, v), max(high_v, v)
        share = max(share, lattices[number, row + corner // 2, column + corner % 2, 2])
    if low_u < -1e6 or share <= np.float32(0.0):
        return False
    _, rows, columns = blocks.shape
    left, right = max(0, int(low_u - 1.0) // _BLOCK), max(0, int(high_u + 2.0) // _BLOCK)
    top, bottom = max(0, int(low_v - 1.0) // _BLOCK), max(0, int(high_v + 2.0) // _BLOCK)
    for y in range(min(rows - 1, top), min(rows - 1, bottom) + 1):
        for x in range(min(columns - 1, left), min(columns - 1, right) + 1):
            if blocks[number, y, x]:
                return True
    return False


@inlined
def _lay_mesh(
    left: int,
    top: int,
    right: int,
    bottom: int,
    triangles: NDArray[np.uint16],
    regions: NDArray[np.uint8],
    points: Floats,
    cover: NDArray[np.uint8],
    shares: Floats,
    bits: NDArray[np.uint32],
    places: Floats,
    texels: NDArray[np.uint32],
    pictures: NDArray[np.int32],
    window: NDArray[np.int32],
    ids: NDArray[np.uint16],
    depths: Floats,
    cell: Floats,
) -> bool:
    # Add the mesh to a cell's pixels (Y, U, V less those of black; alpha; what is left for the plate); return whether there is any.
    met = False
    one, lane = np.float32(1.0), np.uint32(0xFFFF)
    none, byte = np.float32(0.0), np.float32(1.0 / 255.0)
    for y in range(max(top, window[1]), min(bottom, window[3])):
        row = (y - window[1]) * PER_SIDE
        for x in range(max(left, window[0]), min(right, window[2])):
            column = (x - window[0]) * PER_SIDE
            first, second = ids[row, column], ids[row, column + 1]
            third, fourth = ids[row + 1, column], ids[row + 1, column + 1]
            if not (first | second | third | fourth):
                continue
            met = True
            # One surface under all four samples is shaded once; at an edge each surface counts by its samples.
            count, part = 4, np.float32(0.25)
            same = first == second and first == third and first == fourth
            if not same and first and second and third and fourth:
                region = regions[first - 1]
                if region == regions[second - 1] and region == regions[third - 1] and region == regions[fourth - 1]:
                    near = min(
                        depths[row, column],
                        depths[row, column + 1],
                        depths[row + 1, column],
                        depths[row + 1, column + 1],
                    )
                    far = max(
                        depths[row, column],
                        depths[row, column + 1],
                        depths[row + 1, column],
                        depths[row + 1, column + 1],
                    )
                    same = far - near < np.float32(_STEP)
            if same:
                count, part = 1, one
            at = (y - top) * CELL + x - left
            for sample in range(count):
                found = ids[row + (sample >> 1), column + (sample & 1)]
                if not found:
                    continue
                triangle = found - 1
                a, b, c = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
                ax, ay = points[a, 0], points[a, 1]
                bx, by, cx, cy = points[b, 0] - ax, points[b, 1] - ay, points[c, 0] - ax, points[c, 1] - ay
                over = one / (bx * cy - by * cx)
                dx, dy = np.float32(x) + np.float32(0.5) - ax, np.float32(y) + np.float32(0.5) - ay
                # Always at the pixel's middle, where the pictures were smoothed: at rest even edges are theirs.
                share_b = min(np.float32(_REACH), max(np.float32(-_REACH), (dx * cy - dy * cx) * over))
                share_c = min(np.float32(_REACH), max(np.float32(-_REACH), (dy * bx - dx * by) * over))
                share_a = one - share_b - share_c
                opaque = (
                    share_a * np.float32(cover[a]) + share_b * np.float32(cover[b]) + share_c * np.float32(cover[c])
                )
                opaque = min(one, max(none, opaque * byte)) * part
                luma = blue = red = alpha = total = none
                has = bits[a] | bits[b] | bits[c]
                key = 0
                while has:
                    if has & 1:
                        weight = share_a * shares[a, key] + share_b * shares[b, key] + share_c * shares[c, key]
                        if weight > none:
                            u = share_a * places[a, key, 0] + share_b * places[b, key, 0] + share_c * places[c, key, 0]
                            v = share_a * places[a, key, 1] + share_b * places[b, key, 1] + share_c * places[c, key, 1]
                            even, odd = bilinear(texels, pictures[key, 0], pictures[key, 1], pictures[key, 2], u, v)
                            luma += weight * np.float32(even & lane)
                            blue += weight * np.float32(odd & lane)
                            red += weight * np.float32(even >> 16)
                            alpha += weight * np.float32(odd >> 16)
                            total += weight
                    has >>= 1
                    key += 1
                if total > none:
                    scale = opaque / (total * np.float32(256.0))
                    cell[at, 0] += luma * scale - np.float32(16.0) * opaque
                    cell[at, 1] += blue * scale - np.float32(128.0) * opaque
                    cell[at, 2] += red * scale - np.float32(128.0) * opaque
                    cell[at, 3] += alpha * scale
                    cell[at, 4] -= opaque
    return met


@inlined
def _lay_plate(
    row: int,
    column: int,
    wide: int,
    high: int,
    number: int,
    lattices: Floats,
    first: int,
    width: int,
    height: int,
    texels: NDArray[np.uint32],
    cell: Floats,
) -> None:
    # Add a plate to a cell's pixels, where the mesh has left room.
    step, half, lane = np.float32(1.0 / CELL), np.float32(0.5), np.uint32(0xFFFF)
    for y in range(high):
        down = (np.float32(y) + half) * step
        up = np.float32(1.0) - down
        u = up * lattices[number, row, column, 0] + down * lattices[number, row + 1, column, 0]
        v = up * lattices[number, row, column, 1] + down * lattices[number, row + 1, column, 1]
        share = up * lattices[number, row, column, 2] + down * lattices[number, row + 1, column, 2]
        next_u = up * lattices[number, row, column + 1, 0] + down * lattices[number, row + 1, column + 1, 0]
        next_v = up * lattices[number, row, column + 1, 1] + down * lattices[number, row + 1, column + 1, 1]
        next_share = up * lattices[number, row, column + 1, 2] + down * lattices[number, row + 1, column + 1, 2]
        for x in range(wide):
            at = y * CELL + x
            across = (np.float32(x) + half) * step
            part = cell[at, 4] * (share + across * (next_share - share))
            if part > np.float32(1.0 / 1024.0):
                even, odd = bilinear(texels, first, width, height, u + across * (next_u - u), v + across * (next_v - v))
                scale = part * np.float32(1.0 / 256.0)
                cell[at, 0] += np.float32(even & lane) * scale - np.float32(16.0) * part
                cell[at, 1] += np.float32(odd & lane) * scale - np.float32(128.0) * part
                cell[at, 2] += np.float32(even >> 16) * scale - np.float32(128.0) * part
                cell[at, 3] += np.float32(odd >> 16) * scale


@inlined
def _write(
    left: int,
    top: int,
    right: int,
    bottom: int,
    cell: Floats,
    wall: NDArray[np.uint32],
    luma: NDArray[np.uint8],
    blue: NDArray[np.uint8],
    red: NDArray[np.uint8],
    mask: NDArray[np.uint8],
) -> None:
    # Lay a cell's pixels over the wall and write them, two by two for the colour.
    byte, half, quarter = np.uint32(0xFF), np.float32(0.5), np.float32(0.25)
    black, grey, most = np.float32(16.0), np.float32(128.0), np.float32(255.0)
    for y in range(top, bottom, 2):
        for x in range(left, right, 2):
            cool = warm = np.float32(0.0)
            for down in range(2):
                for across in range(2):
                    at = (y - top + down) * CELL + x - left + across
                    behind = wall[y + down, x + across]
                    alpha = min(most, cell[at, 3])
                    clear = np.float32(1.0) - alpha * np.float32(1.0 / 255.0)
                    light = black + cell[at, 0] + clear * (np.float32(behind & byte) - black)
                    cool += cell[at, 1] + clear * (np.float32((behind >> 8) & byte) - grey)
                    warm += cell[at, 2] + clear * (np.float32((behind >> 16) & byte) - grey)
                    mask[y + down, x + across] = np.uint8(alpha + half)
                    luma[y + down, x + across] = np.uint8(min(np.float32(235.0), max(black, light)) + half)
            blue[y >> 1, x >> 1] = np.uint8(min(np.float32(240.0), max(black, grey + cool * quarter)) + half)
            red[y >> 1, x >> 1] = np.uint8(min(np.float32(240.0), max(black, grey + warm * quarter)) + half)


@compiled(
    "u2[:,::1]; u1[::1]; f4[:,::1]; u1[::1]; f4[:,::1]; u4[::1]; f4[:,:,::1]; u4[::1]; i4[:,::1]; i4[::1]; u2[:,::1]; f4[:,::1]; i4[::1]; "
    "f4[:,:,:,::1]; b1[:,:,::1]; u4[:,::1]; f4[:,::1]; b1[:,::1]; u1[:,::1]; u1[:,::1]; u1[:,::1]; u1[:,::1]"
)
def compose(
    triangles: NDArray[np.uint16],
    regions: NDArray[np.uint8],
    points: Floats,
    cover: NDArray[np.uint8],
    shares: Floats,
    bits: NDArray[np.uint32],
    places: Floats,
    texels: NDArray[np.uint32],
    pictures: NDArray[np.int32],
    window: NDArray[np.int32],
    ids: NDArray[np.uint16],
    depths: Floats,
    plates: NDArray[np.int32],
    lattices: Floats,
    blocks: NDArray[np.bool_],
    wall: NDArray[np.uint32],
    cell: Floats,
    plain: NDArray[np.bool_],
    luma: NDArray[np.uint8],
    blue: NDArray[np.uint8],
    red: NDArray[np.uint8],
    mask: NDArray[np.uint8],
) -> None:
    """Write the frame's planes and the person's mask.

    `plates` are the keys of the plates in use (`rest` first), each with its lattice (texel, share of the plate) and its blocks; `cell` is
    scratch space [CELL * CELL, 5]; `plain` says of each cell whether the frame already shows nothing but the wall there.
    """
    height, width = luma.shape
    for row in range((height + CELL - 1) // CELL):
        top, bottom = row * CELL, min(height, row * CELL + CELL)
        for column in range((width + CELL - 1) // CELL):
            left, right = column * CELL, min(width, column * CELL + CELL)
            inside = bottom > window[1] and top < window[3] and right > window[0] and left < window[2]
            showing = 0
            for number in range(plates.size):
                if _shows(lattices, number, row, column, blocks):
                    showing |= 1 << number
            shown = showing != 0
            if plain[row, column] and not inside and not shown:
                continue
            for at in range(CELL * CELL):
                cell[at, 0] = cell[at, 1] = cell[at, 2] = cell[at, 3] = np.float32(0.0)
                cell[at, 4] = np.float32(1.0)
            if inside:
                met = _lay_mesh(
                    left, top, right, bottom, triangles, regions, points, cover, shares, bits, places, texels, pictures,
                    window, ids, depths, cell,
                )  # fmt: skip
                shown = shown or met
            for number in range(plates.size):
                if showing >> number & 1:
                    key = plates[number]
                    _lay_plate(
                        row, column, right - left, bottom - top, number, lattices,
                        pictures[key, 0], pictures[key, 1], pictures[key, 2], texels, cell,
                    )  # fmt: skip
            if shown or not plain[row, column]:
                _write(left, top, right, bottom, cell, wall, luma, blue, red, mask)
            plain[row, column] = not shown
