"""Stubble and studs, on a small stand-in for a head."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

pytest.importorskip("scipy")

from models.studio.beard import beard_density, stubble
from models.studio.head import Person
from models.studio.jewels import LOBES, studs
from models.studio.people import PEOPLE
from models.studio.strands import vertex_normals
from tests.models.studio.presenters_made_small import ball

MOUTH = 48 + np.arange(12)


def bearded() -> tuple[Person, Any, Any]:
    """A ball before which nose and mouth are marked where the head has them."""
    points, triangles = ball()
    points = points - [0.0, 7.0, 0.0]
    turn = np.arange(12) / 12 * 2 * np.pi
    marks = np.zeros((68, 3))
    marks[33] = (0.0, -0.5, 9.0)
    marks[MOUTH] = np.stack([1.6 * np.cos(turn), -3.0 + 0.6 * np.sin(turn), np.full(12, 9.5)], axis=1)
    person = SimpleNamespace(
        plain=np.concatenate([points, marks]),
        mesh=SimpleNamespace(landmarks=len(points) + np.arange(68)),
        landmark=lambda *numbers: marks[list(numbers)].mean(axis=0),
    )
    return cast("Person", person), points, triangles


def test_a_beard_grows_on_the_chin_and_not_on_forehead_or_lips() -> None:
    person, _, _ = bearded()
    places = np.array([[0.0, -5.0, 9.0], [0.0, 7.0, 9.0], [0.0, -3.0, 9.5]])
    chin, forehead, lips = beard_density(places, person, 3)
    assert chin > 0.8
    assert forehead == 0.0
    assert lips == 0.0


def test_stubble_rides_on_the_skin_and_some_of_it_is_grey() -> None:
    person, points, triangles = bearded()
    hairs = stubble(person, PEOPLE["ravi"], points, triangles)
    grown = hairs.at(points)
    up = np.array([0.0, 1.0, 0.0])
    assert np.allclose(hairs.at(points + up).points, grown.points + up)
    assert np.linalg.norm(grown.points[:, -1] - grown.points[:, 0], axis=1).max() < 0.16
    assert 0.3 < (grown.shade < 0).mean() < 0.7
    assert vertex_normals(points, triangles)[hairs.corners[:, 0]][:, 2].min() > -0.3


def test_a_stud_hangs_at_each_lobe() -> None:
    vertices = np.zeros((max(LOBES) + 1, 3))
    vertices[LOBES[0]], vertices[LOBES[1]] = (-6.9, -1.3, 1.4), (6.9, -1.3, 1.4)
    points, quads = studs(vertices)
    left, right = np.split(points, 2)
    assert np.allclose(left * [-1, 1, 1], right, atol=0.6)
    assert np.abs(left - vertices[LOBES[0]]).max() < 0.6
    assert quads.max() == len(points) - 1
