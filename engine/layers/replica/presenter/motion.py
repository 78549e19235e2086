"""From an expression to places in the picture: shapes, eyes, head pose, projection; the same for mesh and plates."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.presenter.bundle import Camera
from engine.layers.replica.presenter.framing import Framing
from engine.layers.replica.presenter.geometry import LEFT_EYE, RIGHT_EYE
from engine.layers.replica.presenter.kernels import compiled

Floats = NDArray[np.float32]


def rotation(yaw: float, pitch: float, roll: float, out: Floats) -> None:
    """Write the matrix [3, 3] of a pose in degrees (to the picture's right, down, clockwise for the viewer)."""
    a, b, c = math.radians(yaw), math.radians(pitch), math.radians(roll)
    ca, sa, cb, sb, cc, sc = math.cos(a), math.sin(a), math.cos(b), math.sin(b), math.cos(c), math.sin(c)
    out[0] = (ca * cc - sa * sb * sc, ca * sc + sa * sb * cc, sa * cb)
    out[1] = (-cb * sc, cb * cc, -sb)
    out[2] = (-sa * cc - ca * sb * sc, -sa * sc + ca * sb * cc, ca * cb)


def lens(camera: Camera, framing: Framing) -> Floats:
    """Return what `project` needs: focal length and centre in output pixels, position."""
    return np.array(
        (
            camera.focal * framing.scale,
            (camera.centre[0] - framing.left) * framing.scale,
            (camera.centre[1] - framing.top) * framing.scale,
            *camera.position,
        ),
        np.float32,
    )


@compiled("f4[::1]; i1[:,::1]; f4[::1]; f4[::1]; f4[::1]")
def morph(rest: Floats, deltas: NDArray[np.int8], scales: Floats, weights: Floats, out: Floats) -> None:
    """Write `rest` plus the weighted shapes; everything flat (three numbers a vertex, a row of them for each shape)."""
    for index in range(out.size):
        out[index] = rest[index]
    for shape in range(deltas.shape[0]):
        factor = weights[shape] * scales[shape]
        if factor != 0.0:
            delta = deltas[shape]
            for index in range(out.size):
                out[index] += factor * np.float32(delta[index])


@compiled("f4[:,::1]; u1[::1]; f4[:,::1]; f4[:,::1]")
def turn_eyes(points: Floats, region: NDArray[np.uint8], pivots: Floats, turn: Floats) -> None:
    """Turn the eyeballs' vertices [V, 3] about their pivots [2, 3] in place."""
    for vertex in range(region.size):
        if region[vertex] == LEFT_EYE or region[vertex] == RIGHT_EYE:
            pivot = pivots[region[vertex] - LEFT_EYE]
            x = points[vertex, 0] - pivot[0]
            y = points[vertex, 1] - pivot[1]
            z = points[vertex, 2] - pivot[2]
            points[vertex, 0] = pivot[0] + turn[0, 0] * x + turn[0, 1] * y + turn[0, 2] * z
            points[vertex, 1] = pivot[1] + turn[1, 0] * x + turn[1, 1] * y + turn[1, 2] * z
            points[vertex, 2] = pivot[2] + turn[2, 0] * x + turn[2, 1] * y + turn[2, 2] * z


@compiled("f4[:,::1]; u1[::1]; f4[::1]; f4[:,::1]; f4[::1]; f4[:,::1]")
def project(points: Floats, follow: NDArray[np.uint8], pivot: Floats, turn: Floats, view: Floats, out: Floats) -> None:
    """Pose points [n, 3] with the head by their share, and write x, y (output pixels) and distance from the camera [n, 3]."""
    for index in range(follow.size):
        share = np.float32(follow[index]) * np.float32(1.0 / 255.0)
        x, y, z = points[index, 0], points[index, 1], points[index, 2]
        if share > 0.0:
            rx, ry, rz = x - pivot[0], y - pivot[1], z - pivot[2]
            x += share * (turn[0, 0] * rx + turn[0, 1] * ry + turn[0, 2] * rz - rx)
            y += share * (turn[1, 0] * rx + turn[1, 1] * ry + turn[1, 2] * rz - ry)
            z += share * (turn[2, 0] * rx + turn[2, 1] * ry + turn[2, 2] * rz - rz)
        distance = view[5] - z
        enlarged = view[0] / distance
        out[index, 0] = view[1] + enlarged * (x - view[3])
        out[index, 1] = view[2] - enlarged * (y - view[4])
        out[index, 2] = distance


@compiled("f4[:,::1]; u2[::1]; u1[::1]; f4[:,::1]; f4[:,::1]; f8; u1[::1]; f4[::1]; f4[:,::1]; f4[::1]; f4[:,::1]")
def stretch(
    nodes: Floats,
    vertices: NDArray[np.uint16],
    shares: NDArray[np.uint8],
    rest: Floats,
    breaths: Floats,
    breath: float,
    follow: NDArray[np.uint8],
    pivot: Floats,
    turn: Floats,
    view: Floats,
    mesh: Floats,
) -> None:
    """Let a plate's projected nodes follow the expression of their vertices, and breathe.

    `rest` are the mesh's points without expression, `mesh` its projected points with it; `breath` is in output pixels per canvas pixel.
    """
    for node in range(shares.size):
        nodes[node, 0] += breath * breaths[node, 0]
        nodes[node, 1] += breath * breaths[node, 1]
        if shares[node] > 0:
            vertex = vertices[node]
            part = np.float32(shares[node]) * np.float32(1.0 / 255.0)
            share = np.float32(follow[vertex]) * np.float32(1.0 / 255.0)
            x, y, z = rest[vertex, 0], rest[vertex, 1], rest[vertex, 2]
            rx, ry, rz = x - pivot[0], y - pivot[1], z - pivot[2]
            x += share * (turn[0, 0] * rx + turn[0, 1] * ry + turn[0, 2] * rz - rx)
            y += share * (turn[1, 0] * rx + turn[1, 1] * ry + turn[1, 2] * rz - ry)
            z += share * (turn[2, 0] * rx + turn[2, 1] * ry + turn[2, 2] * rz - rz)
            enlarged = view[0] / (view[5] - z)
            nodes[node, 0] += part * (mesh[vertex, 0] - view[1] - enlarged * (x - view[3]))
            nodes[node, 1] += part * (mesh[vertex, 1] - view[2] + enlarged * (y - view[4]))
