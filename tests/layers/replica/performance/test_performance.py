"""The whole act: what a viewer would measure."""

import itertools
import statistics
import threading
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bench.replica_mouth import viseme_track
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.performance.feelings import EMOTIONS
from engine.layers.replica.performance.hearing import MouthReader
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.performance.temperament import CALM, LIVELY, TEMPERAMENTS, Temperament
from engine.layers.replica.protocol import FaceSpeech, ReplicaState
from models.blendshapes import SHAPE_INDEX, SHAPES
from tests.layers.replica.performance.speaking import (
    FRAME,
    MS,
    SECOND,
    length_of,
    lip_from_teeth,
    lip_gap,
    monologue,
    same,
    sentence,
    spoken,
    talk,
    track,
    watch,
    weights,
)


def frames_of(speech: FaceSpeech, phonemes: str, frames: int) -> list[list[int]]:
    """Frames shown during each of these phonemes, where there are any."""
    scale = SECOND / speech.sample_rate
    found: list[list[int]] = []
    for span in speech.phonemes:
        if span.phoneme and span.phoneme in phonemes:
            first = speech.start + span.start * scale
            last = first + span.length * scale
            found.append([frame for frame in range(frames) if first <= frame * FRAME < last])
    return [shown for shown in found if shown]


@pytest.mark.parametrize("emotion", sorted(EMOTIONS))
def test_lips_close_for_p_b_m_whatever_is_felt(emotion: str) -> None:
    clauses = monologue(8)
    performance = Performance(1, temperament=LIVELY)
    performance.feel(emotion, 0)
    frames = (clauses[-1].start + length_of(clauses[-1])) // FRAME
    gap = lip_gap(talk(performance, clauses, frames))
    closed = [bool(gap[shown].min() < 0.1) for clause in clauses for shown in frames_of(clause, "pbm", frames)]
    assert len(closed) > 15
    assert statistics.mean(closed) >= 0.95


def test_the_lower_lip_touches_the_upper_teeth_for_f_and_v() -> None:
    clauses = monologue(12)
    frames = (clauses[-1].start + length_of(clauses[-1])) // FRAME
    shown = talk(Performance(1), clauses, frames)
    below, before = lip_from_teeth(shown)
    gap = lip_gap(shown)
    touched = [
        bool(((abs(below[at]) < 0.15) & (abs(before[at]) < 0.3) & (gap[at] > 0.1)).any())
        for clause in clauses
        for at in frames_of(clause, "fv", frames)
    ]
    assert len(touched) > 15
    assert statistics.mean(touched) >= 0.95


def test_the_tongue_is_between_the_teeth_for_th_and_nowhere_else_for_long() -> None:
    clause = spoken(0, ("ɑː", 200), ("θ", 90), ("ɑː", 200), ("s", 100), ("ɑː", 200))
    tongue = track(talk(Performance(1), [clause], 25), "tongueOut")
    assert max(tongue[5:8]) == 1.0
    assert max(tongue[10:]) == 0.0


def test_the_opening_of_the_mouth_follows_the_visemes_of_the_speech() -> None:
    clauses = monologue(6)
    frames = (clauses[-1].start + length_of(clauses[-1])) // FRAME
    shown = talk(Performance(2), clauses, frames)
    wanted = viseme_track(clauses, np.arange(frames) * FRAME / SECOND)
    assert np.corrcoef(wanted, np.maximum(lip_gap(shown), 0.0))[0, 1] >= 0.85


def test_the_mouth_is_shut_in_silence_and_within_120_ms_after_speech() -> None:
    clause = spoken(SECOND, *[("t", 70), ("ɑː", 130)] * 8, ("", 2000))
    gap = lip_gap(talk(Performance(4), [clause], 100))
    end = (SECOND + 1600 * MS) / FRAME
    assert max(gap[:21]) < 0.05
    assert max(gap[30:64]) > 0.8
    assert max(gap[int(np.ceil(end + 3)) :]) < 0.05


@settings(deadline=None, max_examples=15)
@given(cut=st.integers(0, 96_000), ahead=st.integers(0, 4_800), seed=st.integers(0, 50))
def test_an_interruption_shuts_the_mouth_within_120_ms_and_softly(cut: int, ahead: int, seed: int) -> None:
    performance = Performance(seed, temperament=LIVELY)
    performance.say(sentence(0, seed, phonemes=30))
    shown: list[Expression] = []
    told = False
    for position in range(0, 3 * SECOND, FRAME):
        if not told and position + ahead >= cut:
            performance.silence_from(cut)
            told = True
        shown.append(performance.at(position, ReplicaState.SPEAKING))
    first = int(np.ceil((cut + 120 * MS) / FRAME))
    assert max(lip_gap(shown[first:])) < 0.05
    assert max(abs(np.diff(track(shown, "jawOpen")))) < 0.5


def test_speech_after_an_interruption_shows() -> None:
    performance = Performance(1)
    performance.say(spoken(0, *[("ɑː", 100)] * 30))
    performance.at(SECOND, ReplicaState.SPEAKING)
    performance.silence_from(SECOND)
    performance.say(spoken(2 * SECOND, ("ɑː", 300)))
    assert performance.at(SECOND + 500 * MS, ReplicaState.LISTENING).weights[SHAPE_INDEX["jawOpen"]] < 0.02
    assert performance.at(2 * SECOND + 150 * MS, ReplicaState.SPEAKING).weights[SHAPE_INDEX["jawOpen"]] > 0.3


@pytest.mark.parametrize("temperament", list(TEMPERAMENTS))
def test_a_speaker_blinks_ten_to_twenty_times_a_minute_and_looks_at_the_camera(temperament: str) -> None:
    shown = talk(Performance(2, temperament=TEMPERAMENTS[temperament]), monologue(40), 120 * 25)
    lids = track(shown, "eyeBlink_L")
    blinks = int(((lids[1:] > 0.98) & (lids[:-1] <= 0.98)).sum())
    assert 10.0 <= blinks / 2.0 <= 20.0
    away = np.hypot([face.gaze_x for face in shown], [face.gaze_y for face in shown])
    assert (away < 2.5).mean() >= 0.8


def change(shown: list[Expression]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How much moves from frame to frame: shapes, head and eyes, each in about what the eye sees of it."""
    poses = np.array([(face.yaw, face.pitch, face.roll, face.gaze_x, face.gaze_y) for face in shown])
    moves = np.hstack([weights(shown), 0.1 * poses])
    changes: np.ndarray[tuple[int], np.dtype[np.float64]] = np.linalg.norm(np.diff(moves, axis=0), axis=1)
    return changes


@pytest.mark.parametrize("temperament", list(TEMPERAMENTS))
@pytest.mark.parametrize("state", list(ReplicaState))
def test_nothing_jumps(state: ReplicaState, temperament: str) -> None:
    performance = Performance(3, temperament=TEMPERAMENTS[temperament])
    if state is ReplicaState.SPEAKING:
        for clause in monologue(15):
            performance.say(clause)
    shown = watch(performance, 60 * 25, state)
    changes = change(shown)
    assert changes.max() <= 3.0 * np.percentile(changes, 99)
    for angle in ("yaw", "pitch", "roll"):
        steps = np.abs(np.diff([getattr(face, angle) for face in shown]))
        assert steps.max() <= 3.0 * np.percentile(steps, 99)


def test_the_head_always_moves_a_little_and_never_far() -> None:
    shown = watch(Performance(1, temperament=LIVELY), 60 * 25, ReplicaState.IDLE)
    assert all(a.yaw != b.yaw for a, b in itertools.pairwise(shown))
    assert all(abs(face.yaw) <= 8.0 and abs(face.pitch) <= 7.0 and abs(face.roll) <= 6.0 for face in shown)


def test_the_gaze_stays_while_the_head_moves() -> None:
    shown = watch(Performance(2, temperament=LIVELY), 60 * 25, ReplicaState.LISTENING)
    still = [(a, b) for a, b in itertools.pairwise(shown) if (a.gaze_x, a.gaze_y) == (b.gaze_x, b.gaze_y)]
    assert len(still) > 0.85 * len(shown)
    assert statistics.mean(abs(a.yaw - b.yaw) for a, b in still) > 0.005


def test_lids_follow_the_eyes() -> None:
    shown = watch(Performance(2), 60 * 25, ReplicaState.THINKING)
    right = [face for face in shown if face.gaze_x - face.yaw > 5.0 and face.weights[SHAPE_INDEX["eyeBlink_L"]] == 0.0]
    assert right
    for face in right:
        assert face.weights[SHAPE_INDEX["eyeLookOut_L"]] == face.weights[SHAPE_INDEX["eyeLookIn_R"]] > 0.15
        assert face.weights[SHAPE_INDEX["eyeLookOut_R"]] == face.weights[SHAPE_INDEX["eyeLookIn_L"]] == 0.0


def nods(performance: Performance, state: ReplicaState, seconds: int) -> int:
    """Quick dips of the head."""
    pitch = np.array([face.pitch for face in watch(performance, seconds * 25, state)])
    dips = pitch[5:-5] - np.minimum(pitch[:-10], pitch[10:])
    return int(((dips[1:] > 1.2) & (dips[:-1] <= 1.2)).sum())


def test_a_listener_nods_and_smiles_and_an_idler_does_not_nod() -> None:
    assert nods(Performance(1), ReplicaState.LISTENING, 120) >= 12
    assert nods(Performance(1), ReplicaState.IDLE, 120) <= 2
    idle, listening = (
        track(watch(Performance(1), 1500, state)[150:], "mouthSmile_L")
        for state in (ReplicaState.IDLE, ReplicaState.LISTENING)
    )
    assert listening.mean() > idle.mean() + 0.03
    assert listening.max() > 0.2


def test_a_listener_nods_where_the_speaker_pauses() -> None:
    answered = 0
    for seed in range(20):
        left_alone, attentive = Performance(seed), Performance(seed)
        before = [watch(one, 50, ReplicaState.LISTENING) for one in (left_alone, attentive)]
        assert same(before[0][-1], before[1][-1])
        attentive.attend(50 * FRAME)
        after = [watch(one, 15, ReplicaState.LISTENING, 50 * FRAME) for one in (left_alone, attentive)]
        answered += max(shown.pitch - other.pitch for other, shown in zip(*after, strict=True)) > 1.0
    assert 10 <= answered <= 18


def test_a_listener_does_not_nod_at_every_pause_of_a_halting_speaker() -> None:
    performance = Performance(3)
    pitches = []
    for frame in range(1500):
        if frame % 15 == 0:
            performance.attend(frame * FRAME)
        pitches.append(performance.at(frame * FRAME, ReplicaState.LISTENING).pitch)
    dips = sum(a < b >= c and b > 2.0 for a, b, c in zip(pitches, pitches[1:], pitches[2:], strict=False))
    assert dips < 50


def test_stressed_syllables_move_head_and_brows() -> None:
    said = [*[("t", 60), ("ɛ", 70)] * 4, ("b", 60), ("æ", 170), *[("t", 60), ("ɛ", 70)] * 4, ("", 400)]
    pitch, brows = [], []
    for seed in range(12):
        silent, stressed = Performance(seed, temperament=LIVELY), Performance(seed, temperament=LIVELY)
        at = 4 * SECOND
        stressed.say(spoken(at, *said))
        frame = (at + 660 * MS) // FRAME
        without = watch(silent, frame + 1, ReplicaState.SPEAKING)[-1]
        moved = watch(stressed, frame + 1, ReplicaState.SPEAKING)[-1]
        pitch.append(moved.pitch - without.pitch)
        brows.append(moved.weights[SHAPE_INDEX["browInnerUp_L"]] - without.weights[SHAPE_INDEX["browInnerUp_L"]])
    assert statistics.mean(pitch) > 1.0
    assert statistics.mean(brows) > 0.1


def test_the_first_moments_greet() -> None:
    shown = watch(Performance(7), 8 * 25, ReplicaState.IDLE, start=3600 * SECOND)
    smile, brows = track(shown, "mouthSmile_L"), track(shown, "browOuterUp_L")
    assert smile[5:40].max() > smile[125:].max() + 0.15
    assert brows[5:30].max() > brows[125:].max() + 0.15


def test_the_mouth_follows_sound_that_comes_without_phonemes() -> None:
    network = Path(str(files("models"))) / "visemes" / "visemes.onnx"
    performance = Performance(1, reader=MouthReader(network))
    time = np.arange(SECOND) / SECOND
    humming = sum(np.sin(2 * np.pi * 120 * harmonic * time) / harmonic for harmonic in range(1, 30))
    sound = (0.1 * humming * (0.5 - 0.5 * np.cos(2 * np.pi * 3 * time))).astype(np.float32)
    performance.hear_sound(SECOND, sound)
    opened = track(watch(performance, 75, ReplicaState.SPEAKING), "jawOpen")
    assert opened[28:48].max() > opened[:22].max() + 0.1
    assert opened[60:].max() < 0.1
    mute = Performance(1)
    mute.hear_sound(SECOND, sound)
    assert track(watch(mute, 75, ReplicaState.SPEAKING), "jawOpen").max() < 0.1


def test_the_same_seed_repeats_and_another_does_not() -> None:
    one, again, other = (talk(Performance(seed), monologue(4), 500) for seed in (5, 5, 6))
    assert all(map(same, one, again))
    assert not any(map(same, one[1:], other[1:]))


def test_the_lively_move_more_than_the_calm() -> None:
    def moved(temperament: Temperament) -> float:
        shown = talk(Performance(1, temperament=temperament), monologue(10), 1000)
        return float(np.abs(np.diff([face.pitch for face in shown])).mean())

    assert moved(LIVELY) > 1.25 * moved(CALM)


states = st.lists(st.tuples(st.sampled_from(list(ReplicaState)), st.integers(0, 300_000)), min_size=1, max_size=40)


@settings(deadline=None, max_examples=40)
@given(
    states=states,
    seed=st.integers(),
    emotion=st.sampled_from(sorted(EMOTIONS)),
    start=st.integers(0, 10**10),
    said=st.integers(0, 30),
)
def test_whatever_happens_expressions_stay_in_range(
    states: list[tuple[ReplicaState, int]], seed: int, emotion: str, start: int, said: int
) -> None:
    performance = Performance(seed, temperament=LIVELY)
    performance.feel(emotion, start)
    performance.say(sentence(start, said))
    position = start
    for state, step in states:
        face = performance.at(position, state)
        assert face.weights.shape == (len(SHAPES),)
        assert face.weights.dtype == np.float32
        assert np.isfinite(face.weights).all()
        assert 0.0 <= float(face.weights.min()) <= float(face.weights.max()) <= 1.0
        assert abs(face.yaw) <= 8.0
        assert abs(face.pitch) <= 7.0
        assert abs(face.roll) <= 6.0
        assert abs(face.gaze_x) < 15.0
        assert abs(face.gaze_y) < 10.0
        assert 0.0 <= face.breath <= 1.0
        position += step


def test_an_expression_once_given_is_left_alone() -> None:
    performance = Performance(1)
    performance.say(spoken(0, ("ɑː", 300)))
    first = performance.at(4800, ReplicaState.SPEAKING)
    kept = first.weights.copy()
    watch(performance, 50, ReplicaState.SPEAKING, start=9600)
    assert (first.weights == kept).all()


def test_calls_from_another_thread_do_no_harm() -> None:
    performance = Performance(1)
    failures: list[BaseException] = []

    def talk_on() -> None:
        try:
            for index in range(200):
                performance.say(spoken(index * 9_600, ("ɑː", 60), ("m", 40), ("oʊ", 90), ("", 10)))
                if index % 50 == 49:
                    performance.silence_from(index * 9_600)
                    performance.feel("happiness", index * 9_600)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=talk_on)
    thread.start()
    for position in range(0, 200 * 9_600, 960):
        face = performance.at(position, ReplicaState.SPEAKING)
        assert 0.0 <= float(face.weights.min()) <= float(face.weights.max()) <= 1.0
    thread.join()
    assert not failures


def test_a_frame_costs_a_fraction_of_a_millisecond() -> None:
    performance = Performance(1)
    for clause in monologue(10):
        performance.say(clause)
    spent = []
    for frame in range(500):
        before = time.thread_time()
        performance.at(frame * FRAME, ReplicaState.SPEAKING)
        spent.append(time.thread_time() - before)
    assert statistics.median(spent) < 0.001  # 0.2 ms on a quiet core
