"""Surer ends are answered sooner, the patient wait longer, and damaged weights are named."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.flow.evidence import Evidence
from engine.layers.flow.waiting import PATIENCES, WaitingModel, Waits
from models.shipped import shipped

SHIPPED = shipped("turn_end", "waiting.json")
EVIDENCE = st.builds(Evidence, st.floats(0.0, 1.0), st.sampled_from(["Yes.", "and", ""]), st.floats(-30.0, 0.0))


@pytest.fixture(scope="module")
def model() -> WaitingModel:
    return WaitingModel.load(SHIPPED)


def test_a_finished_question_is_answered_sooner_than_a_broken_sentence(model: WaitingModel) -> None:
    done, broken = Evidence(0.95, "What time is it?", -0.5), Evidence(0.05, "What time is the", -9.0)
    for patience in PATIENCES:
        assert model.wait(done, patience) < model.wait(broken, patience)


@given(evidence=EVIDENCE)
def test_patience_is_what_its_word_says(model: WaitingModel, evidence: Evidence) -> None:
    low, medium, high = (model.wait(evidence, patience) for patience in PATIENCES)
    assert 0.2 <= low <= medium <= high <= 3.0


@given(evidence=EVIDENCE, patience=st.sampled_from(PATIENCES))
def test_more_that_speaks_for_the_end_never_waits_longer(
    model: WaitingModel, evidence: Evidence, patience: str
) -> None:
    surer = Evidence(min(1.0, evidence.sound + 0.2), "Yes.", min(0.0, evidence.words_end + 1.0))
    assert model.wait(surer, patience) <= model.wait(evidence, patience)


@given(evidence=EVIDENCE, patience=st.sampled_from(PATIENCES), slowness=st.floats(0.0, 1.5))
def test_a_slow_speaker_is_never_answered_sooner(
    model: WaitingModel, evidence: Evidence, patience: str, slowness: float
) -> None:
    assert model.wait(evidence, patience, slowness) >= model.wait(evidence, patience)


def test_as_long_as_nothing_is_known_the_turn_is_not_taken_early(model: WaitingModel) -> None:
    for patience in PATIENCES:
        assert model.wait(None, patience) >= 0.9


@pytest.mark.parametrize("patience", ["", "Low", "patient"])
def test_another_word_is_refused(model: WaitingModel, patience: str) -> None:
    with pytest.raises(InvalidInputError, match=r"turn_taking_patience.*low, medium, high"):
        model.wait(None, patience)


@pytest.mark.parametrize(
    "steps",
    [(), ((0.0, 0.4), (1.0, 0.8)), ((1.0, 0.8), (0.0, 0.4)), ((1.0, 0.4), (0.0, 2.5)), ((1.0, 0.0),)],
    ids=["none", "doubtful first", "long first", "beyond the longest", "no silence"],
)
def test_a_stair_that_is_none_is_refused(steps: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match=r"sure|silence"):
        Waits(steps, 2.0, 1.0)


@pytest.mark.parametrize("damage", ["missing", "cut", "no weights", "no patience", "words for numbers", "a list"])
def test_damaged_weights_are_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "waiting.json"
    found = json.loads(SHIPPED.read_text())
    match damage:
        case "cut":
            path.write_text(SHIPPED.read_text()[:40])
        case "no weights":
            path.write_text(json.dumps(found | {"weights": {}}))
        case "no patience":
            path.write_text(json.dumps(found | {"waits": {"low": found["waits"]["low"]}}))
        case "words for numbers":
            path.write_text(json.dumps(found | {"bias": "much"}))
        case "a list":
            path.write_text("[]")
    with pytest.raises(ModelUnavailableError, match=r"waiting\.json"):
        WaitingModel.load(path)
