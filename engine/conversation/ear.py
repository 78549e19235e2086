"""Hearing one participant: VAD frames, the turn machine, and the sound of the running turn."""

import uuid
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from engine.conversation.person import Person
from engine.conversation.turns import Action, EndTurn, StartTurn, TurnMachine, TurnRules
from engine.layers.audio import HEARING_RATE, VAD_FRAME, Samples
from engine.layers.flow.protocol import VoiceActivityDetector
from engine.layers.stt.partials import StablePartials

PREROLL = 12
"""Frames (0.38 s) before the onset that belong to the turn: VAD hears a soft consonant late."""
LONGEST_SEGMENT = 27 * HEARING_RATE // VAD_FRAME
"""Frames that are recognised in one piece; a recogniser takes 30 s at most."""
SETTLE_AFTER = 15 * HEARING_RATE // VAD_FRAME
"""Frames after which a pause closes a segment, so that what lies before it is not recognised again."""


@dataclass(slots=True, eq=False)
class UserTurn:
    """One turn of a participant, as far as it was heard; recognition that comes late still finds the turn it belongs to."""

    frames: list[Samples] = field(default_factory=list)
    """VAD frames, 16 kHz, that are not settled yet."""
    settled: str = ""
    """Words of the turn whose sound is no longer kept."""
    inference_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    language: str = ""
    """ISO 639-1 code of the language in which its latest words were understood."""
    person: Person | None = None
    """Whose turn it is."""
    partials: StablePartials = field(default_factory=StablePartials)
    """Which of its words can be counted on while it goes on."""

    def sound(self) -> Samples:
        """Return the sound that is not settled yet, 16 kHz."""
        return np.concatenate(self.frames) if self.frames else np.zeros(0, dtype=np.float32)

    def settle(self, text: str, frames: int) -> None:
        """Keep the words of the first `frames` frames instead of their sound."""
        self.settled = self.with_settled(text)
        del self.frames[:frames]

    def with_settled(self, text: str) -> str:
        """Return all words of the turn, given those of the sound that is not settled yet."""
        return f"{self.settled} {text}".strip()

    @property
    def full(self) -> bool:
        """Whether the sound must be settled although the person goes on speaking."""
        return len(self.frames) >= LONGEST_SEGMENT

    @property
    def long(self) -> bool:
        """Whether a pause is a good moment to settle what lies before it."""
        return len(self.frames) >= SETTLE_AFTER


class Ear:
    """Turns a microphone stream (16 kHz) into turn-taking actions and keeps the sound of the running turn."""

    def __init__(
        self, vad: VoiceActivityDetector, rules: TurnRules | None = None, person: Person | None = None
    ) -> None:
        self.machine = TurnMachine(rules)
        self._person = person
        self.turn = UserTurn(person=person)
        """The running turn, or the last one."""
        self._vad = vad
        self._rest: Samples = np.zeros(0, dtype=np.float32)
        self._frames: deque[Samples] = deque(maxlen=PREROLL)
        self._count = 0

    @property
    def heard(self) -> float:
        """Seconds of the stream so far."""
        return self._count * VAD_FRAME / HEARING_RATE

    def feed(self, samples: Samples) -> list[Action]:
        """Take samples of any number; return what is to be done, in order."""
        joined = np.concatenate((self._rest, samples)) if self._rest.size else samples
        actions: list[Action] = []
        whole = joined.size - joined.size % VAD_FRAME
        for start in range(0, whole, VAD_FRAME):
            actions += self._frame(joined[start : start + VAD_FRAME])
        self._rest = joined[whole:].copy()
        return actions

    def _frame(self, frame: Samples) -> list[Action]:
        self._count += 1
        self._frames.append(frame)
        actions = self.machine.frame(self.heard, self._vad.probability(frame))
        started = any(isinstance(action, StartTurn) for action in actions)
        if started:
            self.turn = UserTurn(list(self._frames), person=self._person)
        elif self.machine.in_turn or any(isinstance(action, EndTurn) for action in actions):
            self.turn.frames.append(frame)
        return actions
