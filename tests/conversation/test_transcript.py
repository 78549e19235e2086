"""What was said, as history and as a callback carries it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.transcript import Transcript, TranscriptEntry
from engine.layers.llm.protocol import Message, Role


def entry(role: Role, content: str, at: float = 1.0) -> TranscriptEntry:
    return TranscriptEntry(role, content, at, 0.51239, "i")


def test_it_is_carried_with_the_system_message_first() -> None:
    transcript = Transcript()
    transcript.add(entry("user", "Hello.", at=1.23456))
    assert transcript.as_json(Message("system", "You are Ada.")) == [
        {"role": "system", "content": "You are Ada."},
        {"role": "user", "content": "Hello.", "seconds_from_start": 1.235, "duration": 0.512, "inference_id": "i"},
    ]


def test_what_is_said_into_an_answer_comes_behind_it() -> None:
    transcript = Transcript()
    transcript.add(entry("user", "Hello."))
    begun = len(transcript)
    transcript.add(entry("user", "Right."))
    transcript.add(entry("assistant", "Hello to you."), begun)
    assert [message.content for message in transcript.history()] == ["Hello.", "Hello to you.", "Right."]


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text("ab", min_size=1))))
def test_the_history_alternates_and_loses_no_word(turns: list[tuple[Role, str]]) -> None:
    transcript = Transcript()
    for role, content in turns:
        transcript.add(entry(role, content))
    history = transcript.history()
    assert all(one.role != following.role for one, following in pairwise(history))
    assert " ".join(message.content for message in history) == " ".join(content for _, content in turns)
