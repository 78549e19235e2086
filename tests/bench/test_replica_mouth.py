"""Whether mouth, lids and eyes do what they should, told from weights alone."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.bench.replica_mouth import (
    Lips,
    bilabials_closed,
    blinks_per_minute,
    correlation,
    gaze_at_camera,
    openness,
    viseme_track,
)
from engine.bench.replica_speech import SENTENCES, spoken
from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.protocol import ReplicaState
from engine.layers.tts.basic_voice import BasicVoice
from models.blendshapes import SHAPE_INDEX, SHAPES
from tests.layers.replica.performance import speaking
from tests.layers.replica.presenter.figure import finished, written

FPS = 25


@pytest.fixture(scope="module")
def lips(tmp_path_factory: pytest.TempPathFactory) -> Lips:
    folder: Path = tmp_path_factory.mktemp("presenters") / "figure"
    return Lips(finished(folder, *written(folder)))


def frames(seconds: float) -> NDArray[np.float64]:
    return np.arange(int(seconds * FPS), dtype=np.float64) / FPS


def test_lips_are_as_far_apart_as_the_shapes_put_them(lips: Lips) -> None:
    weights = np.zeros((3, len(SHAPES)), np.float32)
    assert not lips.apart(weights).any()
    weights[1:, SHAPE_INDEX["jawOpen"]] = 0.5, 1.0
    apart = lips.apart(weights)
    assert apart.shape == (3, 3)
    assert apart[2] == pytest.approx(2.0 * apart[1])
    assert lips.opening(weights).min() >= 0.0


def test_phonemes_open_the_mouth_by_their_kind() -> None:
    assert openness("") == openness("p") == openness("m") == 0.0
    assert openness("f") < openness("iː") < openness("ɛ") < openness("æ") == openness("ɑː") == 1.0
    assert openness("aɪ") == pytest.approx((openness("a") + openness("ɪ")) / 2)
    assert 0.0 < openness("ʘ") < 0.5


def test_a_track_follows_the_phonemes_and_knows_no_jumps() -> None:
    speech = speaking.spoken(MEDIA_RATE, ("ɑː", 400), ("m", 200), ("iː", 400))
    track = viseme_track([speech], frames(3.0))
    assert track[:20].max() < 0.01
    assert track[30] > 0.9
    assert track[37] < 0.4
    assert 0.25 < track[45] < 0.35
    assert track[55:].max() < 0.01
    assert np.abs(np.diff(track)).max() < 0.7


def test_tracks_that_never_change_have_no_correlation() -> None:
    rising = np.arange(5.0)
    assert correlation(rising, 2.0 * rising + 1.0) == 1.0
    assert correlation(rising, -rising) == -1.0
    assert correlation(rising, np.ones(5)) is None
    assert correlation(rising[:1], rising[:1]) is None


def test_a_bilabial_counts_as_closed_when_one_of_its_frames_shows_touching_lips() -> None:
    speech = speaking.spoken(0, ("", 200), ("m", 100), ("ɑː", 200), ("b", 60), ("iː", 200), ("t", 100))
    times = frames(1.0)
    apart = np.full((len(times), 3), 0.5)
    apart[6] = 0.01
    assert bilabials_closed([speech], times, apart) == 0.5
    apart[13] = (0.0, 0.0, 0.2)
    assert bilabials_closed([speech], times, apart) == 0.5
    apart[13] = -0.1
    assert bilabials_closed([speech], times, apart) == 1.0
    assert bilabials_closed([speaking.spoken(0, ("ɑː", 200))], times, apart) is None


def test_bilabials_outside_of_what_was_seen_are_not_counted() -> None:
    speech = speaking.spoken(0, ("m", 100), ("ɑː", 600), ("m", 100))
    times = frames(0.5)
    assert bilabials_closed([speech], times, np.zeros((len(times), 3))) == 1.0


def test_a_blink_is_counted_once_however_long_it_lasts() -> None:
    weights = np.zeros((500, len(SHAPES)), np.float32)
    weights[100:104, SHAPE_INDEX["eyeBlink_L"]] = 0.4, 0.9, 1.0, 0.6
    weights[300:350, SHAPE_INDEX["eyeBlink_L"]] = 1.0
    assert blinks_per_minute(weights, FPS) == 6.0


def test_a_gaze_near_the_camera_is_a_look_at_it() -> None:
    gaze = np.array([(0.0, 0.0), (2.0, -2.0), (2.5, 2.5), (10.0, 0.0)])
    assert gaze_at_camera(gaze, [True] * 4) == 0.5
    assert gaze_at_camera(gaze, [True, True, False, False]) == 1.0
    assert gaze_at_camera(gaze, [False] * 4) is None


def test_speech_is_as_long_as_was_asked_for_and_to_the_end_of_a_clause() -> None:
    voice = BasicVoice()
    speech = spoken(voice, 12.0, start=0.5)
    assert 9.0 < speech.seconds <= 12.5
    assert speech.clauses[0].start == MEDIA_RATE // 2
    assert not speech.samples[: MEDIA_RATE // 2].any()
    for clause, following in zip(speech.clauses, speech.clauses[1:], strict=False):
        last = clause.phonemes[-1]
        ends = clause.start + (last.start + last.length) * MEDIA_RATE / clause.sample_rate
        assert following.start == pytest.approx(ends, abs=100)
    assert len(spoken(voice, 0.1).clauses) == 1


def test_the_sentences_have_many_lips_that_must_close() -> None:
    speech = spoken(BasicVoice(), 20.0)
    said = [span.phoneme for clause in speech.clauses for span in clause.phonemes]
    assert sum(bool(set("pbm") & set(phoneme)) for phoneme in said) >= 20
    assert {"f", "v", "ð"} <= set(said)
    assert len(SENTENCES) == len(set(SENTENCES))


def test_the_mouth_of_a_performance_follows_the_track_that_knows_nothing_of_it() -> None:
    speech = spoken(BasicVoice(), 10.0, start=0.5)
    performance = Performance(1)
    for clause in speech.clauses:
        performance.say(clause)
    times = frames(speech.seconds)
    shown = [performance.at(round(moment * MEDIA_RATE), ReplicaState.SPEAKING) for moment in times]
    gap = np.maximum(speaking.lip_gap(shown), 0.0)
    found = correlation(gap, viseme_track(speech.clauses, times))
    assert found is not None
    assert found > 0.8
