"""Who has the floor: an I/O-free state machine.

It is fed with what was heard, each time with the time of the microphone stream in seconds, and answers with what is to be done.
It owns every rule of turn taking; models, timers and sound stay outside. One machine per participant.

    SILENT --speech--> SPEAKING --silence--> HUSHED --silence--> PAUSED --deadline--> (EndTurn) SILENT
                          ^                    |                   |
                          +-------speech-------+-------speech------+ (Resume)
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
    hush: float = 0.096
    """Silence after which what was said so far is recognised, so that its words are there when the pause is one."""
    pause: float = 0.2
    """Silence after which the end of the turn is considered."""
    barge_in: float = 0.16
    """Speech at which a speaking replica falls silent, until it is known whether it is meant to."""
    floor: float = 0.6
    """Speech that takes the floor, whatever is said: a listener's "mm-hm" is shorter."""
    false_start: float = 1.0
    """Time since the replica's first sound within which it yields to an onset of whoever was answered: they may be going on."""
    undecided: float = 1.2
    """Silence until the turn is taken as long as it is not known how long to wait."""


@dataclass(frozen=True, slots=True)
class StartTurn:
    """A person began to speak, `at` seconds of the stream."""

    at: float


@dataclass(frozen=True, slots=True)
class BargeIn:
    """A person speaks into what the replica says: it falls silent at once, for now."""

    at: float
    goes_on: bool = False
    """Whether it is who was just answered, and may not have been done: the answer is a false start then."""


@dataclass(frozen=True, slots=True)
class TakeFloor:
    """After a BargeIn: the person has spoken for so long that the replica is silent for good."""

    at: float


@dataclass(frozen=True, slots=True)
class Hush:
    """A silence that may become a pause: transcribe what was said so far."""

    pause: int
    """Names the pause; answers that come late for another one are ignored."""
    last_voiced: float


@dataclass(frozen=True, slots=True)
class ConsiderEnd:
    """A pause, after its Hush: find out how long to wait, begin to prepare an answer."""

    pause: int
    last_voiced: float


@dataclass(frozen=True, slots=True)
class Resume:
    """The person goes on: whatever was prepared for `pause` is useless."""

    pause: int
    silence: float
    """Seconds of it."""


@dataclass(frozen=True, slots=True)
class EndTurn:
    """The turn is over: the prepared answer may be heard."""

    pause: int
    started: float
    last_voiced: float


Action: TypeAlias = StartTurn | BargeIn | TakeFloor | Hush | ConsiderEnd | Resume | EndTurn


class _Floor(Enum):
    SILENT = auto()
    SPEAKING = auto()
    HUSHED = auto()
    PAUSED = auto()


class TurnMachine:
    """The turn taking of one participant."""

    def __init__(self, rules: TurnRules | None = None) -> None:
        self.rules = rules or TurnRules()
        self._floor = _Floor.SILENT
        self._pause = 0
        self._now = 0.0
        self._voiced = 0.0
        self._started = 0.0
        self._last_voiced = 0.0
        self._wait: float | None = None
        self._in_turn_voiced = 0.0
        self._interrupted = False
        self._taken = False
        self._replica_since: float | None = None
        self._answered = False
        """What the replica says is the answer to this participant's last turn."""

    @property
    def replica_speaking(self) -> bool:
        """Whether the replica can be heard; set by the director."""
        return self._replica_since is not None

    @replica_speaking.setter
    def replica_speaking(self, speaking: bool) -> None:
        if not speaking:
            if self._replica_since is not None:
                self._answered = False
            self._replica_since = None
        elif self._replica_since is None:
            self._replica_since = self._now

    @property
    def in_turn(self) -> bool:
        """Whether the participant holds the floor (speaking, or in a pause of the turn)."""
        return self._floor is not _Floor.SILENT

    @property
    def speaking(self) -> bool:
        """Whether the participant is speaking and not in a pause."""
        return self._floor in {_Floor.SPEAKING, _Floor.HUSHED}

    def frame(self, end: float, speech: float) -> list[Action]:
        """Take one VAD frame that ends at `end` seconds with its speech probability."""
        self._now = end
        if speech >= self.rules.speech_above:
            return self._speech(end)
        if speech < self.rules.silence_below:
            self._voiced = 0.0
            return self._silence(end)
        # Neither speech nor silence for as long as this is no speech that goes on.
        return self._silence(end) if end - self._last_voiced >= self.rules.undecided else []

    def wait(self, pause: int, silence: float) -> None:
        """Take the seconds of silence, since the last voiced frame, after which the turn is taken: the answer to a ConsiderEnd."""
        if pause == self._pause and self._floor is _Floor.PAUSED:
            self._wait = silence

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
            self._in_turn_voiced = self._voiced - FRAME
            self._interrupted = self._taken = False
            actions.append(StartTurn(self._started))
        elif self._floor is _Floor.HUSHED:
            self._floor = _Floor.SPEAKING
            actions.append(Resume(self._pause, begin - self._last_voiced))
        elif self._floor is _Floor.PAUSED:
            if self._voiced < self.rules.onset - FRAME / 2:
                return actions
            self._floor = _Floor.SPEAKING
            self._in_turn_voiced += self._voiced - FRAME
            actions.append(Resume(self._pause, end - self._voiced - self._last_voiced))
        self._last_voiced = end
        self._in_turn_voiced += FRAME
        if self.replica_speaking:
            actions += self._interrupt(begin)
        return actions

    def _interrupt(self, begin: float) -> list[Action]:
        actions: list[Action] = []
        if not self._interrupted:
            goes_on = self._goes_on
            if self._voiced >= (self.rules.onset if goes_on else self.rules.barge_in) - FRAME / 2:
                self._interrupted = True
                actions.append(BargeIn(begin, goes_on))
        if self._interrupted and not self._taken and self._in_turn_voiced >= self.rules.floor - FRAME / 2:
            self._taken = True
            actions.append(TakeFloor(begin))
        return actions

    @property
    def _goes_on(self) -> bool:
        since = self._replica_since
        return self._answered and since is not None and self._started - since < self.rules.false_start

    def _silence(self, end: float) -> list[Action]:
        silence = end - self._last_voiced
        if self._floor is _Floor.SPEAKING and silence >= self.rules.hush - FRAME / 2:
            self._floor = _Floor.HUSHED
            self._pause += 1
            self._wait = None
            return [Hush(self._pause, self._last_voiced)]
        if self._floor is _Floor.HUSHED and silence >= self.rules.pause:
            self._floor = _Floor.PAUSED
            return [ConsiderEnd(self._pause, self._last_voiced)]
        wait = self.rules.undecided if self._wait is None else max(self.rules.pause, self._wait)
        if self._floor is _Floor.PAUSED and silence >= wait:
            self._floor = _Floor.SILENT
            self._answered = True
            return [EndTurn(self._pause, self._started, self._last_voiced)]
        return []
