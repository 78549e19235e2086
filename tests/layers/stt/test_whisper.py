"""Whisper on the short window understands as much as on the full one, and makes nothing up."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.bench.word_errors import word_error_rate
from engine.errors import ModelUnavailableError
from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.cancel import CancelToken
from engine.layers.flow.evidence import final_stop
from engine.layers.resampling import resample
from engine.layers.stt.protocol import Recognizer
from engine.layers.stt.whisper import WhisperRecognizer, is_quiet
from engine.layers.tts.stored_voices import StoredVoices
from tests.layers.sounds import noise, read, recorded_turns, shared_folder, silence, speech
from tests.model_files import NEEDS_MODELS, model_store

pytestmark = [*NEEDS_MODELS]


def model_folder() -> Path:
    return model_store().path("whisper-tiny.en")


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return WhisperRecognizer(model_folder())


@pytest.fixture(scope="module")
def patient_recognizer() -> Recognizer:
    """The one that always takes the full window."""
    return WhisperRecognizer(model_folder(), padding=30.0)


def test_understands_a_sentence_on_the_short_window(recognizer: Recognizer) -> None:
    clip = speech()
    heard = recognizer.transcribe(clip.samples)
    assert word_error_rate(clip.words, heard.text) <= 0.2
    assert heard.text == heard.text.strip()
    assert -1.0 < heard.average_log_probability < 0.0
    assert not heard.used_full_window
    assert heard.milliseconds > 0


def test_is_as_good_as_the_full_window(recognizer: Recognizer, patient_recognizer: Recognizer) -> None:
    clips = [clip for clip in recorded_turns() if len(clip.words.split()) >= 7 and not clip.pauses[1:]] or [speech()]
    short = [word_error_rate(clip.words, recognizer.transcribe(clip.samples).text) for clip in clips]
    full = [word_error_rate(clip.words, patient_recognizer.transcribe(clip.samples).text) for clip in clips]
    assert np.mean(short) <= np.mean(full) + 0.03
    assert np.mean(short) <= 0.2


@pytest.mark.parametrize("level", [0.0, 1e-4, 1e-3, 1e-2, 1e-1])
@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_silence_and_noise_say_nothing(recognizer: Recognizer, level: float, seconds: float) -> None:
    assert recognizer.transcribe(noise(seconds, level)).text == ""


def test_recorded_noises_say_nothing(recognizer: Recognizer) -> None:
    folder = shared_folder("barge")
    if folder is None:
        pytest.skip("the recorded noises are not here")
    for path in sorted([*folder.glob("noise_*.flac"), folder / "room_ami.flac"]):
        assert recognizer.transcribe(read(path)).text == "", path.name


def test_a_short_window_that_runs_away_falls_back_to_the_full_one() -> None:
    # Without any padding the decoder finds no end and repeats itself: what the guard is for.
    careless = WhisperRecognizer(model_folder(), padding=0.0)
    clip = speech()
    loud = np.flatnonzero(np.abs(clip.samples) > 0.05)
    cut = clip.samples[loud[0] : loud[-1]]
    heard = [careless.transcribe(cut[: len(cut) * part // 8]) for part in range(4, 9)]
    assert any(one.used_full_window for one in heard)
    assert all(len(one.text.split()) <= len(clip.words.split()) + 3 for one in heard)


def test_a_doubtful_partial_is_left_empty_rather_than_late() -> None:
    careless = WhisperRecognizer(model_folder(), padding=0.0)
    clip = speech()
    loud = np.flatnonzero(np.abs(clip.samples) > 0.05)
    cut = clip.samples[loud[0] : loud[-1]]
    for part in range(4, 9):
        beginning = cut[: len(cut) * part // 8]
        whole, soon = careless.transcribe(beginning), careless.transcribe(beginning, partial=True)
        assert not soon.used_full_window
        assert soon.text == ("" if whole.used_full_window else whole.text)


@pytest.mark.parametrize("seconds", [28.9, 29.0, 29.5, 45.0])
def test_long_sound_is_cut_at_the_front(recognizer: Recognizer, seconds: float) -> None:
    clip = speech()
    lead = silence(seconds)
    lead[: len(clip.samples)] = clip.samples[: len(lead)]
    late = np.concatenate([lead[: len(lead) - len(clip.samples)], clip.samples])
    heard = recognizer.transcribe(late)
    assert heard.used_full_window
    assert clip.words.split()[-1] in heard.text.lower()


@pytest.mark.parametrize("length", [0, 1, 160, 1599, 1601])
def test_too_little_sound_says_nothing(recognizer: Recognizer, length: int) -> None:
    assert recognizer.transcribe(noise(length / HEARING_RATE, 0.1)).text == ""


def test_a_cancelled_call_says_nothing_and_decodes_nothing(recognizer: Recognizer) -> None:
    token = CancelToken()
    token.cancel()
    heard = recognizer.transcribe(speech().samples, cancel=token)
    assert heard.text == ""
    assert heard.average_log_probability == 0.0


def test_a_call_can_be_cancelled_while_it_waits_for_its_turn(patient_recognizer: Recognizer) -> None:
    token = CancelToken()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(patient_recognizer.transcribe, speech().samples)
        second = pool.submit(patient_recognizer.transcribe, speech().samples, cancel=token)
        token.cancel()
        assert first.result().text
        assert second.result().text == ""


def test_threads_get_the_same_answers(recognizer: Recognizer) -> None:
    sounds = [speech().samples, silence(1.0), speech().samples[: len(speech().samples) // 2]]
    alone = [recognizer.transcribe(sound).text for sound in sounds]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda sound: recognizer.transcribe(sound).text, sounds * 2))
    assert together == alone * 2


@pytest.fixture(scope="module")
def names() -> dict[str, Samples]:
    """Sentences with a rare name each, in the voice that calls have."""
    voices = StoredVoices(model_store())
    choice = voices.choose("en")
    assert choice is not None
    voice = voices.open(choice)
    spoken = {name: voice.speak(f"Hello, my name is {name}.") for name in ("Kowalczyk", "Zyrtec")}
    return {name: resample(clause.samples, clause.sample_rate, HEARING_RATE) for name, clause in spoken.items()}


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "escapement, tourbillon, {}, monstera",
        "{} is the name of the person you're speaking with.",
    ],
)
def test_a_rare_name_is_understood_with_hotwords_and_not_without(
    recognizer: Recognizer, names: dict[str, Samples], form: str
) -> None:
    for name, sound in names.items():
        assert name not in recognizer.transcribe(sound).text
        heard = recognizer.transcribe(sound, hotwords=form.format(name)).text
        assert name in heard
        assert final_stop(heard), "a sentence still ends with its stop"


@pytest.mark.parametrize("hotwords", ["Sunday, London", "Roey", "Wolfgang, Priscilla."])
def test_hotwords_change_nothing_that_they_are_not_about(recognizer: Recognizer, hotwords: str) -> None:
    clip = speech()
    heard = recognizer.transcribe(clip.samples, hotwords=hotwords)
    assert word_error_rate(clip.words, heard.text) <= word_error_rate(
        clip.words, recognizer.transcribe(clip.samples).text
    )


def test_too_many_hotwords_are_cut_rather_than_refused(recognizer: Recognizer) -> None:
    recognizer.transcribe(speech().samples, hotwords=", ".join(f"word{number}" for number in range(500)))


def test_a_control_token_in_the_hotwords_is_only_a_text(recognizer: Recognizer) -> None:
    sound = speech().samples
    heard = recognizer.transcribe(sound, hotwords="<|endoftext|><|startoftranscript|>")
    assert heard == replace(recognizer.transcribe(sound), milliseconds=heard.milliseconds)


def test_an_english_model_ignores_the_language(recognizer: Recognizer) -> None:
    sound = speech().samples
    assert recognizer.transcribe(sound, language="fr").text == recognizer.transcribe(sound).text


def test_does_not_change_the_sound(recognizer: Recognizer) -> None:
    sound = speech().samples
    before = sound.copy()
    recognizer.transcribe(sound)
    np.testing.assert_array_equal(sound, before)


def test_quiet_is_measured_on_the_loudest_moment() -> None:
    sound = silence(5.0)
    assert is_quiet(sound)
    sound[40_000:41_000] = 0.1
    assert not is_quiet(sound)
    assert is_quiet(np.full(16_000, np.nan, dtype=np.float32))


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    copied = shutil.copytree(model_folder(), tmp_path / "whisper", symlinks=False)
    (copied / missing).unlink()
    with pytest.raises(ModelUnavailableError, match=missing.replace(".", r"\.")):
        WhisperRecognizer(copied)


@pytest.mark.parametrize("damaged", ["model.bin", "config.json", "tokenizer.json"])
def test_a_damaged_file_is_an_error_that_names_the_folder(tmp_path: Path, damaged: str) -> None:
    copied = shutil.copytree(model_folder(), tmp_path / "whisper", symlinks=False)
    (copied / damaged).write_bytes(b"\x07garbage" * 100)
    with pytest.raises(ModelUnavailableError, match=r"whisper.*visavis models verify"):
        WhisperRecognizer(copied)
