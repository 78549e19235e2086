"""Finding faces: the arithmetic without the network, and the network on synthetic faces."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelUnavailableError
from engine.layers.perception.face_detection import MODEL, FaceDetector, anchors, decode, merged
from engine.layers.perception.region import Region
from tests.layers.perception.pictures import EYES, picture, shifted, stored


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector(stored(MODEL))


def test_anchors_lie_two_in_each_fine_cell_and_six_in_each_coarse_one() -> None:
    found = anchors()
    assert found.shape == (896, 2)
    assert found[0].tolist() == found[1].tolist() == [1 / 32, 1 / 32]
    assert found[2].tolist() == [3 / 32, 1 / 32]
    assert found[512].tolist() == found[517].tolist() == [1 / 16, 1 / 16]
    assert found[-1].tolist() == [15 / 16, 15 / 16]


def test_boxes_are_told_in_pixels_of_the_network_from_the_anchor() -> None:
    raw = np.zeros((1, 16))
    raw[0, :6] = 12.8, -12.8, 25.6, 51.2, 6.4, 0.0
    places = decode(raw, np.array([[0.5, 0.5]]))[0]
    assert places[:4] == pytest.approx([0.5, 0.2, 0.7, 0.6])
    assert places[4:6] == pytest.approx([0.55, 0.5])


def test_boxes_on_one_another_become_one_and_others_stay() -> None:
    def at(left: float) -> list[float]:
        return [left, 0.0, left + 10.0, 10.0, *[left] * 12]

    found = merged(np.array([0.6, 0.9, 0.7]), np.array([at(2.0), at(0.0), at(40.0)]))
    assert [score for score, _ in found] == [0.9, 0.7]
    assert found[0][1][0] == pytest.approx(0.6 * 2.0 / 1.5)
    assert found[1][1][0] == 40.0


def test_a_box_without_any_size_does_no_harm() -> None:
    assert len(merged(np.array([0.6]), np.zeros((1, 16)))) == 1


@pytest.mark.models
@pytest.mark.parametrize("name", ["closed", "open"])
def test_a_face_is_found_surely_with_its_eyes_where_they_are(detector: FaceDetector, name: str) -> None:
    (face,) = detector.find(picture(name))
    assert face.score > 0.85
    assert np.abs(face.keypoints[:2] - EYES).max() < 6.0
    left, top, right, bottom = face.box
    assert left < EYES[0][0] < EYES[1][0] < right
    assert top < EYES[0][1] < bottom


@pytest.mark.models
def test_a_wide_picture_shows_the_same_face_at_its_place(detector: FaceDetector) -> None:
    wide = np.zeros((320, 568, 3), np.uint8)
    wide[:, 200:520] = picture("closed")
    (face,) = detector.find(wide)
    assert face.score > 0.85
    assert face.keypoints[0, 0] == pytest.approx(200 + EYES[0][0], abs=6.0)


@pytest.mark.models
def test_two_faces_are_two(detector: FaceDetector) -> None:
    faces = detector.find(np.concatenate([picture("closed"), picture("open")], axis=1))
    assert len(faces) == 2
    assert sorted(round(face.keypoints[0, 0] / 320) for face in faces) == [0, 1]


@pytest.mark.models
def test_a_square_of_the_picture_tells_places_of_the_picture(detector: FaceDetector) -> None:
    moved = shifted(picture("closed"), 30, -20)
    (face,) = detector.find(moved, region=Region(190, 140, 280))
    assert np.abs(face.keypoints[:2] - np.array(EYES) - [30, -20]).max() < 6.0


@pytest.mark.models
def test_no_face_no_box(detector: FaceDetector) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3), np.uint8)
    assert detector.find(noise) == []
    assert detector.find(np.zeros((240, 320, 3), np.uint8)) == []


def test_a_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="models pull"):
        FaceDetector(tmp_path)
