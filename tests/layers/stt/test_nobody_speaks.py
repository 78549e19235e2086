"""Where nobody speaks nothing is understood, and the shortest answer always is."""

import re

import numpy as np
import pytest

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.resampling import resample
from engine.layers.stt.protocol import Recognizer
from engine.layers.stt.whisper import WhisperRecognizer
from engine.layers.tts.protocol import Voice
from engine.layers.tts.stored_voices import StoredVoices
from tests.layers.sounds import read, shared_folder, silence
from tests.layers.stt.noises import NOISES, in_a_room, noise_of
from tests.model_files import NEEDS_MODELS, model_store

pytestmark = [*NEEDS_MODELS]

HOTWORDS = "Roey is the name of the person you're speaking with."


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return WhisperRecognizer(model_store().path("whisper-tiny.en"))


@pytest.fixture(scope="module", params=["basic", "en_US-vera-medium", "en_US-hugo-medium"])
def voice(request: pytest.FixtureRequest) -> Voice:
    """The voices that every installation has."""
    voices = StoredVoices(model_store())
    choice = voices.named(request.param)
    assert choice is not None
    return voices.open(choice)


def spoken(voice: Voice, text: str) -> Samples:
    """Return the words alone, 16 kHz, from the first loud sample to the last."""
    clause = voice.speak(text)
    sound = resample(clause.samples, clause.sample_rate, HEARING_RATE)
    loud = np.flatnonzero(np.abs(sound) > 0.004)
    return sound[loud[0] : loud[-1] + 1]


@pytest.mark.parametrize("hotwords", ["", HOTWORDS])
@pytest.mark.parametrize("level", [0.002, 0.01, 0.05, 0.2])
@pytest.mark.parametrize("name", NOISES)
def test_noise_says_nothing(recognizer: Recognizer, name: str, level: float, hotwords: str) -> None:
    for seconds in (0.3, 1.0, 4.0):
        sound = in_a_room(noise_of(name, seconds, level))
        text = recognizer.transcribe(sound, hotwords=hotwords).text
        # A row of beeps may be called by its name.
        assert (name == "beeps" and {"beep"} == set(re.findall(r"\w+", text.lower()))) or text == "", seconds


@pytest.mark.parametrize("hotwords", ["", HOTWORDS])
@pytest.mark.parametrize("gain", [1.0, 0.15])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Yes.", {"yes"}),
        ("No.", {"no"}),
        ("Okay.", {"okay", "ok"}),
        ("Mm-hm.", set()),
        ("Yeah.", {"yeah"}),
        ("Thank you.", {"thank", "you"}),
    ],
)
def test_a_short_answer_counts(
    recognizer: Recognizer, voice: Voice, text: str, words: set[str], gain: float, hotwords: str
) -> None:
    heard = recognizer.transcribe(in_a_room(spoken(voice, text) * np.float32(gain)), hotwords=hotwords).text
    assert heard, voice.name
    assert not words or words & set(heard.lower().strip(".!?,").split()), (voice.name, heard)
    assert len(heard.split()) <= 3 or not words, (voice.name, heard)


def test_a_short_answer_in_a_long_silence_counts(recognizer: Recognizer, voice: Voice) -> None:
    sound = np.concatenate([silence(1.5), spoken(voice, "Yes."), silence(1.5)])
    assert "yes" in recognizer.transcribe(in_a_room(sound)).text.lower()


def test_recorded_backchannels_count(recognizer: Recognizer) -> None:
    folder = shared_folder("barge")
    if folder is None:
        pytest.skip("the recorded backchannels are not here")
    heard = [recognizer.transcribe(in_a_room(read(path))).text for path in sorted(folder.glob("bc*.flac"))]
    # One is a grunt in which the recogniser finds the words that it finds in noise.
    assert len([text for text in heard if text]) >= len(heard) - 1, heard
