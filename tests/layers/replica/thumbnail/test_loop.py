"""The small performance of a thumbnail: it ends where it began."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.thumbnail.drawing import FRAMES
from engine.layers.replica.thumbnail.loop import Loop
from models.blendshapes import SHAPE_INDEX

SEEDS = [0, 1, 5, 2**32 - 1]


def as_numbers(face: Expression) -> NDArray[np.float64]:
    return np.array([*(10.0 * face.weights), face.yaw, face.pitch, face.roll, face.gaze_x, face.gaze_y, face.breath])


def course(seed: int) -> NDArray[np.float64]:
    loop = Loop.of(seed)
    return np.array([as_numbers(loop.at(frame / FRAMES)) for frame in range(FRAMES)])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_end_is_the_beginning(seed: int) -> None:
    loop = Loop.of(seed)
    assert as_numbers(loop.at(1.0)) == pytest.approx(as_numbers(loop.at(0.0)), abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_step_over_the_seam_is_like_any_other(seed: int) -> None:
    faces = course(seed)
    steps = np.abs(np.roll(faces, -1, axis=0) - faces).max(axis=1)
    turns = np.abs(np.roll(faces, -1, axis=0) - 2 * faces + np.roll(faces, 1, axis=0)).max(axis=1)
    assert steps[-1] <= steps[:-1].max()
    assert max(turns[0], turns[-1]) <= turns[1:-1].max()


@pytest.mark.parametrize("seed", SEEDS)
def test_it_blinks_once_with_both_eyes(seed: int) -> None:
    loop = Loop.of(seed)
    lids = np.array([loop.at(moment).weights[SHAPE_INDEX["eyeBlink_L"]] for moment in np.linspace(0, 1, 1000)])
    assert lids.max() == pytest.approx(1.0)
    assert np.count_nonzero(np.diff((lids > 0.5).astype(int)) > 0) == 1
    for frame in range(FRAMES):
        weights = loop.at(frame / FRAMES).weights
        assert weights[SHAPE_INDEX["eyeBlink_L"]] == weights[SHAPE_INDEX["eyeBlink_R"]]
        assert 0.0 <= weights.min() <= weights.max() <= 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_it_smiles_and_looks_about_a_little_and_into_the_camera_always(seed: int) -> None:
    faces = [Loop.of(seed).at(frame / FRAMES) for frame in range(FRAMES)]
    assert max(face.weights[SHAPE_INDEX["mouthSmile_L"]] for face in faces) > 0.2
    assert 2.0 < max(abs(face.yaw) for face in faces) < 6.0
    assert all(face.gaze_x == face.gaze_y == 0.0 for face in faces)
    assert faces[0].yaw == pytest.approx(0.0)


def test_two_thumbnails_do_not_move_alike() -> None:
    assert not np.allclose(course(1), course(2))
    assert np.array_equal(course(1), course(1))
