"""Turning heads and projecting them, as the bundle's format says."""

import numpy as np
import pytest

from models.studio.geometry import Camera, Pose, rotation, smoothstep

NOSE = np.array([[0.0, 0.0, 1.0]])
CROWN = np.array([[0.0, 1.0, 0.0]])
CAMERA = Camera(1280, 960, 3700.0, (640.0, 365.0), (0.0, 3.5, 155.0))


def test_a_positive_yaw_turns_the_nose_to_the_pictures_right() -> None:
    assert (NOSE @ rotation(10, 0).T)[0, 0] > 0.1


def test_a_positive_pitch_lowers_the_nose() -> None:
    assert (NOSE @ rotation(0, 10).T)[0, 1] < -0.1


def test_a_positive_roll_tips_the_crown_to_the_pictures_right() -> None:
    assert (CROWN @ rotation(0, 0, 10).T)[0, 0] > 0.1


def test_what_does_not_follow_the_head_stays_where_it_is() -> None:
    points = np.array([[3.0, 4.0, 5.0], [3.0, 4.0, 5.0]])
    turned = Pose(yaw=20, pitch=5).turn_head(points, np.array([1.0, 0.0]), np.zeros(3))
    assert np.abs(turned[0] - points[0]).max() > 0.5
    assert np.array_equal(turned[1], points[1])


def test_turning_back_undoes_a_turn_for_any_share() -> None:
    rng = np.random.default_rng(1)
    points, share, pivot = rng.normal(0, 8, (50, 3)), rng.random(50), np.array([0.0, -5.0, -2.5])
    pose = Pose(yaw=-10, pitch=4, roll=3)
    assert np.allclose(pose.turn_back(pose.turn_head(points, share, pivot), share, pivot), points)


def test_an_eye_keeps_looking_at_the_camera_when_only_the_head_turns() -> None:
    pupil, pivot = np.array([[3.0, 2.0, 10.0]]), np.array([3.0, 2.0, 8.5])
    head_turned = Pose(yaw=12.0)
    placed = head_turned.turn_head(head_turned.turn_eye(pupil, pivot), np.ones(1), np.zeros(3))
    centre = head_turned.turn_head(pivot[None], np.ones(1), np.zeros(3))
    assert np.allclose((placed - centre) / 1.5, NOSE, atol=1e-9)


def test_what_the_camera_sees_can_be_placed_back_by_its_distance() -> None:
    points = np.array([[-4.0, 6.0, 9.0], [11.0, -15.0, 2.0]])
    seen = CAMERA.project(points)
    assert np.allclose(CAMERA.point_at(seen[:, :2], seen[:, 2]), points)


def test_the_eye_level_lies_at_38_percent_of_the_picture() -> None:
    assert CAMERA.project(np.array([[0.0, 3.5, 9.0]]))[0, 1] == pytest.approx(365.0)


def test_smoothstep_also_runs_downwards() -> None:
    assert smoothstep(1.0, 0.0, np.array([-1.0, 0.5, 2.0])).tolist() == [1.0, 0.5, 0.0]
