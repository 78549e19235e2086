import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from engine.room.client.echo import LARGEST_CHUNK, LONGEST_ID, echo_messages

EVERY_PEER_TAKES = 65_536
"""Bytes of a message where nothing else was agreed on (RFC 8841, section 6)."""


@given(
    samples=st.integers(0, 4 * LARGEST_CHUNK), rate=st.sampled_from([8_000, 16_000, 24_000, 48_000]), done=st.booleans()
)
def test_sound_of_any_length_is_cut_into_messages_that_fit_and_together_are_the_sound(
    samples: int, rate: int, done: bool
) -> None:
    pcm = np.arange(samples).astype(np.int16)
    messages = list(echo_messages(pcm, rate, "i" * LONGEST_ID, conversation_id="c" * 64, done=done))
    properties = [message["properties"] for message in messages]
    assert b"".join(base64.b64decode(each["audio"]) for each in properties) == pcm.astype("<i2").tobytes()
    assert all(len(json.dumps(message).encode()) < EVERY_PEER_TAKES for message in messages)
    assert [each["done"] for each in properties] == [False] * (len(messages) - 1) + [done] * bool(messages)
    assert {each["sample_rate"] for each in properties} <= {rate}
    assert bool(messages) is (done or samples > 0)


def test_a_message_has_the_shape_of_the_protocol() -> None:
    [message] = echo_messages(b"\x01\x00\xff\x7f", 24_000, "u1", conversation_id="c1")
    assert message == {
        "message_type": "conversation",
        "event_type": "conversation.echo",
        "conversation_id": "c1",
        "properties": {
            "modality": "audio",
            "audio": base64.b64encode(b"\x01\x00\xff\x7f").decode(),
            "sample_rate": 24_000,
            "inference_id": "u1",
            "done": True,
        },
    }


def test_an_utterance_whose_end_was_not_known_is_ended_by_empty_sound() -> None:
    [message] = echo_messages(b"", 24_000, "u1", conversation_id="c1", done=True)
    assert message["properties"]["audio"] == ""
    assert message["properties"]["done"] is True


def test_levels_are_taken_as_well_as_samples() -> None:
    levels = np.array([0.0, 1.0, -1.0, 2.0, np.nan], dtype=np.float32)
    [message] = echo_messages(levels, 16_000, "u1", conversation_id="c1")
    sent = np.frombuffer(base64.b64decode(message["properties"]["audio"]), dtype="<i2")
    assert list(sent) == [0, 32767, -32767, 32767, 0]


@pytest.mark.parametrize(
    ("pcm", "rate", "inference_id", "field"),
    [
        (b"\x00", 24_000, "u1", "pcm"),
        (np.zeros((2, 10), dtype=np.int16), 24_000, "u1", "pcm"),
        (np.zeros(10, dtype=np.int32), 24_000, "u1", "pcm"),
        (b"\x00\x00", 100, "u1", "sample_rate"),
        (b"\x00\x00", 96_000, "u1", "sample_rate"),
        (b"\x00\x00", 24_000.0, "u1", "sample_rate"),
        (b"\x00\x00", 24_000, "", "inference_id"),
        (b"\x00\x00", 24_000, "i" * (LONGEST_ID + 1), "inference_id"),
    ],
)
def test_what_is_not_accepted_is_named(pcm: object, rate: object, inference_id: str, field: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{field}: "):
        list(echo_messages(pcm, rate, inference_id, conversation_id="c1"))  # type: ignore[arg-type]
