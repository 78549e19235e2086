"""So that the replica never listens to itself: its sound is taken out of a microphone before anybody judges what is heard.

The browser cancels echoes too, but not every browser, loudspeaker and room lets it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.echo.coupling import Coupling
from engine.layers.echo.delay import DelayFinder
from engine.layers.echo.framing import Framing
from engine.layers.echo.processing import FRAME, LATENCY, EchoCanceller
from engine.layers.echo.reference import Reference
from engine.layers.echo.stranger import Strangers, Verdict

_LEAD: Final = 30 * HEARING_RATE // 1000
"""Samples by which the canceller gets a sound before its echo."""
_SLACK: Final = 25 * HEARING_RATE // 1000
"""Samples by which that may be off."""
_STALLED: Final = HEARING_RATE
"""Samples by which a microphone may be behind before it begins anew."""
_OWN: Final = 0.9
"""Share of echo from which a block holds nothing else."""
_HELD: Final = 5
"""Frames for which a person who is louder than the echo goes on being heard as they are."""
_QUIET_ROOM: Final = 10.0 ** (-60 / 20)
"""Root mean square of a quiet room. Digital silence is no place that a voice detector knows: it would need longer to hear a person
after it."""
_RISING: Final = np.linspace(0.0, 1.0, FRAME, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Heard:
    """One block of a microphone, judged."""

    residual: Samples
    """What is left without the echo: as many samples as the block had, 18 ms late."""
    echo: float
    """Share of the block's energy that comes from what was played, 0..1."""
    own_voice: bool
    """Whether the block holds the replica's own sound and nothing else, so that it counts neither as speech nor as barge-in."""
    counted: Samples
    """What turn taking may hear: the residual, or a quiet room where there is only the replica's own sound, or the microphone as it is
    where no echo was found in it. As many samples in all as came in; while it is not known what a sound is (for about 0.15 s, 0.4 s at
    most) there are none, and then those of all that time at once."""


class EchoGuard:
    """The guard of one microphone; used by one thread at a time. Takes about 1.5 % of a core.

    Echoes may come 3 to 600 ms after the reference was told of them.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._framing = Framing(self._frame)
        self._canceller = EchoCanceller()
        self._coupling = Coupling()
        self._delay = DelayFinder(reference)
        self._count = 0
        self._offset: int | None = None
        """What is added to the microphone's count to find what is played to the canceller beside it."""
        self._played = np.zeros(FRAME, dtype=np.float32)
        self._late = np.zeros(FRAME + LATENCY, dtype=np.float32)
        self._person = 0
        self._open = True
        self._energy = self._left = 0.0
        self._echo = 0.0
        self._room = np.random.default_rng(0).normal(0.0, _QUIET_ROOM, HEARING_RATE).astype(np.float32)
        self._room_at = 0
        self._strangers = Strangers(reference)
        self._plain = np.zeros(FRAME + LATENCY, dtype=np.float32)
        self._held: list[tuple[Samples, Samples]] = []
        """Blocks of which it is not known what they are: without an echo, and as they are."""

    @property
    def delay(self) -> float | None:
        """Seconds after which the newest sound was last found to come back; None as long as no echo was found."""
        if not self._coupling.known_delay or self._offset is None or self._reference.end is None:
            return None
        return (self._reference.end - (self._count + self._offset - _LEAD)) / HEARING_RATE

    def hear(self, samples: Samples) -> Heard:
        """Take a block of the microphone, 16 kHz, any length.

        The reference has been told all that was played until now, silence included: a clock that rests looks like a microphone that runs
        ahead.
        """
        self._energy = self._left = 0.0
        residual = self._framing.feed(samples)
        if self._energy > 0.0:
            self._echo = 1.0 - min(1.0, self._left / self._energy)
        elif samples.size >= FRAME:
            self._echo = 0.0
        own_voice = self._echo >= _OWN
        safe = self._quiet_room(samples.size) if own_voice else residual
        return Heard(residual, self._echo, own_voice, self._counted(samples, safe))

    def _counted(self, samples: Samples, safe: Samples) -> Samples:
        """Return what counts: `safe`, unless the sound is a person's; all that was held back, once that is known."""
        joined = np.concatenate((self._plain, samples))
        plain, self._plain = joined[: samples.size], joined[samples.size :]
        open_question = self._coupling.sounding and not self._coupling.known_delay
        verdict = self._strangers.hear(samples, self._coupling.loudest if open_question else None)
        self._held.append((safe, plain))
        if verdict is Verdict.UNSURE:
            return samples[:0]
        counted = [block[verdict is Verdict.PERSON] for block in self._held]
        self._held.clear()
        return counted[0] if len(counted) == 1 else np.concatenate(counted)

    def _quiet_room(self, size: int) -> Samples:
        """Return the next samples of a room in which nothing sounds."""
        self._room_at = (self._room_at + size) % HEARING_RATE
        return np.take(self._room, np.arange(self._room_at - size, self._room_at), mode="wrap")

    def _frame(self, heard: Samples, out: Samples) -> None:
        start = self._count
        self._count += FRAME
        self._reference.read(start + self._aligned(), self._played)
        self._canceller.process(self._played, heard, out)
        self._late[:LATENCY] = self._late[FRAME:]
        self._late[LATENCY:] = heard
        self._judge(heard, out)
        found = self._delay.hear(start, heard)
        if found is not None:
            self._realign(found)

    def _judge(self, heard: Samples, out: Samples) -> None:
        coupling = self._coupling
        power, left = _power(heard), _power(out)
        coupling.play(_power(self._played))
        coupling.learn(power, left)
        self._energy += power
        if not coupling.sounding:
            self._person = 0
            self._left += power
        elif coupling.exceeded(power):
            self._person = _HELD
            self._left += max(left, power - coupling.expected())
        else:
            self._person = max(0, self._person - 1)
            self._left += left
        # The canceller makes a person who speaks over an echo softer than need be: who is louder than it is heard without it.
        opened = self._person > 0 or not coupling.sounding
        if opened or self._open:
            plain = self._late[:FRAME]
            if opened and self._open:
                out[:] = plain
            else:
                share = _RISING if opened else 1.0 - _RISING
                out += (plain - out) * share
        else:
            out += self._quiet_room(FRAME)
        self._open = opened

    def _aligned(self) -> int:
        """Return the offset, begun anew where the microphone lost its place."""
        end = self._reference.end
        if end is None:
            return 0
        newest = end - self._count
        if self._offset is None or newest - self._offset > _STALLED or self._offset > newest:
            self._offset = newest
        return self._offset

    def _realign(self, place: int) -> None:
        assert self._offset is not None
        assert self._reference.end is not None
        wanted = min(place + _LEAD, self._reference.end - self._count)
        moved = abs(wanted - self._offset) > _SLACK
        if moved:
            # What it learned belongs to another delay; a new one is careful until it knows better.
            self._canceller = EchoCanceller()
            self._offset = wanted
        if moved or not self._coupling.known_delay:
            self._coupling.align()


def _power(samples: Samples) -> float:
    return float(np.dot(samples, samples)) / samples.size
