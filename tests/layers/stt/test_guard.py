"""The guard lets speech through and stops what the decoder makes up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.stt.guard import Attempt, Verdict, judge, judge_full_window, repeats_itself, token_limit

GOOD = Attempt(
    text="Sunday is the best part of the week.",
    seconds=3.1,
    tokens=9,
    token_limit=40,
    average_log_probability=-0.1,
    no_speech_probability=0.05,
)


def test_a_sure_text_is_speech() -> None:
    assert judge(GOOD) is Verdict.SPEECH
    assert judge_full_window(GOOD) is Verdict.SPEECH


@pytest.mark.parametrize("text", ["", ".", " ... ", "♪", "-"])
def test_a_text_without_words_is_no_speech(text: str) -> None:
    assert judge(replace(GOOD, text=text)) is Verdict.NO_SPEECH


@pytest.mark.parametrize(
    ("text", "sure", "silent"),
    [
        ("I'm not going to be able to do that.", -1.8, 0.90),
        ("You", -1.2, 0.92),
        ("you", -0.6, 0.99),
        ("I'm not going to be able to do anything.", -1.6, 0.73),
    ],
)
def test_what_whisper_says_to_noise_is_no_speech(text: str, sure: float, silent: float) -> None:
    attempt = replace(GOOD, text=text, average_log_probability=sure, no_speech_probability=silent)
    assert judge(attempt) is Verdict.NO_SPEECH
    assert judge_full_window(attempt) is Verdict.NO_SPEECH


@pytest.mark.parametrize(
    "change",
    [
        {"average_log_probability": -1.2},
        {"average_log_probability": -0.96, "no_speech_probability": 0.67},
        {"average_log_probability": -0.5, "no_speech_probability": 0.77},
        {"text": "Thank you.", "no_speech_probability": 0.7},
        {"average_log_probability": -0.5, "no_speech_probability": 0.6, "prompted": True},
        {"tokens": 40},
        {"text": "I'm not going to be able to do that.", "seconds": 0.6},
        {"text": "In 1813, in 1813,"},
        {"text": "the cat and the dog the cat and the bird the cat and the"},
    ],
)
def test_a_doubtful_text_deserves_the_full_window(change: dict[str, object]) -> None:
    assert judge(replace(GOOD, **change)) is Verdict.DOUBTFUL  # type: ignore[arg-type]


def test_a_quiet_but_sure_word_is_believed() -> None:
    assert judge(replace(GOOD, no_speech_probability=0.9, average_log_probability=-0.2)) is Verdict.SPEECH


@pytest.mark.parametrize(
    ("sure", "silent", "verdict"), [(-0.59, 0.58, Verdict.SPEECH), (-1.28, 0.56, Verdict.NO_SPEECH)]
)
def test_a_short_answer_and_a_beep_are_told_apart_by_the_full_window(
    sure: float, silent: float, verdict: Verdict
) -> None:
    attempt = replace(GOOD, text="Beep.", average_log_probability=sure, no_speech_probability=silent)
    assert judge_full_window(attempt) is verdict


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.",
        "you",
        "Bye!",
        "Thanks for watching!",
        "Thank you so much for watching.",
        "Please like and subscribe.",
        "Untertitel der Amara.org-Community",
    ],
)
def test_what_films_say_in_silence_is_believed_only_where_somebody_speaks(text: str) -> None:
    credit = replace(GOOD, text=text)
    assert judge(credit) is Verdict.SPEECH
    assert judge_full_window(credit) is Verdict.SPEECH
    assert judge(replace(credit, no_speech_probability=0.55)) is Verdict.DOUBTFUL
    assert judge_full_window(replace(credit, no_speech_probability=0.55)) is Verdict.NO_SPEECH


def test_on_the_full_window_a_short_repeat_is_believed_and_a_loop_is_not() -> None:
    assert judge_full_window(replace(GOOD, text="No, no, no, no.")) is Verdict.SPEECH
    assert judge_full_window(replace(GOOD, text="I don't know. " * 12)) is Verdict.NO_SPEECH
    assert judge_full_window(replace(GOOD, tokens=GOOD.token_limit)) is Verdict.NO_SPEECH


def test_more_words_than_anybody_says_in_that_time_are_made_up() -> None:
    hurried = replace(GOOD, text="I'm not going to be able to do that.", seconds=0.6)
    assert judge_full_window(hurried) is Verdict.NO_SPEECH
    assert judge_full_window(replace(hurried, seconds=0.9)) is Verdict.SPEECH


@pytest.mark.parametrize("text", ["Yes.", "No, thanks.", "I don't know."])
def test_a_short_answer_is_never_too_many_words(text: str) -> None:
    assert judge(replace(GOOD, text=text, seconds=0.1)) is Verdict.SPEECH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask what you can do for you, what your country can do for you", False),
        ("no no no no", True),
        ("bye bye", False),
        ("thank you, thank you", True),
        ("In 1813, in 1813,", True),
        ("", False),
    ],
)
def test_repeats(text: str, expected: bool) -> None:
    assert repeats_itself(text) is expected


@given(phrase=st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=8), times=st.integers(2, 4))
def test_every_phrase_said_twice_is_found(phrase: list[str], times: int) -> None:
    assert repeats_itself(" ".join(["well", *phrase * times, "then"]))


@given(words=st.lists(st.integers(0, 9999), unique=True))
def test_different_words_never_repeat(words: list[int]) -> None:
    assert not repeats_itself(" ".join(map(str, words)))


@given(seconds=st.floats(0, 29))
def test_fast_speech_stays_under_the_limit(seconds: float) -> None:
    assert seconds * 6 < token_limit(seconds) <= seconds * 9 + 10
