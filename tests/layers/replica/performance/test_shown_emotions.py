"""Emotions that a performance shows."""

import numpy as np
import pytest

from engine.errors import InvalidInputError
from engine.layers.replica.performance.feelings import EMOTIONS
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.protocol import ReplicaState
from tests.layers.replica.performance.speaking import (
    FRAME,
    SECOND,
    length_of,
    lip_gap,
    monologue,
    same,
    talk,
    track,
    watch,
)


def test_emotions_come_when_told_and_leave_the_mouth_readable() -> None:
    performance = Performance(1)
    performance.feel("surprise", 2 * SECOND)
    performance.feel("neutral", 5 * SECOND)
    brows = track(watch(performance, 8 * 25, ReplicaState.IDLE), "browInnerUp_L")
    assert brows[45] < 0.2 < 0.6 < brows[115]
    assert brows[-1] < 0.2
    clauses = monologue(6, start=2 * SECOND)
    frames = (clauses[-1].start + length_of(clauses[-1])) // FRAME
    plain = lip_gap(talk(Performance(2), clauses, frames))
    for emotion in EMOTIONS:
        feeling = Performance(2)
        feeling.feel(emotion, 0)
        assert np.corrcoef(plain, lip_gap(talk(feeling, clauses, frames)))[0, 1] > 0.85


def test_an_emotion_told_anew_replaces_those_still_to_come() -> None:
    performance = Performance(1)
    performance.feel("anger", 3 * SECOND)
    performance.feel("neutral", 2 * SECOND)
    assert track(watch(performance, 6 * 25, ReplicaState.IDLE), "browDown_L").max() < 0.1


def test_an_emotion_shows_as_strongly_as_it_is_told() -> None:
    smiles = []
    for strength in (0.0, 0.5, 1.0, 1.5):
        performance = Performance(1)
        performance.feel("happiness", 0, strength)
        smiles.append(track(watch(performance, 60, ReplicaState.IDLE), "mouthSmile_L")[-1])
    assert np.diff(smiles).min() > 0.1
    with pytest.raises(InvalidInputError, match="strength: 3"):
        Performance(1).feel("happiness", 0, 3.0)


def test_an_interruption_drops_the_emotions_that_were_to_come() -> None:
    performance = Performance(1)
    performance.feel("anger", 2 * SECOND)
    performance.silence_from(SECOND)
    untouched = watch(Performance(1), 100, ReplicaState.IDLE)
    assert same(watch(performance, 100, ReplicaState.IDLE)[-1], untouched[-1])


def test_an_unknown_emotion_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match="happiness, sadness, anger"):
        Performance(1).feel("joy", 0)
