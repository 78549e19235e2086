"""The mouth read from sound alone."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models
from engine.errors import ModelUnavailableError
from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.replica.performance.articulation import ARTICULATORS, Contact, shape_weights
from engine.layers.replica.performance.coarticulation import SILENT, Mouth, SpeakingMouth, sounds_of
from engine.layers.replica.performance.hearing import (
    AHEAD,
    FEATURES,
    SPECTRA,
    STEP,
    HeardMouth,
    Listening,
    MouthReader,
    Mouths,
    features_of,
    mouth_of,
)
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.performance.sound_features import BANDS, HOP, SILENCE, WINDOW, log_mel
from engine.layers.replica.protocol import FaceSpeech, ReplicaState
from engine.layers.resampling import resample
from engine.layers.tts.basic_voice import BasicVoice
from models.blendshapes import SHAPE_INDEX
from tests.layers.replica.performance.speaking import FRAME, MS, SECOND, lip_gap, sentence, spoken, track, watch

NETWORK = Path(models.__file__).parent / "visemes" / "visemes.onnx"


class Loudness(MouthReader):
    """Stands in for the network: opens the jaw as loud as the moment is that the mouth belongs to."""

    def __init__(self) -> None:
        pass

    def read(self, spectra: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Mouths:
        count = (len(spectra) - SPECTRA) // 2 + 1
        moments = spectra[SPECTRA - 1 - AHEAD :: 2][:count]
        mouths = np.zeros((count, FEATURES), np.float32)
        mouths[:, 0] = np.clip((moments.max(1) - SILENCE) / 20.0, 0.0, 1.0)
        return mouths


@pytest.fixture(scope="module")
def reader() -> MouthReader:
    return MouthReader(NETWORK)


def tone(hertz: float, seconds: float, level: float = 0.3) -> Samples:
    return (level * np.sin(2.0 * np.pi * hertz * np.arange(int(seconds * HEARING_RATE)) / HEARING_RATE)).astype(
        np.float32
    )


def test_spectra_show_where_a_tone_lies_and_silence_as_silence() -> None:
    low, high = log_mel(tone(300.0, 0.2)), log_mel(tone(3000.0, 0.2))
    assert low.shape == ((3200 - WINDOW) // HOP + 1, BANDS)
    assert low.mean(0).argmax() < high.mean(0).argmax()
    assert np.allclose(log_mel(np.zeros(3200, np.float32)), SILENCE)
    assert log_mel(np.zeros(WINDOW - 1, np.float32)).shape == (0, BANDS)


@settings(deadline=None)
@given(cuts=st.lists(st.integers(0, 12_000), max_size=12), seed=st.integers(0, 9))
def test_a_stream_reads_the_same_however_it_is_cut(cuts: list[int], seed: int) -> None:
    sound = np.random.default_rng(seed).normal(0.0, 0.1, 12_000).astype(np.float32)
    whole, pieces = Listening(Loudness()), Listening(Loudness())
    expected = np.concatenate([whole.hear(sound), whole.finish()])
    borders = [0, *sorted(cuts), sound.size]
    parts = [pieces.hear(sound[first:last]) for first, last in itertools.pairwise(borders)]
    read = np.concatenate([*parts, pieces.finish()])
    assert read.shape == expected.shape
    np.testing.assert_allclose(read, expected, atol=1e-6)


def test_mouths_lie_where_the_sound_is_and_are_known_soon_after() -> None:
    stream = Listening(Loudness())
    silence = np.zeros(HEARING_RATE, np.float32)
    before = stream.hear(np.concatenate([silence, tone(500.0, 0.5)]))
    known = len(before) * STEP / SECOND
    assert 1.5 - 0.16 <= known <= 1.5
    mouths = np.concatenate([before, stream.hear(silence), stream.finish()])
    opened = np.flatnonzero(mouths[:, 0] > 0.4)
    assert abs(opened[0] - 50) <= 1
    assert abs(opened[-1] - 75) <= 1
    assert len(mouths) >= 125


@given(
    places=st.lists(st.floats(0.0, 1.0, width=32), min_size=ARTICULATORS, max_size=ARTICULATORS),
    contact=st.sampled_from(list(Contact)),
)
def test_features_hold_all_of_a_mouth_but_its_cheeks(places: list[float], contact: Contact) -> None:
    contacts = np.zeros(len(Contact), np.float32)
    contacts[contact] = 1.0
    wanted = np.array([*places, *contacts], np.float32)
    mouth = mouth_of(wanted)
    np.testing.assert_allclose(mouth.weights, shape_weights(wanted[:ARTICULATORS], contacts, 0.0))
    assert (mouth.seal, mouth.tuck, mouth.between) == tuple(contacts[:3])
    np.testing.assert_allclose(features_of(mouth), wanted)


def test_an_unlikely_contact_is_not_made() -> None:
    values = np.zeros(FEATURES, np.float32)
    values[ARTICULATORS + Contact.SEAL] = 0.25
    assert mouth_of(values).seal == 0.0
    values[ARTICULATORS + Contact.SEAL] = 0.7
    assert mouth_of(values).seal == 1.0


def opening(count: int, jaw: float = 0.4) -> Mouths:
    mouths = np.zeros((count, FEATURES), np.float32)
    mouths[:, 0] = jaw
    return mouths


def jaw(mouth: Mouth) -> float:
    return float(mouth.weights[SHAPE_INDEX["jawOpen"]])


def test_heard_mouths_are_shown_at_their_place_and_flow_together() -> None:
    heard = HeardMouth()
    assert heard.at(0) is SILENT
    heard.hear(SECOND, np.concatenate([opening(10, 0.2), opening(10, 0.4)]))
    heard.hear(SECOND + 20 * STEP, opening(10, 0.4))
    assert heard.at(SECOND - 2 * STEP) is SILENT
    steps = [jaw(heard.at(SECOND + place * STEP // 4)) for place in range(29 * 4)]
    assert max(np.abs(np.diff(steps))) < 0.06
    assert steps[16] == pytest.approx(0.17, abs=0.01)
    assert steps[80] == pytest.approx(0.37, abs=0.01)
    assert heard.at(SECOND + 31 * STEP) is SILENT


def test_what_is_nearly_nothing_is_silence() -> None:
    heard = HeardMouth()
    heard.hear(0, np.full((50, FEATURES), 0.02, np.float32))
    assert heard.at(10 * STEP) is SILENT


def test_a_cut_ends_what_was_heard_within_100_ms_and_not_what_comes_later() -> None:
    heard = HeardMouth()
    heard.hear(0, opening(100))
    heard.silence_from(SECOND)
    assert jaw(heard.at(SECOND)) > 0.3
    heard.hear(SECOND + 600 * MS, opening(50))
    assert heard.at(SECOND + 100 * MS) is SILENT
    assert jaw(heard.at(SECOND + 700 * MS)) > 0.3


def test_a_performance_shows_what_it_hears_unless_it_knows_the_phonemes() -> None:
    performance = Performance(1)
    performance.hear(SECOND, opening(50, 0.5))
    performance.say(spoken(3 * SECOND, *[("m", 200)] * 5))
    performance.hear(3 * SECOND, opening(50, 0.2))
    shown = watch(performance, 100, ReplicaState.SPEAKING)
    assert track(shown, "jawOpen")[27:48].min() > 0.4
    assert max(lip_gap(shown)[78:96]) < 0.1


def test_an_interruption_shuts_a_mouth_that_was_heard_too() -> None:
    performance = Performance(1)
    performance.hear(0, opening(200, 0.5))
    performance.silence_from(SECOND)
    assert max(lip_gap(watch(performance, 75, ReplicaState.LISTENING))[28:]) < 0.05


def test_a_file_that_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"nowhere\.onnx"):
        MouthReader(tmp_path / "nowhere.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(ModelUnavailableError, match=r"bad\.onnx"):
        MouthReader(tmp_path / "bad.onnx")


def read_all(reader: MouthReader, sound: Samples) -> Mouths:
    stream = reader.listen()
    return np.concatenate([stream.hear(sound), stream.finish()])


def test_the_network_is_small_and_looks_ahead_no_farther_than_160_ms() -> None:
    assert NETWORK.stat().st_size < 500_000
    assert AHEAD * HOP / HEARING_RATE + WINDOW / 2 / HEARING_RATE <= 0.16


def test_the_network_keeps_the_mouth_shut_in_silence_and_soft_noise(reader: MouthReader) -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.001, 3 * HEARING_RATE).astype(np.float32)
    for sound in (np.zeros(3 * HEARING_RATE, np.float32), noise):
        heard = HeardMouth()
        heard.hear(0, read_all(reader, sound))
        assert max(jaw(heard.at(frame * FRAME)) for frame in range(5, 70)) < 0.03


def test_the_network_opens_the_mouth_of_a_voice_it_has_never_heard_as_its_phonemes_ask(reader: MouthReader) -> None:
    """The voice of espeak-ng is nothing like those that the network was taught by."""
    heard_gaps: list[float] = []
    asked_gaps: list[float] = []
    for text in (
        "My brother moved the big brown table.",
        "Have you ever seen a blue moon over the park?",
        "We found five thin maps.",
    ):
        clause = BasicVoice().speak(text)
        sound = resample(clause.samples, clause.sample_rate, HEARING_RATE)
        hearing, knowing = Performance(1), Performance(1)
        hearing.hear(0, read_all(reader, sound))
        knowing.say(FaceSpeech(0, clause.sample_rate, clause.phonemes))
        frames = round(clause.samples.size / clause.sample_rate * 25)
        heard_gaps += np.maximum(lip_gap(watch(hearing, frames, ReplicaState.SPEAKING)), 0.0).tolist()
        asked_gaps += np.maximum(lip_gap(watch(knowing, frames, ReplicaState.SPEAKING)), 0.0).tolist()
    assert np.corrcoef(heard_gaps, asked_gaps)[0, 1] >= 0.6


def test_features_of_speech_are_in_range() -> None:
    clause = sentence(0, 3)
    mouth = SpeakingMouth()
    mouth.say(sounds_of(clause, [1.0] * len(clause.phonemes)), 0)
    features = np.stack([features_of(mouth.at(place * STEP)) for place in range(150)])
    assert features.shape == (150, FEATURES)
    assert float(features.min()) >= 0.0
    assert 0.9 < float(features.max()) <= 1.0
