"""The moments at which a turn may end, as the appliance hears them: clips are streamed through its ear and its models.

Only what is known 200 ms into a pause counts.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.bench.clips import Clip
from engine.conversation.ear import Ear
from engine.conversation.turns import ConsiderEnd, Resume, TurnRules
from engine.layers.audio import HEARING_RATE, MEDIA_RATE, VAD_FRAME, Samples
from engine.layers.flow.evidence import Features
from engine.layers.flow.judging import TurnJudge
from engine.layers.flow.protocol import EndOfTurnDetector, VoiceActivityDetector
from engine.layers.resampling import resample
from engine.layers.stt.protocol import Recognizer

_NEVER = TurnRules(undecided=1e6)
"""Every pause is considered and no turn is taken, so that one clip gives all its moments."""
_SILENCE_AFTER = 0.5
"""Seconds of silence behind a clip that ends with its last word."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One pause, 200 ms after the last voiced frame; times are seconds of the clip."""

    clip: str
    last_voiced: float
    resumed: float | None
    """When the speaker went on; None: never."""
    text: str
    """The turn so far, as recognised."""
    features: Features

    def row(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Hearing:
    """The appliance's models that hear."""

    end_of_turn: EndOfTurnDetector
    recognizer: Recognizer
    judge: TurnJudge

    def features(self, sound: Samples, settled: str = "") -> tuple[str, str, Features]:
        """Return the words of `sound` (16 kHz), those of the whole turn, and the numbers that speak for its end."""
        words = self.recognizer.transcribe(sound).text
        text = f"{settled} {words}".strip()
        return words, text, self.judge.examine(self.end_of_turn.probability(sound), text).features


def moments(clip: Clip, vad: VoiceActivityDetector, hearing: Hearing) -> Iterator[Moment]:
    """Yield the pauses of a clip, in order, as the appliance finds them while it listens."""
    heard = resample(clip.samples(), MEDIA_RATE, HEARING_RATE)
    length = heard.size / HEARING_RATE
    heard = np.concatenate([heard, np.zeros(int(_SILENCE_AFTER * HEARING_RATE), dtype=np.float32)])
    ear = Ear(vad, _NEVER)
    open_moment: Moment | None = None
    words, frames = "", 0
    for at in range(0, len(heard) - VAD_FRAME + 1, VAD_FRAME):
        for action in ear.feed(heard[at : at + VAD_FRAME]):
            match action:
                case ConsiderEnd():
                    frames = len(ear.turn.frames)
                    words, text, features = hearing.features(ear.turn.sound(), ear.turn.settled)
                    open_moment = Moment(clip.path.name, action.last_voiced, None, text, features)
                case Resume() if open_moment is not None:
                    yield _resumed(open_moment, ear.heard - ear.machine.rules.onset)
                    open_moment = None
                    if words and ear.turn.long:
                        ear.turn.settle(words, frames)
    if open_moment is not None:
        # Who would go on does so where the clip is cut off.
        yield open_moment if clip.true_end is not None else _resumed(open_moment, length)


def _resumed(moment: Moment, at: float) -> Moment:
    return Moment(moment.clip, moment.last_voiced, at, moment.text, moment.features)
