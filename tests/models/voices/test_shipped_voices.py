"""The voice in the repository, spoken with onnxruntime alone."""

import json
from pathlib import Path

import numpy as np
import pytest

import models
from models.catalogue import load_catalogue
from models.training.voice.evaluation.sentences import ASSISTANT, questions
from models.training.voice.evaluation.systems import PiperFormatVoice
from models.training.voice.speaker import Speaker

VOICES = Path(models.__file__).parent / "voices"
GOLDEN = Path(__file__).parent / "golden"
SPEAKERS = {"en_US-vera-medium": Speaker(), "en_US-hugo-medium": Speaker(pitch=0.68, formants=0.86)}
NAMES = sorted(folder.name for folder in VOICES.iterdir() if folder.is_dir())
ODD = (
    "Yes.",
    "Xylophone, Nguyen!",
    "A: b; c - d",
    "Loch Ness, façade, naïve.",
    "?",
    "...",
    "Hm",
    " ".join(["word"] * 120),
)


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(name: str) -> Path:
    return VOICES / name


@pytest.fixture(scope="module")
def voice(name: str, folder: Path) -> PiperFormatVoice:
    config = json.loads((folder / f"{name}.onnx.json").read_text("utf-8"))
    return PiperFormatVoice(folder / f"{name}.onnx", config)


def test_a_woman_and_a_man_are_shipped() -> None:
    assert len(NAMES) == 2
    assert all(load_catalogue().get(name).task == "tts" for name in NAMES)


def test_the_files_are_small_enough_to_be_shipped(name: str, folder: Path) -> None:
    assert (folder / f"{name}.onnx").stat().st_size <= 32e6
    assert {"README.md", "scores.json", "spectrogram-1.png", "spectrogram-2.png"} <= {p.name for p in folder.iterdir()}


def test_a_known_sentence_sounds_as_it_did(name: str, voice: PiperFormatVoice) -> None:
    with np.load(GOLDEN / f"{name}.npz", allow_pickle=False) as golden:
        text, samples, durations = str(golden["text"]), golden["samples"] / 32_767, golden["durations"]
    spoken = voice.spoken(text)
    assert (spoken.durations == durations).all()
    # Other processors round 8-bit products a little differently.
    assert np.corrcoef(spoken.samples, samples)[0, 1] > 0.98


def test_the_same_text_gives_the_same_samples(voice: PiperFormatVoice) -> None:
    assert np.array_equal(voice.spoken("Once more.").samples, voice.spoken("Once more.").samples)


@pytest.mark.parametrize("text", [*ASSISTANT[:8], *ODD])
def test_every_text_gives_finite_unclipped_sound_as_long_as_its_durations(voice: PiperFormatVoice, text: str) -> None:
    spoken = voice.spoken(text)
    assert np.isfinite(spoken.samples).all()
    assert float(np.abs(spoken.samples).max()) < 0.97
    assert spoken.samples.size == spoken.durations.sum() * voice.hop > 0
    assert (spoken.durations >= 0).all()
    assert max(abs(spoken.samples[0]), abs(spoken.samples[-1])) < 0.01


def test_length_stretches_the_speech(voice: PiperFormatVoice) -> None:
    usual, slow, fast = (voice.spoken(ASSISTANT[1], length).samples.size for length in (1.0, 1.5, 0.7))
    assert slow == pytest.approx(1.5 * usual, rel=0.1)
    assert fast == pytest.approx(0.7 * usual, rel=0.1)


def test_questions_end_higher_than_the_same_words_stated(name: str, voice: PiperFormatVoice) -> None:
    pytest.importorskip("pyworld")
    from models.training.voice.evaluation.measures import rise_in_semitones

    asked = [rise_in_semitones(voice.spoken(text).samples, SPEAKERS[name]) for text in questions()]
    stated = [rise_in_semitones(voice.spoken(text.replace("?", ".")).samples, SPEAKERS[name]) for text in questions()]
    assert np.median(asked) > 2
    assert all(one > other for one, other in zip(asked, stated, strict=True))


def test_piper_speaks_with_it_and_knows_the_samples_of_each_phoneme(name: str, folder: Path) -> None:
    from piper import PiperVoice

    voice = PiperVoice.load(folder / f"{name}.onnx")
    (chunk,) = voice.synthesize("The kettle is on.", include_alignments=True)
    assert chunk.sample_rate == 22_050
    assert chunk.phoneme_alignments is not None
    assert sum(one.num_samples for one in chunk.phoneme_alignments) == chunk.audio_float_array.size


def test_it_says_words_apart(voice: PiperFormatVoice) -> None:
    lengths = {
        text: voice.spoken(text).samples.size for text in ("Go.", "Go home now.", "Go home now, my good friend.")
    }
    assert list(lengths.values()) == sorted(lengths.values())
    assert lengths["Go home now, my good friend."] > 2 * lengths["Go."]


def test_a_fourth_scale_shifts_the_pitch(name: str, voice: PiperFormatVoice) -> None:
    pytest.importorskip("pyworld")
    from models.training.voice.evaluation.measures import voicing

    def pitch(shift: float) -> float:
        # Pitch is looked for where it is expected: below its floor there would be nothing but noise.
        listened = Speaker(SPEAKERS[name].pitch * 2 ** (shift / 12))
        return voicing([voice.spoken(ASSISTANT[1], shift=shift).samples], listened).pitch_hz["50"]

    usual, higher, lower = pitch(0.0), pitch(3.0), pitch(-3.0)
    assert higher / usual == pytest.approx(2 ** (3 / 12), rel=0.04)
    assert lower / usual == pytest.approx(2 ** (-3 / 12), rel=0.04)
