"""Speech of another engine as `conversation.echo` messages (seed: Echo Interaction), each of a size that a data channel carries."""

import base64
from collections.abc import Iterator
from typing import Any

from engine.errors import InvalidInputError
from engine.room.client.pcm import Sound, as_pcm, check_rate

LARGEST_CHUNK = 30_000
"""Bytes of PCM in one message: 40,000 as base64 and with all around it below the 64 KiB that every peer takes (RFC 8841, section 6)."""
HIGHEST_ECHO_RATE = 48_000
"""Hz."""
LONGEST_ID = 200
"""Characters of an `inference_id`."""


def echo_messages(
    pcm: Sound, sample_rate: int, inference_id: str, *, conversation_id: str, done: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield the messages that make the replica say this sound, in order; the last of them carries `done`.

    Sound that is still being made is sent piece by piece with `done=False`, under one `inference_id`, the last piece with `done=True`;
    empty sound with `done=True` ends an utterance whose end was not known before. `sample_rate` is in Hz. Raises InvalidInputError.
    """
    samples = as_pcm(pcm).astype("<i2", copy=False)
    rate = check_rate(sample_rate)
    if rate > HIGHEST_ECHO_RATE:
        raise InvalidInputError("sample_rate", rate, f"at most {HIGHEST_ECHO_RATE} Hz is")
    if not isinstance(inference_id, str) or not 0 < len(inference_id) <= LONGEST_ID:
        raise InvalidInputError("inference_id", inference_id, f"a text of 1 to {LONGEST_ID} characters is")
    step = LARGEST_CHUNK // samples.itemsize
    starts = range(0, samples.size, step) or (range(1) if done else range(0))
    for start in starts:
        last = start + step >= samples.size
        yield {
            "message_type": "conversation",
            "event_type": "conversation.echo",
            "conversation_id": conversation_id,
            "properties": {
                "modality": "audio",
                "audio": base64.b64encode(samples[start : start + step].tobytes()).decode("ascii"),
                "sample_rate": rate,
                "inference_id": inference_id,
                "done": done and last,
            },
        }
