"""Who has the floor: an I/O-free state machine.

It is fed with what was heard, each time with the time of the microphone stream in seconds, and answers with what is to be done.
It owns every rule of turn taking; models, timers and sound stay outside. One machine per participant.

    SILENT --speech--> SPEAKING --silence--> PAUSED --deadline--> (EndTurn) SILENT
                          ^                    |
                          +------speech--------+ (Resume)
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

FRAME = 0.032
"""Seconds in one VAD frame."""


@dataclass(frozen=True, slots=True)
class TurnRules:
    """The numbers of turn taking; times in seconds."""

    speech_above: float = 0.5
    """VAD probability from which a frame counts as speech."""
    silence_below: float = 0.35
    """VAD probability under which a frame counts as silence; between the two nothing changes."""
    onset: float = 0.096
    """Speech that opens a turn: three frames, so that a click does not."""
    pause: float = 0.2
    """Silence after which the end of the turn is considered."""
    barge_in: float = 0.16
    """Speech that takes the floor from a speaking replica."""
    patience: float = 1.0
    """Factor on the waits below."""
    waits: tuple[tuple[float, float], ...] = ((0.8, 0.25), (0.5, 0.4), (0.2, 0.9), (0.0, 1.6))
    """(end-of-turn probability at least, silence until the turn is taken): sure ends are answered at once, doubtful ones wait."""
    undecided_wait: float = 1.2
    """Silence until the turn is taken as long as the end-of-turn model has not answered."""

    def wait(self, probability: float | None) -> float:
        """Return the silence, counted from the last voiced frame, after which the turn is taken."""
        if probability is None:
            return self.undecided_wait * self.patience
        for least, silence in self.waits:
            if probability >= least:
                return max(self.pause, silence * self.patience)
        return max(self.pause, self.waits[-1][1] * self.patience)


@dataclass(frozen=True, slots=True)
class StartTurn:
    """A person began to speak, `at` seconds of the stream."""

    at: float


@dataclass(frozen=True, slots=True)
class BargeIn:
    """A person took the floor from the replica, which falls silent at once."""

    at: float


@dataclass(frozen=True, slots=True)
class ConsiderEnd:
    """A pause: transcribe what was said, ask the end-of-turn model, begin to prepare an answer."""

    pause: int
    """Names the pause; answers that come late for another one are ignored."""
    last_voiced: float


@dataclass(frozen=True, slots=True)
class Resume:
    """The person goes on: whatever was prepared for `pause` is useless."""

    pause: int


@dataclass(frozen=True, slots=True)
class EndTurn:
    """The turn is over: the prepared answer may be heard."""

    pause: int
    started: float
    last_voiced: float


Action: TypeAlias = StartTurn | BargeIn | ConsiderEnd | Resume | EndTurn


class _Floor(Enum):
    SILENT = auto()
    SPEAKING = auto()
    PAUSED = auto()


class TurnMachine:
    """The turn taking of one participant."""

    def __init__(self, rules: TurnRules | None = None) -> None:
        self.rules = rules or TurnRules()
        self.replica_speaking = False
        """Set by the director while the replica can be heard."""
        self._floor = _Floor.SILENT
        self._pause = 0
        self._voiced = 0.0
        self._started = 0.0
        self._last_voiced = 0.0
        self._probability: float | None = None
        self._interrupted = False

    @property
    def in_turn(self) -> bool:
        """Whether the participant holds the floor (speaking, or in a pause of the turn)."""
        return self._floor is not _Floor.SILENT

    @property
    def speaking(self) -> bool:
        """Whether the participant is speaking and not in a pause."""
        return self._floor is _Floor.SPEAKING

    def frame(self, end: float, speech: float) -> list[Action]:
        """Take one VAD frame that ends at `end` seconds with its speech probability."""
        if speech >= self.rules.speech_above:
            return self._speech(end)
        if speech < self.rules.silence_below:
            return self._silence(end)
        return []

    def end_of_turn(self, pause: int, probability: float) -> None:
        """Take the model's answer to a ConsiderEnd."""
        if pause == self._pause and self._floor is _Floor.PAUSED:
            self._probability = probability

    def drop_turn(self, pause: int) -> None:
        """Forget a turn in which nothing was said (a cough, a click); later frames may open a new one."""
        if pause == self._pause and self._floor is _Floor.PAUSED:
            self._floor = _Floor.SILENT
            self._voiced = 0.0

    def _speech(self, end: float) -> list[Action]:
        begin = end - FRAME
        actions: list[Action] = []
        self._voiced += FRAME
        if self._floor is _Floor.SILENT:
            if self._voiced < self.rules.onset - FRAME / 2:
                return actions
            self._floor = _Floor.SPEAKING
            self._started = end - self._voiced
            self._interrupted = False
            actions.append(StartTurn(self._started))
        elif self._floor is _Floor.PAUSED:
            if self._voiced < self.rules.onset - FRAME / 2:
                return actions
            self._floor = _Floor.SPEAKING
            actions.append(Resume(self._pause))
        self._last_voiced = end
        if self.replica_speaking and not self._interrupted and self._voiced >= self.rules.barge_in - FRAME / 2:
            self._interrupted = True
            actions.append(BargeIn(begin))
        return actions

    def _silence(self, end: float) -> list[Action]:
        self._voiced = 0.0
        silence = end - self._last_voiced
        if self._floor is _Floor.SPEAKING and silence >= self.rules.pause:
            self._floor = _Floor.PAUSED
            self._pause += 1
            self._probability = None
            return [ConsiderEnd(self._pause, self._last_voiced)]
        if self._floor is _Floor.PAUSED and silence >= self.rules.wait(self._probability):
            self._floor = _Floor.SILENT
            return [EndTurn(self._pause, self._started, self._last_voiced)]
        return []
