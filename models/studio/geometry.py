"""Turning and seeing: the head's pose, the eyes' turn and the camera, as the bundle's format describes them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


def rotation(yaw: float, pitch: float, roll: float = 0.0) -> Points:
    """The matrix of a turn in degrees: to the picture's right, down, clockwise for the viewer."""
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), np.sin(r), 0], [-np.sin(r), np.cos(r), 0], [0, 0, 1]])
    turned: Points = about_y @ about_x @ about_z
    return turned


@dataclass(frozen=True, slots=True)
class Pose:
    """Where head and eyes point, in degrees."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0

    def turn_head(self, points: Points, follow: Points, pivot: Points) -> Points:
        """`points` with the head turned; `follow` is the share with which each one goes along."""
        turned = (points - pivot) @ rotation(self.yaw, self.pitch, self.roll).T + pivot
        return points + follow[:, None] * (turned - points)

    def turn_back(self, points: Points, follow: Points, pivot: Points) -> Points:
        """The points which `turn_head` brings to `points`."""
        straight = rotation(self.yaw, self.pitch, self.roll)
        mixed = follow[:, None, None] * straight[None] + (1 - follow[:, None, None]) * np.eye(3)[None]
        undone: Points = np.linalg.solve(mixed, (points - pivot)[:, :, None])[:, :, 0] + pivot
        return undone

    def turn_eye(self, points: Points, pivot: Points) -> Points:
        """The points of an eyeball in the head: the gaze is told relative to the camera, so the head's turn is taken off."""
        turned: Points = (points - pivot) @ rotation(self.gaze_x - self.yaw, self.gaze_y - self.pitch).T + pivot
        return turned


@dataclass(frozen=True, slots=True)
class Camera:
    """A level pinhole camera with a shifted picture."""

    width: int
    height: int
    focal: float
    centre: tuple[float, float]
    position: tuple[float, float, float]

    def project(self, points: Points) -> Points:
        """Canvas x, y and distance of each point."""
        x, y, z = self.position
        distance = z - points[:, 2]
        return np.stack(
            [
                self.centre[0] + self.focal * (points[:, 0] - x) / distance,
                self.centre[1] - self.focal * (points[:, 1] - y) / distance,
                distance,
            ],
            axis=1,
        )

    def point_at(self, canvas: Points, distance: Points) -> Points:
        """The points seen at canvas positions [N, 2] at given distances [N]."""
        x, y, z = self.position
        return np.stack(
            [
                x + (canvas[:, 0] - self.centre[0]) * distance / self.focal,
                y - (canvas[:, 1] - self.centre[1]) * distance / self.focal,
                z - distance,
            ],
            axis=1,
        )


def smoothstep(low: float, high: float, value: NDArray[np.floating[Any]]) -> Points:
    """0 below `low`, 1 above `high` (or the other way round when `low` is the larger), smooth between."""
    t = np.clip((value.astype(np.float64) - low) / (high - low), 0.0, 1.0)
    smooth: Points = t * t * (3 - 2 * t)
    return smooth
