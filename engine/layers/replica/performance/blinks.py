"""When eyes close."""

from random import Random
from typing import Final

from engine.layers.replica.performance.easing import smooth
from engine.layers.replica.protocol import ReplicaState

_CLOSING: Final = 0.085
_SHUT: Final = 0.045  # longer than a frame at 25 fps: one always shows closed eyes
_OPENING: Final = 0.17
_LENGTH: Final = _CLOSING + _SHUT + _OPENING

_USUAL: Final = {  # seconds from one blink to the next
    ReplicaState.IDLE: 4.3,
    ReplicaState.LISTENING: 4.6,
    ReplicaState.THINKING: 4.6,
    ReplicaState.SPEAKING: 4.4,
}
_SHORTEST, _LONGEST = 1.3, 9.5
_DRAWN: Final = 2.2  # an occasion draws in a blink that is due within this
_RARELY: Final = 0.09  # two in a row


class Blinks:
    """Blinks at irregular times, drawn to occasions such as the end of a phrase or a shift of gaze."""

    def __init__(self, seed: int, often: float) -> None:
        """`often`: factor on how often, 1 in the middle."""
        self._random = Random(f"{seed} blinks")  # noqa: S311 - for looks only
        self._often = often
        self._last = 0.0
        self._next: float | None = None

    def at(self, seconds: float, state: ReplicaState) -> float:
        """Return how far the lids are shut, 0..1."""
        if self._next is None or seconds - self._next > 5.0:
            self._next = seconds + self._random.uniform(0.8, 3.0)
        since = seconds - self._next
        if since < 0.0:
            return 0.0
        if since >= _LENGTH:
            self._last = self._next
            self._next = seconds + self._pause(state)
            return 0.0
        if since < _CLOSING:
            return smooth(since / _CLOSING)
        return 1.0 - smooth((since - _CLOSING - _SHUT) / _OPENING)

    def occasion(self, seconds: float, chance: float) -> None:
        """Blink now, with this chance, if a blink is due soon."""
        if self._next is None or not 0.0 < self._next - seconds < _DRAWN or seconds - self._last < _SHORTEST:
            return
        if self._random.random() < chance:
            self._next = seconds

    def _pause(self, state: ReplicaState) -> float:
        if self._random.random() < _RARELY:
            return self._random.uniform(0.25, 0.5)
        usual = _USUAL[state] / self._often
        return min(_LONGEST, max(_SHORTEST, self._random.lognormvariate(0.0, 0.5) * usual * 0.9))
