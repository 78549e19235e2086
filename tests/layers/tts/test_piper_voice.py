"""Voices in the Piper format, with a tiny one that the test writes."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from engine.errors import ModelUnavailableError
from engine.layers.cancel import CancelToken
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.levelling import TARGET
from engine.layers.tts.loudness import loudness
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.style import SpeakingStyle
from tests.layers.tts.tiny_piper_voice import HOP, SAMPLE_RATE, write_tiny_voice


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> PiperVoiceEngine:
    return PiperVoiceEngine(*write_tiny_voice(tmp_path_factory.mktemp("voice")))


def assert_spans_cover(clause: SpokenClause) -> None:
    ends = np.cumsum([span.length for span in clause.phonemes])
    assert [span.start for span in clause.phonemes] == [0, *ends[:-1]]
    assert ends[-1] == clause.samples.size


def assert_whole_frames(clause: SpokenClause) -> None:
    starts = [span.start for span in clause.phonemes if span.phoneme]
    assert all((start - starts[0]) % HOP == 0 for start in starts)


def names(clause: SpokenClause) -> list[str]:
    return [span.phoneme for span in clause.phonemes if span.phoneme]


def test_is_a_voice_named_by_its_file_and_configuration(voice: PiperVoiceEngine) -> None:
    as_protocol: Voice = voice
    assert (as_protocol.name, as_protocol.language, as_protocol.basic) == ("tiny", "en-US", False)


def test_phonemes_lie_exactly_where_the_model_put_them(voice: PiperVoiceEngine) -> None:
    clause = voice.speak("My boy,")
    assert names(clause) == ["m", "a", "ɪ", "b", "ɔ", "ɪ"]
    assert_spans_cover(clause)
    for span in clause.phonemes:
        heard = np.abs(clause.samples[span.start : span.start + span.length])
        assert span.phoneme or heard.max() == 0.0
    assert_whole_frames(clause)


def test_without_durations_the_phonemes_are_spread_over_the_sound(tmp_path: Path, voice: PiperVoiceEngine) -> None:
    clause = PiperVoiceEngine(*write_tiny_voice(tmp_path, durations=False)).speak("My boy,")
    assert names(clause) == names(voice.speak("My boy,"))
    assert_spans_cover(clause)
    first, last = np.flatnonzero(clause.samples)[[0, -1]]
    voiced = [span for span in clause.phonemes if span.phoneme]
    assert abs(voiced[0].start - first) < SAMPLE_RATE // 50
    assert abs(voiced[-1].start + voiced[-1].length - last) < SAMPLE_RATE // 50


def test_loudness_is_fixed_for_the_voice(voice: PiperVoiceEngine) -> None:
    long = voice.speak("The quick brown fox jumps over the lazy dog.")
    assert loudness(long.samples, SAMPLE_RATE) == pytest.approx(TARGET, abs=0.5)
    again = voice.speak("The quick brown fox jumps over the lazy dog.")
    assert np.array_equal(long.samples, again.samples)


def test_speed_and_pauses(voice: PiperVoiceEngine) -> None:
    natural, fast = (
        voice.speak("Good morning to you,"),
        voice.speak("Good morning to you,", style=SpeakingStyle(speed=2.0)),
    )
    assert 0.4 < fast.samples.size / natural.samples.size < 0.8
    quiet = natural.samples.size - 1 - np.flatnonzero(np.abs(natural.samples) > 0.003)[-1]
    assert quiet / SAMPLE_RATE == pytest.approx(0.12, abs=0.003)


def test_numbers_are_spoken_as_words(voice: PiperVoiceEngine) -> None:
    assert names(voice.speak("$5")) == names(voice.speak("five dollars"))


@pytest.mark.parametrize("text", ["", "...", "😀", "  "])
def test_text_without_anything_to_pronounce_is_no_sound(voice: PiperVoiceEngine, text: str) -> None:
    clause = voice.speak(text)
    assert (clause.samples.size, clause.phonemes) == (0, ())


def test_text_is_data_and_no_raw_phonemes(voice: PiperVoiceEngine) -> None:
    assert names(voice.speak("[[mmm]]")) != ["m", "m", "m"]


def test_several_sentences_make_one_clause(voice: PiperVoiceEngine) -> None:
    clause = voice.speak("Yes. No.")
    assert names(clause) == names(voice.speak("Yes.")) + names(voice.speak("No."))
    assert_spans_cover(clause)


def test_a_cancelled_call_gives_no_sound(voice: PiperVoiceEngine) -> None:
    cancel = CancelToken()
    cancel.cancel()
    assert voice.speak("Never heard.", cancel=cancel).samples.size == 0


def test_symbols_that_the_voice_never_learnt_are_left_out_with_exact_timing_kept(tmp_path: Path) -> None:
    onnx_path, config_path = write_tiny_voice(tmp_path)
    config = json.loads(config_path.read_text("utf-8"))
    del config["phoneme_id_map"]["ɔ"]
    config_path.write_text(json.dumps(config), "utf-8")
    clause = PiperVoiceEngine(onnx_path, config_path).speak("My boy,")
    assert names(clause) == ["m", "a", "ɪ", "b", "ɪ"]
    assert_whole_frames(clause)


def test_lives_beside_the_basic_voice_in_other_threads(voice: PiperVoiceEngine) -> None:
    basic = BasicVoice()
    expected = [names(speaker.speak("Hello there.")) for speaker in (voice, basic)]
    failures: list[list[str]] = []

    def talk(speaker: Voice, wanted: list[str]) -> None:
        for _ in range(15):
            heard = names(speaker.speak("Hello there."))
            if heard != wanted:
                failures.append(heard)

    threads = [
        threading.Thread(target=talk, args=pair)
        for pair in zip((voice, basic, voice, basic), expected * 2, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    onnx_path, config_path = write_tiny_voice(tmp_path)
    with pytest.raises(ModelUnavailableError, match=r"gone\.onnx.*missing.*visavis models pull"):
        PiperVoiceEngine(tmp_path / "gone.onnx", config_path)
    with pytest.raises(ModelUnavailableError, match=r"gone\.json.*missing.*visavis models pull"):
        PiperVoiceEngine(onnx_path, tmp_path / "gone.json")


@pytest.mark.parametrize("damage", [b"", b"not a model", None])
def test_a_damaged_model_is_named(tmp_path: Path, damage: bytes | None) -> None:
    onnx_path, config_path = write_tiny_voice(tmp_path)
    whole = onnx_path.read_bytes()
    onnx_path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    with pytest.raises(ModelUnavailableError, match=r"tiny\.onnx.*fetch it again"):
        PiperVoiceEngine(onnx_path, config_path)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b"{}",
        json.dumps({"audio": 3, "espeak": {"voice": "en-us"}}).encode(),
    ],
)
def test_a_wrong_configuration_is_named(tmp_path: Path, content: bytes) -> None:
    onnx_path, config_path = write_tiny_voice(tmp_path)
    config_path.write_bytes(content)
    with pytest.raises(ModelUnavailableError, match=r"tiny\.onnx\.json"):
        PiperVoiceEngine(onnx_path, config_path)


@pytest.mark.parametrize(
    "change",
    [
        {"espeak": {"voice": "no such language"}},
        {"phoneme_id_map": {"a": [1]}},
        {"phoneme_id_map": {symbol: [value[0] + 5_000] for symbol, value in DEFAULT_PHONEME_ID_MAP.items()}},
        {"phoneme_type": "pinyin"},
    ],
)
def test_a_configuration_of_another_voice_is_refused_while_loading(tmp_path: Path, change: dict[str, object]) -> None:
    onnx_path, config_path = write_tiny_voice(tmp_path)
    config_path.write_text(json.dumps(json.loads(config_path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(ModelUnavailableError, match="tiny"):
        PiperVoiceEngine(onnx_path, config_path)
