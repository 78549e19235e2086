"""One room after another, listened to by the guard and by the real voice detector."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from engine.conversation.turns import BargeIn, StartTurn, TurnMachine
from engine.layers.audio import HEARING_RATE, VAD_FRAME, Samples
from engine.layers.echo.guard import EchoGuard
from engine.layers.echo.reference import Reference
from engine.layers.flow.silero import SileroModel
from tests.model_files import model_store


@dataclass(slots=True)
class Guarded:
    """What a guard let through of one microphone."""

    counted: Samples
    residual: Samples
    echo: list[float] = field(default_factory=list)
    own_voice: list[bool] = field(default_factory=list)
    delay: float | None = None


def guarded(played: Samples, microphone: Samples, *, block: int = 320) -> Guarded:
    """Run a guard over a whole call, block by block, in the order in which the room would."""
    reference = Reference()
    guard = EchoGuard(reference)
    result = Guarded(np.zeros_like(microphone), np.zeros_like(microphone))
    counted: list[Samples] = []
    for start in range(0, microphone.size, block):
        end = min(start + block, microphone.size)
        reference.play(3 * (start + HEARING_RATE), played[start:end])
        heard = guard.hear(microphone[start:end])
        counted.append(heard.counted)
        result.residual[start:end] = heard.residual
        result.echo.append(heard.echo)
        result.own_voice.append(heard.own_voice)
    all_counted = np.concatenate(counted)
    result.counted[: all_counted.size] = all_counted
    result.delay = guard.delay
    return result


@dataclass(frozen=True, slots=True)
class Onsets:
    """Seconds at which turn taking acted."""

    turns: tuple[float, ...]
    barge_ins: tuple[float, ...]


Listen = Callable[[Samples], Onsets]


@pytest.fixture(scope="session")
def listen() -> Listen:
    """Silero and the turn machine, while the replica speaks."""
    model = SileroModel(model_store().file("silero-vad-v6", "silero_vad_v6.onnx"))

    def onsets(sound: Samples) -> Onsets:
        detector, machine = model.open(), TurnMachine()
        machine.replica_speaking = True
        turns, barge_ins = [], []
        for start in range(0, sound.size - VAD_FRAME + 1, VAD_FRAME):
            end = start + VAD_FRAME
            for action in machine.frame(end / HEARING_RATE, detector.probability(sound[start:end])):
                if isinstance(action, StartTurn):
                    turns.append(action.at)
                elif isinstance(action, BargeIn):
                    barge_ins.append(action.at)
        return Onsets(tuple(turns), tuple(barge_ins))

    return onsets
