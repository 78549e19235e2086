"""Opus for speech: encoded once per room, whoever listens."""

from fractions import Fraction
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray

from engine.room.playout import MEDIA_RATE, TICK

AudioPacket: TypeAlias = "av.Packet[av.AudioStream]"

BIT_RATE = 40_000
"""Bits per second: mono speech at full band."""


class SpeechEncoder:
    """Mono Opus with in-band forward error correction, one packet a tick (RFC 6716, RFC 7587)."""

    def __init__(self) -> None:
        codec = av.AudioCodecContext.create("libopus", "w")
        codec.sample_rate = MEDIA_RATE
        codec.layout = "mono"
        codec.format = "s16"
        codec.bit_rate = BIT_RATE
        codec.time_base = Fraction(1, MEDIA_RATE)
        codec.options = {"application": "voip", "fec": "1", "packet_loss": "5", "frame_duration": "20"}
        self._codec = codec

    def encode(self, sound: NDArray[np.int16], position: int) -> "AudioPacket | None":
        """Encode one tick (int16 [960]) that begins at the media sample `position`."""
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, TICK), format="s16", layout="mono")
        frame.sample_rate = MEDIA_RATE
        frame.pts = position
        frame.time_base = Fraction(1, MEDIA_RATE)
        packets = self._codec.encode(frame)
        if not packets:
            return None
        # libopus shifts time stamps by its look-ahead; the clock of the room is the one that counts.
        packets[0].pts = position
        packets[0].time_base = Fraction(1, MEDIA_RATE)
        return packets[0]
