"""The acting of one presenter in one conversation."""

import math
import threading
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.errors import InvalidInputError
from engine.layers.audio import HEARING_RATE, MEDIA_RATE, Samples
from engine.layers.replica.performance import gestures, sway
from engine.layers.replica.performance.articulation import Weights, touch
from engine.layers.replica.performance.blinks import Blinks
from engine.layers.replica.performance.breathing import Breathing
from engine.layers.replica.performance.coarticulation import Mouth, SpeakingMouth, sounds_of
from engine.layers.replica.performance.easing import Spring, Vector
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.performance.feelings import EMOTIONS, Feelings, Mien
from engine.layers.replica.performance.gaze import Gaze
from engine.layers.replica.performance.hearing import STEP, HeardMouth, Listening, MouthReader, Mouths
from engine.layers.replica.performance.prominence import prominence
from engine.layers.replica.performance.temperament import CALM, Temperament
from engine.layers.replica.protocol import FaceSpeech, ReplicaState
from engine.layers.resampling import resample
from models.blendshapes import SHAPE_INDEX, SHAPES

_READABLE: Final = 0.35  # of an emotion's mouth is left while it speaks
_FOLLOWS: Final = 0.18  # share of a wide glance that the head joins in
_FOLLOW_SECONDS: Final = 0.22
_GLANCE: Final = 2.5  # degrees: what is less is still a look into the camera
_FARTHEST: Final = np.array([8.0, 7.0, 6.0])  # degrees of yaw, pitch, roll
_LID_DEGREES: Final = 28.0  # gaze at which the lids have followed with their whole shape
_SHIFT_BLINKS: Final = 4.0  # degrees of a saccade that may bring a blink
_STRONGEST: Final = 2.0
_ABOUT_TO_TALK: Final = 1200.0  # milliseconds


def _places(*names: str) -> list[int]:
    return [SHAPE_INDEX[name] for name in names]


def _both(*names: str) -> list[int]:
    return _places(*(f"{name}_{side}" for name in names for side in "LR"))


_CORNERS: Final = _both("mouthSmile", "mouthFrown", "mouthDimple")
_MOUTH: Final = [
    place for place, name in enumerate(SHAPES) if name.startswith(("mouth", "jaw", "tongue")) and place not in _CORNERS
]
_SMILES: Final = _both("mouthSmile")
_PUCKER: Final = SHAPE_INDEX["mouthPucker"]
_BROWS: Final = _both("browInnerUp", "browOuterUp")
_INNER_BROWS: Final = _both("browInnerUp")
_OUTER_BROWS: Final = _both("browOuterUp")
_SQUINTS: Final = _both("eyeSquint")
_WIDE: Final = _both("eyeWide")
_BLINKS: Final = _both("eyeBlink")
_LOOKS: Final = _both("eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut")
_LOOK_DOWN: Final = _both("eyeLookDown")
_LOOK_UP: Final = _both("eyeLookUp")
# The presenter's left eye is on the picture's right: what it sees further right lies outward.
_LOOK_RIGHT: Final = _places("eyeLookOut_L", "eyeLookIn_R")
_LOOK_LEFT: Final = _places("eyeLookIn_L", "eyeLookOut_R")


@dataclass(frozen=True, slots=True)
class _Reading:
    """Speech whose rest is still to come."""

    stream: Listening
    next_mouth: int
    """Media sample of the first mouth that is not known yet."""
    end: int
    """Media sample after the last one that was read."""


class Performance:
    """From speech, state and emotion to an expression for every frame.

    Thread-safe: everything but `at` may be called from another thread than `at`. The same calls with the same seed give the same
    expressions.
    """

    def __init__(self, seed: int, *, temperament: Temperament = CALM, reader: MouthReader | None = None) -> None:
        """`reader`: reads the mouth for speech that comes without phonemes; without one such speech leaves the mouth closed."""
        self._reader = reader
        self._turn = threading.Lock()
        self._opening = temperament.opening
        self._mouth = SpeakingMouth()
        self._heard = HeardMouth()
        self._reading: _Reading | None = None
        self._gestures = gestures.Gestures(seed, temperament)
        self._gaze = Gaze(seed)
        self._blinks = Blinks(seed, temperament.blinks)
        self._sway = sway.Sway(seed, temperament.sway)
        self._breathing = Breathing(seed)
        self._feelings = Feelings(temperament.smile)
        self._follow = Spring(np.zeros(2), _FOLLOW_SECONDS)
        self._emotions: list[tuple[int, str, float]] = []
        self._emotion = ("neutral", 1.0)
        self._phrase_ends: list[int] = []
        self._position: int | None = None

    def say(self, speech: FaceSpeech) -> None:
        """Schedule mouth and gestures for a clause."""
        clause = prominence(speech)
        sounds = sounds_of(speech, [self._opening * opening for opening in clause.openings])
        with self._turn:
            position = speech.start if self._position is None else self._position
            self._mouth.say(sounds, position)
            self._gestures.stress(clause, speech.start)
            self._phrase_ends = sorted([*self._phrase_ends, *clause.ends])

    def hear(self, start: int, mouths: Mouths) -> None:
        """Schedule the mouth for sound without phonemes: what a `MouthReader` made of it, from this media sample on."""
        with self._turn:
            self._heard.hear(start, mouths)

    def hear_sound(self, start: int, samples: Samples, *, more: bool = False) -> None:
        """Schedule the mouth for sound (48 kHz) from this media sample on; blocking: about 3 ms per second of sound.

        `more`: the rest follows from where this piece ends; pieces hold multiples of 480 samples. The mouth of a piece is known but for its
        last 133 ms, which the next one brings.
        """
        if self._reader is None:
            return
        with self._turn:
            reading, self._reading = self._reading, None
        if reading is not None and reading.end != start:
            self.hear(reading.next_mouth, reading.stream.finish())
            reading = None
        stream, place = (self._reader.listen(), start) if reading is None else (reading.stream, reading.next_mouth)
        mouths = stream.hear(resample(samples, MEDIA_RATE, HEARING_RATE))
        if not more:
            mouths = np.concatenate([mouths, stream.finish()])
        self.hear(place, mouths)
        if more:
            with self._turn:
                self._reading = _Reading(stream, place + len(mouths) * STEP, start + samples.size)

    def attend(self, position: int) -> None:
        """Somebody whom the replica listens to has paused at this media sample."""
        with self._turn:
            self._gestures.attend(position / MEDIA_RATE)

    def silence_from(self, position: int) -> None:
        """Drop all speech, and the emotions that were to come with it, from this media sample on: the mouth is at rest 100 ms later."""
        with self._turn:
            self._emotions = [emotion for emotion in self._emotions if emotion[0] < position]
            self._mouth.silence_from(position)
            self._heard.silence_from(position)
            self._reading = None
            self._gestures.silence_from(position / MEDIA_RATE)
            self._phrase_ends = [end for end in self._phrase_ends if end < position]

    def feel(self, emotion: str, position: int, strength: float = 1.0) -> None:
        """Show an emotion (one of `feelings.EMOTIONS`) from this media sample on, more or less strongly (0..2).

        Raises InvalidInputError for another name or strength.
        """
        if emotion not in EMOTIONS:
            raise InvalidInputError("emotion", emotion, f"one of {', '.join(EMOTIONS)} is")
        if not 0.0 <= strength <= _STRONGEST:
            raise InvalidInputError("strength", strength, f"0 to {_STRONGEST:g} is")
        with self._turn:
            self._emotions = [planned for planned in self._emotions if planned[0] < position]
            self._emotions.append((position, emotion, strength))

    def at(self, position: int, state: ReplicaState) -> Expression:
        """Return the face at a media sample (48 kHz). Positions only grow."""
        with self._turn:
            if self._position is None:
                self._gestures.greet(position / MEDIA_RATE)
            passed = 0.0 if self._position is None else max(0, position - self._position) / MEDIA_RATE
            self._position = position
            return self._act(position, passed, state)

    def _act(self, position: int, passed: float, state: ReplicaState) -> Expression:
        seconds = position / MEDIA_RATE
        mouth, heard = self._mouth.at(position), self._heard.at(position)
        if heard.activity > mouth.activity:
            mouth = heard
        mien = self._feelings.at(passed, state, *self._felt(position))
        gesture = self._gestures.at(seconds, state)
        drift = self._sway.at(seconds, passed, mien.energy)
        gaze_x, gaze_y = self._gaze.at(seconds, state)
        if self._gaze.shifted > _SHIFT_BLINKS:
            self._blinks.occasion(seconds, 0.4)
        if self._ended_phrase(position):
            self._blinks.occasion(seconds, 0.5)
        lids = self._blinks.at(seconds, state)
        soon = state is ReplicaState.THINKING or self._mouth.speaks_within(position, _ABOUT_TO_TALK)
        talking = mouth.activity > 0.0
        breath = self._breathing.at(passed, talking=talking, about_to_talk=soon and not talking)
        turn, bow = self._joins_in(passed)
        pose = np.array([mien.yaw + turn, mien.pitch + bow - 0.5 * breath, mien.roll]) + gesture[:3] + drift[:3]
        yaw, pitch, roll = (float(value) for value in _FARTHEST * np.tanh(pose / _FARTHEST))
        weights = _face(mouth, mien, gesture, drift)
        _eyes(weights, lids, gaze_x - yaw, gaze_y - pitch)
        return Expression(weights, yaw, pitch, roll, gaze_x, gaze_y, breath)

    def _felt(self, position: int) -> tuple[str, float]:
        while self._emotions and self._emotions[0][0] <= position:
            self._emotion = self._emotions.pop(0)[1:]
        return self._emotion

    def _ended_phrase(self, position: int) -> bool:
        ended = False
        while self._phrase_ends and self._phrase_ends[0] <= position:
            ended = position - self._phrase_ends.pop(0) < MEDIA_RATE // 4
        return ended

    def _joins_in(self, passed: float) -> tuple[float, float]:
        """How far the head turns with a wide glance."""
        x, y = self._gaze.aim
        share = _FOLLOWS if math.hypot(x, y) > _GLANCE else 0.0
        turn, bow = self._follow.towards(np.array([share * x, share * y]), passed)
        return float(turn), float(bow)


def _face(mouth: Mouth, mien: Mien, gesture: Vector, drift: Vector) -> Weights:
    """Put mouth, feeling, gesture and drift together, but for the eyes."""
    held = mien.weights.copy()
    held[_MOUTH] *= 1.0 - (1.0 - _READABLE) * mouth.activity
    held[_SMILES] += mien.cheer * gesture[5] + drift[4]
    # The corners of the mouth tell the feeling and hardly change the opening, but spread lips cannot pucker.
    held[_CORNERS] *= 1.0 - 0.35 * mouth.activity
    held[_SMILES] *= 1.0 - 0.6 * float(mouth.weights[_PUCKER])
    held[_INNER_BROWS] += gesture[3]
    held[_OUTER_BROWS] += gesture[4]
    held[_BROWS] += drift[3]
    held[_SQUINTS] += drift[5]
    weights: Weights = np.maximum(held, 0.0).astype(np.float32) + mouth.weights
    touch(weights, mouth.seal, mouth.tuck, mouth.between)
    np.minimum(weights, np.float32(1.0), out=weights)
    return weights


def _eyes(weights: Weights, lids: float, right: float, down: float) -> None:
    """Let the lids blink and follow the eyes, which are turned in the head by these degrees."""
    weights[_LOOK_RIGHT if right > 0.0 else _LOOK_LEFT] += abs(right) / _LID_DEGREES
    weights[_LOOK_DOWN if down > 0.0 else _LOOK_UP] += abs(down) / _LID_DEGREES
    if lids > 0.0:
        weights[_WIDE] *= 1.0 - lids
        weights[_SQUINTS] *= 1.0 - lids
        weights[_LOOKS] *= 1.0 - lids
        weights[_BLINKS] = lids
    np.clip(weights, 0.0, 1.0, out=weights)
