"""Hearing one participant: VAD frames, the turn machine, and the sound of the running turn."""

from collections import deque

import numpy as np

from engine.conversation.turns import Action, EndTurn, StartTurn, TurnMachine, TurnRules
from engine.layers.audio import HEARING_RATE, VAD_FRAME, Samples
from engine.layers.flow.protocol import VoiceActivityDetector

PREROLL = 12
"""Frames (0.38 s) before the onset that belong to the turn: VAD hears a soft consonant late."""
LONGEST_SEGMENT = 27 * HEARING_RATE // VAD_FRAME
"""Frames that are recognised in one piece; a recogniser takes 30 s at most."""
SETTLE_AFTER = 15 * HEARING_RATE // VAD_FRAME
"""Frames after which a pause closes a segment, so that what lies before it is not recognised again."""


class Ear:
    """Turns a microphone stream (16 kHz) into turn-taking actions and keeps the sound of the running turn."""

    def __init__(self, vad: VoiceActivityDetector, rules: TurnRules | None = None) -> None:
        self.machine = TurnMachine(rules)
        self._vad = vad
        self._rest: Samples = np.zeros(0, dtype=np.float32)
        self._frames: deque[Samples] = deque(maxlen=PREROLL)
        self._turn: list[Samples] = []
        self._count = 0
        self.settled = ""
        """Words of the turn whose sound is no longer kept."""

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

    def turn_sound(self) -> Samples:
        """Return the sound of the turn that is not settled yet, 16 kHz."""
        return np.concatenate(self._turn) if self._turn else np.zeros(0, dtype=np.float32)

    @property
    def segment_full(self) -> bool:
        """Whether the sound must be settled although the person goes on speaking."""
        return len(self._turn) >= LONGEST_SEGMENT

    @property
    def segment_long(self) -> bool:
        """Whether a pause is a good moment to settle what lies before it."""
        return len(self._turn) >= SETTLE_AFTER

    def settle(self, text: str, frames: int) -> None:
        """Keep the words of the first `frames` frames of the turn instead of their sound."""
        self.settled = f"{self.settled} {text}".strip()
        del self._turn[:frames]

    @property
    def turn_frames(self) -> int:
        """Frames of the turn that are not settled."""
        return len(self._turn)

    def _frame(self, frame: Samples) -> list[Action]:
        self._count += 1
        self._frames.append(frame)
        actions = self.machine.frame(self.heard, self._vad.probability(frame))
        started = any(isinstance(action, StartTurn) for action in actions)
        if started:
            self._turn = list(self._frames)
            self.settled = ""
        elif self.machine.in_turn or any(isinstance(action, EndTurn) for action in actions):
            self._turn.append(frame)
        return actions
