"""The performance that everything is measured on, and the measures themselves."""

import numpy as np
import pytest

pytest.importorskip("PIL", reason="the extra `studio` is not installed")
pytest.importorskip("scipy", reason="the extra `studio` is not installed")

import itertools

from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.protocol import ReplicaState
from models.blendshapes import SHAPES
from models.studio.checks.playing import Moment, clauses, correlation, manners, play
from models.studio.checks.watching import Watched


def moment(state: ReplicaState = ReplicaState.SPEAKING, asked: float = 0.0, bilabial: int = -1) -> Moment:
    return Moment(Expression(np.zeros(len(SHAPES), np.float32)), state, asked, bilabial)


def watched(**given: object) -> Watched:
    frames = 6
    said = [moment(ReplicaState.LISTENING)] * 2 + [moment(asked=0.5 * n, bilabial=n // 2 - 1) for n in range(4)]
    arrays = {name: np.full(frames, 0.95) for name in ("confidence", "whole", "presence", "opening")}
    return Watched(**({"moments": said, "change": np.ones(frames - 1)} | arrays | given))  # type: ignore[arg-type]


def test_the_clauses_follow_on_one_another_and_hold_every_kind_of_contact() -> None:
    said = clauses(480)
    assert said[0].start == 480
    for clause, following in itertools.pairwise(said):
        last = clause.phonemes[-1]
        assert following.start == clause.start + (last.start + last.length) * 48
    phonemes = {span.phoneme for clause in said for span in clause.phonemes}
    assert {"p", "b", "m", "f", "v", "θ", "ð", ""} <= phonemes


def test_twenty_seconds_of_listening_speaking_and_listening() -> None:
    moments = play(3)
    assert len(moments) == 500
    changes = [n for n in range(1, 500) if moments[n].state is not moments[n - 1].state]
    assert [n / 25 for n in changes] == [pytest.approx(1.5, abs=0.04), pytest.approx(17.4, abs=0.04)]
    assert len({m.bilabial for m in moments} - {-1}) >= 12
    assert max(m.asked for m in moments) > 0.5


def test_the_same_seed_plays_the_same() -> None:
    one, other = play(5), play(5)
    assert all(np.array_equal(a.expression.weights, b.expression.weights) for a, b in zip(one, other, strict=True))


def test_presenters_have_natural_manners() -> None:
    found = manners(6)
    assert 10 <= found.blinks_per_minute <= 20
    assert 0.8 <= found.gaze_at_camera < 1
    assert found.bilabials_closed >= 0.95
    assert found.opening_correlation >= 0.85


def test_what_never_changes_correlates_with_nothing() -> None:
    assert correlation([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) == 0.0
    assert correlation([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]) == pytest.approx(1.0)


def test_the_worst_of_a_film_is_found() -> None:
    seen = watched(confidence=np.array([1, 1, 0.4, 1, 1, 1]), change=np.array([1.0, 1, 1, 9, 1]))
    assert seen.worst_face == (0.4, 2)
    assert seen.faintest(1) == [2]
    ratio, frame = seen.worst_jump
    assert frame == 4
    assert ratio > 1


def test_a_bilabial_is_closed_when_one_of_its_frames_is() -> None:
    opening = np.array([0.01, 0.01, 0.3, 0.3, 0.2, 0.012])
    seen = watched(opening=opening)
    assert seen.shut == pytest.approx(0.01)
    ((gap, frame),) = seen.bilabials().values()
    assert gap == pytest.approx(0.002)
    assert frame == 5
    assert seen.bilabials_closed == 1.0
    assert watched(opening=np.array([0.0, 0, 0.3, 0.3, 0.2, 0.2])).bilabials_closed == 0.0
