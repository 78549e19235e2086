"""The voice that needs no download."""

import threading

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from engine.layers.cancel import CancelToken
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.levelling import TARGET
from engine.layers.tts.loudness import loudness
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.style import SpeakingStyle

RATE = 22_050


@pytest.fixture(scope="module")
def voice() -> BasicVoice:
    return BasicVoice()


def assert_spans_cover(clause: SpokenClause) -> None:
    position = 0
    for span in clause.phonemes:
        assert span.start == position
        assert span.length > 0
        position += span.length
    assert position == clause.samples.size


def phonemes(clause: SpokenClause) -> str:
    return " ".join(span.phoneme for span in clause.phonemes if span.phoneme)


def test_is_a_voice_marked_as_basic(voice: BasicVoice) -> None:
    as_protocol: Voice = voice
    assert as_protocol.basic
    assert as_protocol.language == "en-US"


def test_speaks_at_a_natural_rate_and_level(voice: BasicVoice) -> None:
    clause = voice.speak("We could go for a walk along the river tomorrow afternoon.")
    assert clause.sample_rate == RATE
    assert clause.samples.dtype == np.float32
    assert 2.2 < clause.samples.size / RATE < 4.5
    assert loudness(clause.samples, RATE) == pytest.approx(TARGET, abs=0.5)
    assert np.abs(clause.samples).max() <= 1.0
    assert_spans_cover(clause)


def test_phonemes_carry_no_stress_marks_and_lie_where_the_sound_is(voice: BasicVoice) -> None:
    clause = voice.speak("Bob.")
    assert phonemes(clause) == "b ɑː b"
    vowel = next(span for span in clause.phonemes if span.phoneme == "ɑː")
    energy = np.abs(clause.samples)
    inside = energy[vowel.start : vowel.start + vowel.length].mean()
    assert inside > 3.0 * energy[vowel.start + vowel.length :].mean()


@pytest.mark.parametrize(
    ("text", "pause"), [("Well,", 0.12), ("It is late.", 0.25), ("Is it late?", 0.25), ("and then", 0.03)]
)
def test_the_silence_at_the_end_follows_the_punctuation(voice: BasicVoice, text: str, pause: float) -> None:
    clause = voice.speak(text)
    silent = clause.samples.size - 1 - np.flatnonzero(np.abs(clause.samples) > 0.003)[-1]
    assert silent / RATE == pytest.approx(pause, abs=0.003)
    assert clause.phonemes[-1].phoneme == ""


def test_numbers_are_spoken_as_words_and_the_written_text_is_kept(voice: BasicVoice) -> None:
    clause = voice.speak("**$5**")
    assert clause.text == "**$5**"
    assert phonemes(clause) == phonemes(voice.speak("five dollars"))


@pytest.mark.parametrize("text", ["", "   ", "...", "?!", "😀", "*smiles*", "<break time='3s'/>", "\x00\x01"])
def test_text_without_anything_to_pronounce_is_no_sound(voice: BasicVoice, text: str) -> None:
    clause = voice.speak(text)
    assert clause.samples.size == 0
    assert clause.phonemes == ()


def test_text_is_data_and_no_command_to_the_synthesiser(voice: BasicVoice) -> None:
    assert phonemes(voice.speak("[[h@'loU]] there")) != phonemes(voice.speak("hello there"))
    assert abs(voice.speak("\x0120S hi there").samples.size - voice.speak("20S hi there").samples.size) < RATE // 10


def test_speed_stretches_the_clause(voice: BasicVoice) -> None:
    text = "The weather in spring is mild and dry."
    slow, natural, fast = (
        voice.speak(text, style=SpeakingStyle(speed=speed)).samples.size for speed in (0.5, 1.0, 2.0)
    )
    assert 1.5 < slow / natural < 2.4
    assert 0.4 < fast / natural < 0.65


def test_a_cancelled_call_gives_no_sound(voice: BasicVoice) -> None:
    cancel = CancelToken()
    cancel.cancel()
    assert voice.speak("Never heard.", cancel=cancel).samples.size == 0


def test_cancelling_in_the_middle_stops_the_synthesis(voice: BasicVoice) -> None:
    class AfterTwoLooks(CancelToken):
        looks = 0

        @property
        def cancelled(self) -> bool:
            self.looks += 1
            return self.looks > 2

    cancel = AfterTwoLooks()
    assert voice.speak("one two three four five six seven eight nine ten " * 20, cancel=cancel).samples.size == 0
    assert cancel.looks < 10


def test_two_threads_with_two_languages_do_not_disturb_each_other(voice: BasicVoice) -> None:
    german = BasicVoice("de")
    expected = {id(voice): phonemes(voice.speak("Hand in hand.")), id(german): phonemes(german.speak("Hand in hand."))}
    assert len(set(expected.values())) == 2
    failures: list[str] = []

    def talk(speaker: BasicVoice) -> None:
        for _ in range(20):
            heard = phonemes(speaker.speak("Hand in hand."))
            if heard != expected[id(speaker)]:
                failures.append(heard)

    threads = [threading.Thread(target=talk, args=(speaker,)) for speaker in (voice, german, voice, german)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize(
    ("language", "tag"), [("en_GB", "en-GB"), ("de", "de"), ("fr-FR", "fr-FR"), ("zh-CN", "zh-CN")]
)
def test_languages_are_named_as_bcp_47(language: str, tag: str) -> None:
    speaker = BasicVoice(language)
    assert speaker.language == tag
    assert speaker.speak("1 2 3").samples.size > 0


@pytest.mark.parametrize("language", ["xx", "", "../../etc/passwd", "a" * 400, "en\x00"])
def test_an_unknown_language_is_named_in_the_error(language: str) -> None:
    with pytest.raises(InvalidInputError, match="language"):
        BasicVoice(language)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=80), speed=st.floats(0.1, 5.0))
@example(text="\ud800\udfff \ue0e8 \u0530", speed=1.0)
@example(text="a" * 9_000, speed=2.0)
@example(text="& < > &amp; &#0; ]]> [[ ((((", speed=1.0)
def test_any_text_gives_finite_sound_and_ordered_phonemes(voice: BasicVoice, text: str, speed: float) -> None:
    clause = voice.speak(text, style=SpeakingStyle(speed=speed))
    assert np.isfinite(clause.samples).all()
    assert_spans_cover(clause)


@settings(max_examples=80, deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_espeak_itself_survives_text_that_was_not_normalised(voice: BasicVoice, text: str) -> None:
    utterance = voice._espeak.synthesise(text)
    onsets = [onset.sample for onset in utterance.onsets]
    assert onsets == sorted(onsets)
    assert all(0 <= onset <= utterance.samples.size for onset in onsets)
