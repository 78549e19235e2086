"""Movements of a face at rest."""

import itertools

import pytest

from engine.layers.replica.liveliness import Liveliness, Pose
from engine.layers.replica.protocol import ReplicaState

FRAME = 1.0 / 25.0


def watch(seed: int, seconds: float, state: ReplicaState = ReplicaState.IDLE, start: float = 0.0) -> list[Pose]:
    liveliness = Liveliness(seed)
    return [liveliness.at(start + index * FRAME, state) for index in range(int(seconds / FRAME))]


@pytest.mark.parametrize("seed", range(5))
def test_blinks_every_two_to_six_seconds_and_shuts_the_eyes(seed: int) -> None:
    lids = [pose.lids for pose in watch(seed, 120.0)]
    shut = [index * FRAME for index, value in enumerate(lids) if value < 0.02]
    onsets = [time for before, time in zip([-1.0, *shut], shut, strict=False) if time - before > 0.2]
    gaps = [later - earlier for earlier, later in itertools.pairwise(onsets)]
    assert 20 <= len(onsets) <= 60
    assert min(gaps) >= 1.9
    assert max(gaps) <= 6.3


def test_the_same_seed_repeats_and_another_does_not() -> None:
    assert watch(4, 20.0) == watch(4, 20.0)
    assert watch(4, 20.0) != watch(5, 20.0)


@pytest.mark.parametrize("state", list(ReplicaState))
def test_the_head_moves_always_but_gently(state: ReplicaState) -> None:
    poses = watch(2, 60.0, state)
    for earlier, later in itertools.pairwise(poses):
        step = abs(later.head_x - earlier.head_x) + abs(later.head_y - earlier.head_y)
        assert 0.0 < step < 1.0
    assert all(abs(pose.head_x) < 9.0 and abs(pose.head_y) < 9.0 for pose in poses)


def test_listening_raises_the_brows_and_nods() -> None:
    idle, listening = watch(3, 30.0), watch(3, 30.0, ReplicaState.LISTENING)
    assert sum(pose.brows for pose in listening) > sum(pose.brows for pose in idle) + 100
    assert max(pose.head_y for pose in listening) > max(pose.head_y for pose in idle) + 1.0


def test_thinking_looks_aside_and_up() -> None:
    poses = watch(3, 20.0, ReplicaState.THINKING)
    assert all(pose.gaze_x > 0.2 and pose.gaze_y < -0.3 for pose in poses)


def test_a_change_of_state_takes_about_a_quarter_of_a_second() -> None:
    liveliness = Liveliness(1)
    before = liveliness.at(0.0, ReplicaState.LISTENING).gaze_y
    way = [liveliness.at(FRAME * index, ReplicaState.THINKING).gaze_y - before for index in range(1, 10)]
    assert -0.35 < way[0] < 0.0
    assert way[6] < -0.45


def test_a_call_that_starts_late_on_the_clock_is_the_same() -> None:
    early, late = watch(6, 10.0), watch(6, 10.0, start=5_000.0)
    assert [round(pose.lids, 3) for pose in early] == [round(pose.lids, 3) for pose in late]
