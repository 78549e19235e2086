"""The mesh on synthetic faces."""

import numpy as np
import pytest

from engine.layers.perception import face_detection
from engine.layers.perception.face_detection import FaceDetector
from engine.layers.perception.face_mesh import MODEL, OUTER_EYES, FaceMesh, FaceMesher, region_of, region_round
from tests.layers.perception.pictures import EYES, picture, shifted, stored

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def mesher() -> FaceMesher:
    return FaceMesher(stored(MODEL))


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector(stored(face_detection.MODEL))


def meshed(name: str, mesher: FaceMesher, detector: FaceDetector) -> FaceMesh:
    rgb = picture(name)
    return mesher.lay(rgb, region_of(detector.find(rgb)[0]))


def test_the_mesh_lies_on_the_face(mesher: FaceMesher, detector: FaceDetector) -> None:
    mesh = meshed("closed", mesher, detector)
    assert mesh.points.shape == (468, 3)
    assert mesh.score > 0.99
    left, right = (mesh.points[index, :2] for index in OUTER_EYES)
    assert EYES[0][0] - 22 < left[0] < EYES[0][0] < EYES[1][0] < right[0] < EYES[1][0] + 22
    assert abs(left[1] - EYES[0][1]) < 6
    # The nose is nearer than the cheeks.
    assert mesh.points[1, 2] < min(mesh.points[234, 2], mesh.points[454, 2])


def test_an_open_mouth_is_measured_open(mesher: FaceMesher, detector: FaceDetector) -> None:
    assert meshed("closed", mesher, detector).opening() < 0.06
    assert meshed("open", mesher, detector).opening() > 0.15


def test_following_the_mesh_gives_the_same_face_again(mesher: FaceMesher, detector: FaceDetector) -> None:
    first = meshed("closed", mesher, detector)
    rgb = shifted(picture("closed"), 3, 2)
    second = mesher.lay(rgb, region_round(first))
    third = mesher.lay(rgb, region_round(second))
    assert np.abs(second.points[:, :2] - first.points[:, :2] - [3, 2]).mean() < 2.5
    assert np.abs(third.points[:, :2] - second.points[:, :2]).mean() < 1.0
    assert third.score > 0.99


def test_where_there_is_no_face_the_score_says_so(mesher: FaceMesher, detector: FaceDetector) -> None:
    region = region_of(detector.find(picture("closed"))[0])
    assert mesher.lay(np.full((320, 320, 3), 90, np.uint8), region).score < 0.3
