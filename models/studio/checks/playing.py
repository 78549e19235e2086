"""A presenter speaks for 16 seconds and listens before and after: the performance that everything is measured on."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np

from engine.bench.replica_mouth import viseme_track
from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.articulation import parting
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.protocol import FaceSpeech, ReplicaState
from engine.layers.tts.spans import PhonemeSpan
from models.blendshapes import SHAPE_INDEX
from models.studio.checks.live import RATE, Floats

FRAME: Final = MEDIA_RATE // RATE
_LISTENS: Final = round(1.5 * MEDIA_RATE)
_SECONDS: Final = 20
_MS: Final = 1000
_BILABIALS: Final = frozenset("pbm")
_AROUND: Final = MEDIA_RATE // 50  # a frame stands for half its time on both sides
_TOUCHING: Final = 0.03  # of `parting`, in which a wide open jaw is 0.85
_AT_CAMERA: Final = 3.0  # degrees
_SHUT: Final = 0.6
_ROUNDS: Final = 12


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of the performance."""

    expression: Expression
    state: ReplicaState
    asked: float
    """How far the visemes of the speech open the mouth, 0..1."""
    bilabial: int
    """Number of the /p b m/ that is heard in this frame, -1 for none."""


def clauses(start: int) -> tuple[FaceSpeech, ...]:
    """The four clauses of `spoken.toml`, one after the other from a media sample on."""
    told = tomllib.loads((files(__package__) / "spoken.toml").read_text(encoding="utf-8"))
    said = []
    for clause in told["clause"]:
        spans, at = [], 0
        for phoneme, length in zip(clause["phonemes"].split(), clause["milliseconds"], strict=True):
            spans.append(PhonemeSpan(phoneme.replace("_", ""), at, length))
            at += length
        said.append(FaceSpeech(start, _MS, spans))
        start += at * MEDIA_RATE // _MS
    return tuple(said)


def play(seed: int) -> list[Moment]:
    """The 500 frames of 20 seconds: listening, speaking from 1.5 to 17.4 s, listening."""
    said = clauses(_LISTENS)
    performance = Performance(seed)
    for clause in said:
        performance.say(clause)
    closures, end = _closures(said), _end(said)
    positions = range(0, _SECONDS * MEDIA_RATE, FRAME)
    openings = viseme_track(said, np.array(positions) / MEDIA_RATE)
    moments = []
    for position, asked in zip(positions, openings.tolist(), strict=True):
        state = ReplicaState.SPEAKING if _LISTENS <= position < end else ReplicaState.LISTENING
        heard = [n for n, (low, high) in enumerate(closures) if low - _AROUND <= position <= high + _AROUND]
        moments.append(Moment(performance.at(position, state), state, asked, heard[0] if heard else -1))
    return moments


@dataclass(frozen=True, slots=True)
class Manners:
    """How a presenter behaves over five minutes of talk."""

    blinks_per_minute: float
    gaze_at_camera: float
    """Share of the time spent speaking."""
    bilabials_closed: float
    """Share of /p b m/."""
    opening_correlation: float
    """Of the mouth's opening with what the visemes ask for."""


def manners(seed: int) -> Manners:
    """Measure expressions, without drawing: twelve rounds of speaking for 16 s and listening for 9."""
    performance = Performance(seed)
    length = _end(clauses(0)) + 9 * MEDIA_RATE
    shut, blinks, camera, gaps = False, 0, [], []
    positions: list[int] = []
    spoken: list[FaceSpeech] = []
    closed: dict[int, float] = {}
    for round_ in range(_ROUNDS):
        start = round_ * length
        said = clauses(start)
        closures, end = _closures(said), _end(said)
        spoken += said
        for clause in said:
            performance.say(clause)
        for position in range(start // FRAME * FRAME + FRAME, start + length, FRAME):
            speaking = position < end
            face = performance.at(position, ReplicaState.SPEAKING if speaking else ReplicaState.LISTENING)
            lids = float(face.weights[SHAPE_INDEX["eyeBlink_L"]])
            blinks += lids > _SHUT and not shut
            shut = lids > (_SHUT / 2 if shut else _SHUT)
            gap = parting(face.weights)
            if not speaking:
                continue
            camera.append(bool(np.hypot(face.gaze_x, face.gaze_y) <= _AT_CAMERA))
            gaps.append(max(gap, 0.0))
            positions.append(position)
            for number, (low, high) in enumerate(closures):
                if low - _AROUND <= position <= high + _AROUND:
                    key = round_ * len(closures) + number
                    closed[key] = min(closed.get(key, 1.0), gap)
    minutes = _ROUNDS * length / MEDIA_RATE / 60
    return Manners(
        blinks / minutes,
        float(np.mean(camera)),
        float(np.mean([gap <= _TOUCHING for gap in closed.values()])),
        correlation(gaps, viseme_track(spoken, np.array(positions) / MEDIA_RATE)),
    )


def correlation(one: Sequence[float] | Floats, other: Sequence[float] | Floats) -> float:
    """Pearson's; 0 where one of them never changes."""
    if np.std(one) < 1e-9 or np.std(other) < 1e-9:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _closures(said: Sequence[FaceSpeech]) -> list[tuple[int, int]]:
    scale = MEDIA_RATE // _MS
    return [
        (clause.start + span.start * scale, clause.start + (span.start + span.length) * scale)
        for clause in said
        for span in clause.phonemes
        if span.phoneme[:1] in _BILABIALS
    ]


def _end(said: Sequence[FaceSpeech]) -> int:
    last = said[-1]
    return last.start + (last.phonemes[-1].start + last.phonemes[-1].length) * (MEDIA_RATE // _MS)
