"""Messages that are too long for the other side."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.room.message_chunks import SMALLEST_LIMIT, chunks

ENVELOPE = {"message_type": "conversation", "event_type": "conversation.utterance", "conversation_id": "c1", "seq": 7}


def message(**properties: Any) -> dict[str, Any]:
    return {**ENVELOPE, "properties": properties}


@given(st.text(max_size=4000), st.integers(SMALLEST_LIMIT, 3000))
def test_the_parts_fit_and_their_texts_joined_are_the_text(text: str, limit: int) -> None:
    parts = chunks(message(role="replica", speech=text), limit)
    assert all(len(part.encode()) <= limit for part in parts)
    read = [json.loads(part) for part in parts]
    assert "".join(part["properties"]["speech"] for part in read) == text
    assert {(part["seq"], part["event_type"], part["properties"]["role"]) for part in read} == {
        (7, "conversation.utterance", "replica")
    }
    if len(parts) > 1:
        assert [part["properties"]["done"] for part in read] == [False] * (len(parts) - 1) + [True]
    else:
        assert read == [message(role="replica", speech=text)]


def test_texts_are_cut_between_words() -> None:
    parts = chunks(message(role="user", speech="seven letters " * 400), SMALLEST_LIMIT)
    assert all(json.loads(part)["properties"]["speech"].endswith(" ") for part in parts)


@pytest.mark.parametrize(("given", "last"), [({}, True), ({"done": True}, True), ({"done": False}, False)])
def test_sound_is_cut_between_samples_and_ends_as_it_did(given: dict[str, bool], last: bool) -> None:
    pcm = bytes(range(256)) * 40
    whole = message(modality="audio", audio=base64.b64encode(pcm).decode(), sample_rate=16_000, **given)
    parts = [json.loads(part)["properties"] for part in chunks(whole, 2000)]
    sounds = [base64.b64decode(part["audio"], validate=True) for part in parts]
    assert b"".join(sounds) == pcm
    assert all(len(sound) % 2 == 0 for sound in sounds)
    assert [part["done"] for part in parts] == [False] * (len(parts) - 1) + [last]


def test_a_call_of_a_function_comes_once_with_the_frames_that_fit() -> None:
    frames = [{"data": "A" * 700, "mime_type": "image/jpeg"} for _ in range(5)]
    (only,) = chunks(message(name="greet", arguments="{}", modality="vision", frames=frames), 2000)
    assert json.loads(only)["properties"]["frames"] == frames[:2]


@pytest.mark.parametrize(
    ("whole", "limit"),
    [
        (message(name="call", arguments="x" * 5000), 2000),
        (message(speech="x" * 5000, name="y" * 5000), 2000),
        ({**ENVELOPE, "event_type": "x" * 5000}, 2000),
        (message(speech="Hello."), 100),
    ],
)
def test_what_cannot_be_divided_is_refused(whole: dict[str, Any], limit: int) -> None:
    with pytest.raises(ValueError, match="bytes"):
        chunks(whole, limit)
