"""People's voices to each other: what a microphone sent, brought onto the room's clock, and mixed with the replica's voice.

Everybody hears everybody but themselves. Who is alone with the replica gets its packets as they are (`opus`).
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import av
import numpy as np
from numpy.typing import NDArray

from engine.room.opus import AudioPacket, SpeechEncoder
from engine.room.pacer import SoundTick
from engine.room.pieces import read
from engine.room.playout import MEDIA_RATE, TICK
from engine.room.tracks import SoundTrack

BEGINS_WITH = 2 * TICK
"""Samples (40 ms) that wait before a voice begins, so that packets may be late by as much. It begins anew whenever nothing is there,
and so comes to wait for as long as packets of this network are late."""
MOST = 16 * TICK
"""Samples (320 ms) that may wait; half of them stay when there are more."""
LOOKED_BACK: Final = 250
"""Ticks (5 s); what has waited all of that time is not needed: a sender's clock that runs faster than the room's must not grow into a
delay, nor one bad moment of the network stay one."""
_QUIET: Final = 330
"""Loudest sample (-40 dB) of a tick that nobody misses."""
LOUDEST = 32767


class Voice:
    """One person's microphone as the others hear it."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=MEDIA_RATE)
        self._pieces: deque[NDArray[np.int16]] = deque()
        self._waiting = 0
        self._speaks = False
        self._looked = 0
        """Ticks since what waits was last found needed or not."""
        self._least = MOST
        """Samples that waited at least in them."""
        self._surplus = 0
        """Samples that are not needed, and go when nobody misses them."""
        self.dropped = 0
        """Samples thrown away because they came faster than the clock took them."""

    @property
    def delay(self) -> int:
        """Samples after which what arrives now is heard."""
        return self._waiting if self._speaks else max(self._waiting, BEGINS_WITH)

    def push(self, frame: av.AudioFrame) -> None:
        """Take sound as it came out of the decoder, what was lost concealed (`concealment`)."""
        for resampled in self._resampler.resample(frame):
            piece = resampled.to_ndarray().reshape(-1).astype(np.int16, copy=False)
            self._pieces.append(piece)
            self._waiting += piece.size
        if self._waiting > MOST:
            self._drop(self._waiting - MOST // 2)

    def take(self) -> NDArray[np.int16] | None:
        """Return the next 20 ms, shape [960], mono at 48 kHz; None while nothing is there."""
        if not self._speaks and self._waiting < BEGINS_WITH:
            return None
        self._speaks = self._waiting >= TICK
        if not self._speaks:
            return None
        out = self._read(TICK)
        self._look()
        if self._surplus >= TICK and self._waiting >= TICK and out.min() > -_QUIET and out.max() < _QUIET:
            self._surplus -= TICK
            self.dropped += TICK
            out = self._read(TICK)
        return out

    def _look(self) -> None:
        self._looked += 1
        self._least = min(self._least, self._waiting)
        if self._looked == LOOKED_BACK:
            self._surplus = max(0, self._least - TICK)
            self._looked, self._least = 0, MOST

    def _drop(self, count: int) -> None:
        self._read(count)
        self.dropped += count
        self._looked, self._least, self._surplus = 0, MOST, 0

    def _read(self, count: int) -> NDArray[np.int16]:
        out = np.empty(count, dtype=np.int16)
        read(self._pieces, out)
        self._waiting -= count
        return out


class Mix:
    """What one person hears when others are there."""

    def __init__(self) -> None:
        self._encoder = SpeechEncoder()

    def encode(
        self, sound: NDArray[np.int16], others: Iterable[NDArray[np.int16]], position: int
    ) -> "AudioPacket | None":
        """Return a packet of the replica's tick (int16 [960]) and the others' together; what is too loud is limited."""
        return self._encoder.encode(mixed(sound, others), position)


def mixed(sound: NDArray[np.int16], others: Iterable[NDArray[np.int16]]) -> NDArray[np.int16]:
    """Add up ticks of sound, int16 [960] each; the sum keeps within the range of int16."""
    total = sound.astype(np.int32)
    for other in others:
        total += other
    return np.clip(total, -LOUDEST - 1, LOUDEST).astype(np.int16)


class Listener(Protocol):
    """Somebody who hears the room, and is heard by the others."""

    sound: SoundTrack
    voice: Voice | None
    mix: Mix | None


def connect(people: Sequence[Listener], *, recorded: bool = False) -> None:
    """Let people hear each other from now on; who is alone hears the replica's packets as they are. `recorded`: somebody hears
    those who are alone as well."""
    several = len(people) > 1
    for person in people:
        if not (several or recorded):
            person.voice = None
        elif person.voice is None:
            person.voice = Voice()
        if not several:
            person.mix = None
        elif person.mix is None:
            person.mix = Mix()


def send(tick: SoundTick, people: Sequence[Listener]) -> list[NDArray[np.int16] | None]:
    """Give everybody the replica's tick, and each the voices of the others; return each one's voice in it (int16 [960])."""
    voices = [person.voice.take() if person.voice is not None else None for person in people]
    for index, person in enumerate(people):
        if person.mix is None:
            person.sound.push(tick.packet)
            continue
        others = (voice for other, voice in enumerate(voices) if other != index and voice is not None)
        packet = person.mix.encode(tick.sound, others, tick.position)
        if packet is not None:
            person.sound.push(packet)
    return voices
