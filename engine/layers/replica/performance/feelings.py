"""What a face shows of moods and emotions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.layers.replica.performance.easing import Spring, Vector
from engine.layers.replica.protocol import ReplicaState
from models.blendshapes import SHAPE_INDEX, SHAPES

_MOOD_SECONDS: Final = 0.14
_EMOTION_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Feeling:
    """A face that is held for a while, added to the one at rest."""

    weights: Mapping[str, float] = field(default_factory=dict)
    """By shape; a name without `_L` and `_R` stands for both sides."""
    yaw: float = 0.0
    """Degrees, like those of `Expression`."""
    pitch: float = 0.0
    roll: float = 0.0
    energy: float = 1.0
    """Factor on how far the head drifts."""
    cheer: float = 1.0
    """Factor on the smiles of mood and gestures."""


EMOTIONS: Final[Mapping[str, Feeling]] = {
    "neutral": Feeling(),
    "happiness": Feeling(
        {"mouthSmile": 0.5, "mouthDimple": 0.12, "cheekSquint": 0.5, "cheekRaiser": 0.25, "eyeSquint": 0.18, "browOuterUp": 0.12},
        pitch=-0.5, energy=1.2,
    ),
    "sadness": Feeling(
        {"browInnerUp": 0.9, "browDown": 0.12, "mouthFrown": 0.9, "mouthShrugLower": 0.22, "eyeSquint": 0.14, "eyeLookDown": 0.12},
        pitch=3.5, roll=1.5, energy=0.6, cheer=0.0,
    ),
    "anger": Feeling(
        {
            "browDown": 1.0, "eyeSquint": 0.42, "noseSneer": 0.3, "mouthPress": 0.5, "mouthFrown": 0.6, "jawForward": 0.2,
            "mouthRollUpper": 0.15,
        },
        pitch=2.0, energy=0.9, cheer=0.0,
    ),
    "fear": Feeling(
        {
            "browInnerUp": 0.8, "browOuterUp": 0.4, "browDown": 0.3, "eyeWide": 0.7, "mouthStretch": 0.45, "mouthFrown": 0.25,
            "jawOpen": 0.05,
        },
        pitch=-1.5, energy=0.8, cheer=0.0,
    ),
    "surprise": Feeling(
        {"browInnerUp": 0.8, "browOuterUp": 0.85, "eyeWide": 0.65, "jawOpen": 0.25, "mouthFunnel": 0.1},
        pitch=-1.5, cheer=0.3,
    ),
    "disgust": Feeling(
        {
            "noseSneer": 0.55, "browDown": 0.5, "mouthUpperUp": 0.08, "eyeSquint": 0.5, "cheekSquint": 0.3, "mouthFrown": 0.35,
            "mouthShrugLower": 0.35,
        },
        yaw=2.0, pitch=-0.5, roll=1.0, energy=0.8, cheer=0.0,
    ),
    "contempt": Feeling(
        {
            "mouthSmile_R": 0.5, "mouthDimple_R": 0.55, "mouthPress": 0.2, "mouthFrown_L": 0.15, "browOuterUp_L": 0.4,
            "browDown_R": 0.3, "eyeSquint": 0.28,
        },
        yaw=-1.5, pitch=-2.0, roll=1.5, energy=0.7, cheer=0.0,
    ),
}  # fmt: skip
"""The emotions that the tool `set_emotion` names."""

_MOODS: Final[Mapping[ReplicaState, Feeling]] = {
    ReplicaState.IDLE: Feeling({"mouthSmile": 0.05}, energy=0.9),
    ReplicaState.LISTENING: Feeling(
        {"browInnerUp": 0.1, "browOuterUp": 0.1, "mouthSmile": 0.1, "eyeWide": 0.05}, pitch=1.0, roll=1.2, energy=0.75
    ),
    ReplicaState.THINKING: Feeling(
        {"browDown": 0.14, "browOuterUp_L": 0.2, "eyeSquint": 0.16, "mouthPress": 0.22, "mouthLeft": 0.06}, energy=0.7
    ),
    ReplicaState.SPEAKING: Feeling({"browInnerUp": 0.04, "mouthSmile": 0.04}, pitch=0.3, energy=1.15),
}

_POSE: Final = len(SHAPES)
_ENERGY: Final = _POSE + 3
_CHEER: Final = _ENERGY + 1
_SMILES: Final = [SHAPE_INDEX["mouthSmile_L"], SHAPE_INDEX["mouthSmile_R"]]


@dataclass(frozen=True, slots=True)
class Mien:
    """What mood and emotion together make of a face at one moment."""

    weights: Vector
    """One per shape, not yet limited to 0..1."""
    yaw: float
    pitch: float
    roll: float
    energy: float
    cheer: float


class Feelings:
    """Mood (from the state of the conversation) and emotion (as told), each followed softly."""

    def __init__(self, smile: float) -> None:
        """`smile`: factor on how far moods smile."""
        self._smile = smile
        self._emotion = Spring(_EMOTION_TARGETS["neutral"], _EMOTION_SECONDS)
        self._mood: Spring | None = None

    def at(self, passed: float, state: ReplicaState, emotion: str, strength: float = 1.0) -> Mien:
        """Go on for the seconds that have passed; `strength`: how far the emotion is shown, 1 as `EMOTIONS` has it."""
        if self._mood is None:
            self._mood = Spring(_MOOD_TARGETS[state], _MOOD_SECONDS)
        mood = self._mood.towards(_MOOD_TARGETS[state], passed)
        target = _NEUTRAL + strength * (_EMOTION_TARGETS[emotion] - _NEUTRAL)
        target[_CHEER] = max(0.0, target[_CHEER])
        felt = self._emotion.towards(target, passed)
        cheer = float(felt[_CHEER])
        both = mood + felt
        both[_SMILES] = felt[_SMILES] + self._smile * cheer * mood[_SMILES]
        yaw, pitch, roll = (float(value) for value in both[_POSE:_ENERGY])
        return Mien(both[:_POSE], yaw, pitch, roll, float(mood[_ENERGY] * felt[_ENERGY]), cheer)


def _target(feeling: Feeling) -> Vector:
    target = np.zeros(_CHEER + 1)
    for name, weight in feeling.weights.items():
        for shape in (name,) if name in SHAPE_INDEX else (f"{name}_L", f"{name}_R"):
            target[SHAPE_INDEX[shape]] += weight
    target[_POSE:] = feeling.yaw, feeling.pitch, feeling.roll, feeling.energy, feeling.cheer
    return target


_EMOTION_TARGETS: Final = {name: _target(feeling) for name, feeling in EMOTIONS.items()}
_NEUTRAL: Final = _EMOTION_TARGETS["neutral"]
_MOOD_TARGETS: Final = {state: _target(feeling) for state, feeling in _MOODS.items()}
