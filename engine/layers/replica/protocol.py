"""What the conversation asks of a face."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import Samples
from engine.layers.tts.spans import PhonemeSpan

Picture: TypeAlias = NDArray[np.uint8]
"""One frame as planar YUV 4:2:0 (limited range, BT.601), shape [height * 3 // 2, width]: what
`av.VideoFrame.from_ndarray(format="yuv420p")` takes."""


class ReplicaState(StrEnum):
    """What the replica is doing, as far as a face shows it."""

    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


@dataclass(frozen=True, slots=True)
class FaceSpeech:
    """Speech that will be heard, placed on the media clock."""

    start: int
    """Media sample (48 kHz) at which the first sample of the clause is played out."""
    sample_rate: int
    """Hz of the spans."""
    phonemes: Sequence[PhonemeSpan]


class ReplicaSession(Protocol):
    """The face of one conversation.

    Frames are asked for by audio position and never wait for anything: a frame shows what is known of the speech at that time.
    Everything but `close` may be called from another thread than `frame`.
    """

    def say(self, speech: FaceSpeech) -> None:
        """Schedule the mouth for a clause."""

    def hear(self, start: int, samples: Samples, *, more: bool = False) -> None:
        """Schedule the mouth for speech (48 kHz) without phonemes, heard from this media sample on; blocking.

        `more`: the rest follows in another call, from where this piece ends, and the mouth is read on without a seam. Such pieces hold
        multiples of 480 samples; the last one may be empty.
        """

    def silence_from(self, position: int) -> None:
        """Drop all speech from this media sample on (barge-in): the mouth is closed within 120 ms after it."""

    def feel(self, emotion: str, position: int, strength: float = 1.0) -> None:
        """Show an emotion from this media sample on (`engine.layers.replica.performance.feelings.EMOTIONS`; `strength`: 0..2)."""

    def attend(self, position: int) -> None:
        """Somebody whom the replica listens to has paused at this media sample."""

    def frame(self, position: int, state: ReplicaState) -> Picture:
        """Draw the frame shown at this media sample (48 kHz). Positions only grow.

        The array may be reused by the next call: the caller copies it if it keeps it.
        """

    def close(self) -> None:
        """Free what the session holds."""


class Replica(Protocol):
    """A face shared by all conversations; sessions hold what moves."""

    width: int
    height: int
    frames_per_second: int

    def open_session(self, seed: int) -> ReplicaSession:
        """Start a face; `seed` makes blinks and sway repeatable."""
