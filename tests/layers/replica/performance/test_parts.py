"""Eyes, lids, drift, breath and feelings, each by itself."""

import itertools
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.replica.performance.blinks import Blinks
from engine.layers.replica.performance.breathing import Breathing
from engine.layers.replica.performance.easing import Spring, bump
from engine.layers.replica.performance.feelings import EMOTIONS, Feelings
from engine.layers.replica.performance.gaze import Gaze
from engine.layers.replica.performance.sway import Sway
from engine.layers.replica.protocol import ReplicaState
from models.blendshapes import SHAPE_INDEX, SHAPES

FRAME = 1.0 / 25.0
STATES = list(ReplicaState)


def blink_times(seed: int, state: ReplicaState, seconds: float, often: float = 1.0) -> list[float]:
    blinks = Blinks(seed, often)
    shut = [blinks.at(frame * FRAME, state) > 0.99 for frame in range(int(seconds / FRAME))]
    return [frame * FRAME for frame in range(1, len(shut)) if shut[frame] and not shut[frame - 1]]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("often", [0.93, 1.07])
def test_everybody_blinks_ten_to_twenty_times_a_minute(state: ReplicaState, often: float) -> None:
    for seed in range(4):
        assert 10.0 <= len(blink_times(seed, state, 300.0, often)) / 5.0 <= 18.0


def test_blinks_are_irregular() -> None:
    gaps = [later - earlier for earlier, later in itertools.pairwise(blink_times(1, ReplicaState.IDLE, 600.0))]
    assert statistics.stdev(gaps) / statistics.mean(gaps) > 0.35


def test_every_blink_shuts_the_lids_in_a_frame_whatever_the_phase_of_the_frames() -> None:
    for phase in np.linspace(0.0, FRAME, 9, endpoint=False):
        blinks = Blinks(3, 1.0)
        lids = [blinks.at(phase + frame * FRAME, ReplicaState.IDLE) for frame in range(3000)]
        peaks = [
            value for before, value, after in zip(lids, lids[1:], lids[2:], strict=False) if before < value >= after
        ]
        assert len(peaks) > 10
        assert all(peak == 1.0 for peak in peaks)


def test_an_occasion_draws_in_a_blink_that_is_due_but_never_one_right_after_another() -> None:
    first, second = blink_times(2, ReplicaState.IDLE, 60.0)[:2]
    assert second - first > 2.5

    def lids(occasion: float, chance: float, seconds: float) -> float:
        blinks = Blinks(2, 1.0)
        asked = False
        for frame in range(round(seconds / FRAME) + 1):
            if not asked and frame * FRAME >= occasion:
                blinks.occasion(frame * FRAME, chance)
                asked = True
            shut = blinks.at(frame * FRAME, ReplicaState.IDLE)
        return shut

    assert lids(second - 1.0, 1.0, second - 0.88) > 0.9
    assert lids(second - 1.0, 0.0, second - 0.88) == 0.0
    assert lids(first + 0.6, 1.0, first + 0.72) == 0.0


def looks(seed: int, state: ReplicaState, seconds: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    gaze = Gaze(seed)
    return np.array([gaze.at(frame * FRAME, state) for frame in range(int(seconds / FRAME))])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("state", [ReplicaState.SPEAKING, ReplicaState.LISTENING])
def test_eyes_are_at_the_camera_most_of_a_conversation_but_not_always(seed: int, state: ReplicaState) -> None:
    away = np.hypot(*looks(seed, state, 180.0).T)
    assert 0.8 <= (away < 2.5).mean() < 0.99


@pytest.mark.parametrize("seed", range(4))
def test_who_thinks_looks_aside_and_up(seed: int) -> None:
    places = looks(seed, ReplicaState.THINKING, 120.0)
    assert (np.abs(places[:, 0]) > 4.0).mean() > 0.6
    assert places[:, 1].mean() < -2.0


def test_eyes_rest_and_leap() -> None:
    steps = np.hypot(*np.diff(looks(2, ReplicaState.SPEAKING, 120.0), axis=0).T)
    assert (steps < 1e-9).mean() > 0.85
    assert 3.0 < steps.max() < 25.0


def test_a_change_to_thinking_turns_the_eyes_away_within_a_third_of_a_second_and_back_again() -> None:
    gaze = Gaze(1)
    for frame in range(50):
        gaze.at(frame * FRAME, ReplicaState.LISTENING)
    thinking = [gaze.at((50 + frame) * FRAME, ReplicaState.THINKING) for frame in range(9)]
    assert max(abs(x) for x, _ in thinking) > 4.0
    speaking = [gaze.at((59 + frame) * FRAME, ReplicaState.SPEAKING) for frame in range(9)]
    assert np.hypot(*speaking[-1]) < 2.5


@pytest.mark.parametrize("seed", range(4))
def test_the_head_drifts_slowly_and_never_stands_still(seed: int) -> None:
    sway = Sway(seed, 1.0)
    path = np.array([sway.at(frame * FRAME, FRAME, 1.0)[:3] for frame in range(3000)])
    steps = np.abs(np.diff(path, axis=0))
    assert (steps.sum(1) > 0.0).all()
    assert (steps.max(0) <= 3.0 * np.percentile(steps, 99, axis=0)).all()
    assert (np.abs(path).max(0) < [8.0, 4.5, 5.0]).all()
    assert (path.std(0) > 0.3).all()


def test_slow_drift_is_stronger_than_quick_drift_and_there_is_no_tremor() -> None:
    sway = Sway(1, 1.0)
    path = np.array([sway.at(frame * FRAME, FRAME, 1.0)[0] for frame in range(8192)])
    power = np.abs(np.fft.rfft((path - path.mean()) * np.hanning(path.size))) ** 2
    hertz = np.fft.rfftfreq(path.size, FRAME)

    def share(low: float, high: float) -> float:
        return float(power[(hertz >= low) & (hertz < high)].sum() / power.sum())

    assert share(0.0, 0.3) > share(0.3, 0.8) > share(0.8, 2.0)
    assert share(2.0, 13.0) < 1e-3


def test_breathing_is_natural_and_quickens_before_speech() -> None:
    def rate(*, talking: bool, soon: bool) -> float:
        breathing = Breathing(1)
        breaths = [breathing.at(FRAME, talking=talking, about_to_talk=soon) for _ in range(4500)]
        assert 0.0 <= min(breaths) < 0.01
        assert 0.99 < max(breaths) <= 1.0
        return sum(a < 0.5 <= b for a, b in itertools.pairwise(breaths)) / 180.0

    assert (
        0.2 <= rate(talking=False, soon=False) < rate(talking=True, soon=False) < rate(talking=False, soon=True) <= 0.3
    )


def test_emotions_are_the_eight_of_set_emotion() -> None:
    assert set(EMOTIONS) == {"neutral", "happiness", "sadness", "anger", "fear", "surprise", "disgust", "contempt"}


def settled(emotion: str, state: ReplicaState = ReplicaState.IDLE) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    feelings = Feelings(1.0)
    feelings.at(0.0, state, "neutral")
    return feelings.at(10.0, state, emotion).weights


def test_emotions_are_distinct_and_bounded() -> None:
    faces = {emotion: settled(emotion) for emotion in EMOTIONS}
    for face in faces.values():
        assert face.shape == (len(SHAPES),)
        assert face.min() >= 0.0
        assert face.max() <= 1.0
    for one, other in itertools.combinations(EMOTIONS, 2):
        assert np.linalg.norm(faces[one] - faces[other]) > 0.5, (one, other)
        similar = faces[one] @ faces[other] / (np.linalg.norm(faces[one]) * np.linalg.norm(faces[other]))
        assert similar < 0.85, (one, other)


@pytest.mark.parametrize(
    ("emotion", "shape"),
    [
        ("happiness", "mouthSmile_L"),
        ("sadness", "browInnerUp_L"),
        ("anger", "browDown_L"),
        ("fear", "eyeWide_L"),
        ("surprise", "browOuterUp_L"),
        ("disgust", "noseSneer_L"),
        ("contempt", "mouthDimple_R"),
    ],
)
def test_each_emotion_shows_where_people_look_for_it(emotion: str, shape: str) -> None:
    assert settled(emotion)[SHAPE_INDEX[shape]] >= 0.4 > 0.2 > settled("neutral")[SHAPE_INDEX[shape]]


def test_only_contempt_is_one_sided() -> None:
    for emotion in EMOTIONS:
        face = settled(emotion)
        differences = [
            abs(face[place] - face[SHAPE_INDEX[name.removesuffix("_L") + "_R"]])
            for place, name in enumerate(SHAPES)
            if name.endswith("_L")
        ]
        assert bool(max(differences) > 0.3) is (emotion == "contempt")


def test_a_sad_listener_does_not_smile() -> None:
    smile = SHAPE_INDEX["mouthSmile_L"]
    assert settled("sadness", ReplicaState.LISTENING)[smile] < 0.02 < settled("neutral", ReplicaState.LISTENING)[smile]


def test_a_feeling_comes_softly_and_is_there_after_a_second() -> None:
    feelings = Feelings(1.0)
    feelings.at(0.0, ReplicaState.IDLE, "neutral")
    brows = [feelings.at(FRAME, ReplicaState.IDLE, "anger").weights[SHAPE_INDEX["browDown_L"]] for _ in range(30)]
    assert all(earlier <= later for earlier, later in itertools.pairwise(brows))
    assert brows[0] < 0.03
    assert max(later - earlier for earlier, later in itertools.pairwise(brows)) < 0.1
    assert brows[25] > 0.8


@given(
    steps=st.lists(st.floats(0.0, 0.5), min_size=1, max_size=30),
    start=st.floats(-5.0, 5.0),
    target=st.floats(-5.0, 5.0),
)
def test_a_spring_never_overshoots_and_comes_to_the_same_place_in_however_many_steps(
    steps: list[float], start: float, target: float
) -> None:
    spring, whole = Spring(np.array([start]), 0.2), Spring(np.array([start]), 0.2)
    low, high = min(start, target), max(start, target)
    for step in steps:
        assert low - 1e-9 <= float(spring.towards(np.array([target]), step)[0]) <= high + 1e-9
    assert float(whole.towards(np.array([target]), sum(steps))[0]) == pytest.approx(float(spring.at[0]), abs=1e-9)


def test_a_bump_rises_and_falls() -> None:
    assert [round(bump(since, 0.2, 0.4), 3) for since in (-1.0, 0.0, 0.1, 0.2, 0.4, 0.6, 9.0)] == [
        0,
        0,
        0.5,
        1,
        0.5,
        0,
        0,
    ]
