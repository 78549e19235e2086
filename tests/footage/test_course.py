"""What is said when in a training video."""

from itertools import pairwise

import numpy as np
import pytest

from engine.footage.course import Course, plan
from engine.footage.script import STORY, consent
from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.protocol import ReplicaState
from engine.layers.tts.protocol import Voice
from tests.fakes.layers import ToneVoice

SECOND = MEDIA_RATE


@pytest.fixture(scope="module")
def two_minutes(voice: Voice) -> Course:
    return plan(voice, "Ada", 120.0, 1)


def test_the_consent_statement_comes_first_and_names_person_and_product(two_minutes: Course) -> None:
    said = [line.text for line in two_minutes.lines]
    assert tuple(said[:2]) == consent("Ada")
    assert said[0].startswith("I, Ada, ")
    assert "consent to Visavis" in said[0]
    assert said[2:4] == list(STORY[:2])
    assert two_minutes.consent_complete


def test_half_is_talking_and_half_is_listening(two_minutes: Course) -> None:
    assert two_minutes.length == 120 * SECOND
    assert two_minutes.lines[-1].end == pytest.approx(60 * SECOND, abs=3 * SECOND)
    assert two_minutes.listening_from == pytest.approx(60 * SECOND, abs=4 * SECOND)
    states = [two_minutes.state(second * SECOND) for second in range(120)]
    assert states[0] is ReplicaState.IDLE
    assert states[5:55] == [ReplicaState.SPEAKING] * 50
    assert states[65:] == [ReplicaState.LISTENING] * 55
    assert all(two_minutes.listening_from < pause < two_minutes.length for pause in two_minutes.pauses)


def test_the_lips_close_between_sentences(two_minutes: Course) -> None:
    for before, after in pairwise(two_minutes.lines):
        if before.text != two_minutes.lines[0].text:
            assert 0.5 * SECOND <= after.start - before.end <= 0.86 * SECOND


def test_phonemes_cover_the_speech_in_order_and_nothing_is_heard_outside_of_it(two_minutes: Course) -> None:
    silent = np.ones(two_minutes.length, np.bool_)
    end = 0
    for speech in two_minutes.speeches:
        assert speech.sample_rate == MEDIA_RATE
        assert speech.start >= end
        assert speech.phonemes[0].start == 0
        for span, following in pairwise(speech.phonemes):
            assert span.start + span.length == following.start
        last = speech.phonemes[-1]
        end = speech.start + last.start + last.length
        silent[speech.start : end] = False
    assert not two_minutes.speech[silent].any()
    assert np.abs(two_minutes.speech).max() > 0.1


def test_more_time_is_filled_by_saying_the_story_again() -> None:
    course = plan(ToneVoice(), "Ada", 400.0, 1)
    assert course.lines[-1].end == pytest.approx(200 * SECOND, abs=3 * SECOND)
    assert sum(line.text == STORY[0] for line in course.lines) >= 2


def test_less_time_cuts_the_statement_softly_and_says_so() -> None:
    course = plan(ToneVoice(), "Ada", 4.0, 1)
    [line] = course.lines
    assert (line.complete, course.consent_complete) == (False, False)
    assert line.end == 2 * SECOND
    last = course.speeches[-1]
    assert last.start + last.phonemes[-1].start + last.phonemes[-1].length == line.end
    assert abs(course.speech[line.end - 1]) < 0.01
    assert not course.speech[line.end :].any()


def test_the_same_seed_plans_the_same_and_another_another() -> None:
    one, again, other = (plan(ToneVoice(), "Ada", 60.0, seed) for seed in (1, 1, 2))
    assert one.lines == again.lines
    assert one.pauses == again.pauses
    assert one.lines != other.lines
