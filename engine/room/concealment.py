"""What is given to an Opus decoder in the place of packets that were lost; I/O-free.

A frame without a single byte is one that was lost (RFC 6716, section 3.2.1), and libopus conceals it: it goes on with the pitch and the
colour of what it heard last, fades into the background noise that it knows, and blends what comes next into that. Out of silence comes
silence. FFmpeg hands libopus no packet that is empty, but one of the first byte alone holds just such a frame. The low-rate copy of a
lost packet that the next one may carry (in-band FEC) cannot be reached so: FFmpeg never asks libopus for it.
"""

from dataclasses import dataclass
from typing import Final, Self

RATE: Final = 48_000
"""Hz of Opus's time stamps, whatever was encoded (RFC 7587, section 4.1)."""
LONGEST: Final = 0.4
"""Seconds; a longer hole is not concealed. Who listens takes a stream that stands still for a little more (`participant.HOLE`) for
silent, and has then filled that time already."""
_SILK: Final = (480, 960, 1920, 2880)
_HYBRID: Final = (480, 960)
_CELT: Final = (120, 240, 480, 960)
_FIRST_HYBRID: Final = 12
_FIRST_CELT: Final = 16
_CODE: Final = 0b11
"""Bits of the first byte that say how many frames follow: one, two that are alike long, two, any number."""
_COUNT: Final = 0b11_1111
_WRAP: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class OpusFrames:
    """How a packet is divided, as its first bytes say (RFC 6716, section 3.1)."""

    first_byte: int
    samples: int
    """Length of each frame at 48 kHz: 2.5 to 60 ms."""
    count: int

    @classmethod
    def of(cls, packet: bytes) -> Self:
        """Read the first bytes of a packet. Raises ValueError when it is empty or cut short."""
        if not packet:
            raise ValueError("an Opus packet has at least one byte")
        configuration, code = packet[0] >> 3, packet[0] & _CODE
        if configuration < _FIRST_HYBRID:
            samples = _SILK[configuration % 4]
        elif configuration < _FIRST_CELT:
            samples = _HYBRID[configuration % 2]
        else:
            samples = _CELT[configuration % 4]
        if code < _CODE:
            return cls(packet[0], samples, 2 if code else 1)
        if len(packet) < 2:
            raise ValueError("an Opus packet of any number of frames has a second byte that says how many")
        return cls(packet[0], samples, packet[1] & _COUNT)

    @property
    def duration(self) -> int:
        """Samples of the whole packet at 48 kHz."""
        return self.samples * self.count

    @property
    def lost(self) -> bytes:
        """The packet of one frame that was lost: `samples` long, and of as many channels as this packet."""
        return bytes([self.first_byte & ~_CODE])


@dataclass(frozen=True, slots=True)
class _Decoded:
    """The packet that went to the decoder last."""

    sequence_number: int
    ends: int
    """Time stamp of the first sample after it."""
    frames: OpusFrames
    at: float
    """Seconds of the clock."""


class Concealment:
    """One stream on its way to its decoder, in order. Sequence numbers have 16 bits; `now` is in seconds of any clock."""

    def __init__(self) -> None:
        self._last: _Decoded | None = None
        self._samples = 0

    @property
    def milliseconds(self) -> int:
        """Sound that was concealed."""
        return self._samples * 1000 // RATE

    def before(self, packet: bytes, sequence_number: int, timestamp: int, now: float) -> list[tuple[bytes, int]]:
        """Take the packet that the decoder gets next; return those that it is to get before, each with its time stamp."""
        try:
            frames = OpusFrames.of(packet)
        except ValueError:
            # The decoder refuses it as well.
            return []
        last = self._last
        self._last = _Decoded(sequence_number, timestamp + frames.duration, frames, now)
        # Time stamps that jump without a packet missing are a pause of the sender.
        if last is None or sequence_number == (last.sequence_number + 1) % _WRAP or now - last.at > LONGEST:
            return []
        gap, samples = timestamp - last.ends, last.frames.samples
        if not 0 < gap <= LONGEST * RATE:
            return []
        stamps = range(last.ends, timestamp - samples + 1, samples)
        self._samples += len(stamps) * samples
        return [(last.frames.lost, stamp) for stamp in stamps]
