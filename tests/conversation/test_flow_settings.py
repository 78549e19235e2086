"""Turn taking as a persona's layers ask for it."""

from typing import Any

import pytest

from engine.conversation.flow_settings import SENSITIVITIES, FlowSettings, inverted
from engine.errors import InvalidInputError


@pytest.mark.parametrize(
    "layers",
    [
        {},
        {"conversational_flow": {}},
        {"conversational_flow": None, "stt": None},
        {"conversational_flow": {"turn_taking_patience": None}, "stt": {"hotwords": "x"}},
    ],
)
def test_layers_that_say_nothing_about_turns_leave_the_flow_inactive(layers: dict[str, Any]) -> None:
    assert FlowSettings.of(layers) is None


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ({"turn_taking_patience": "low"}, FlowSettings("sparrow-1", "low", "medium")),
        ({"replica_interruptibility": "VeryLow"}, FlowSettings("sparrow-1", "medium", "verylow")),
        ({"turn_detection_model": "time-based"}, FlowSettings("time-based", "medium", "medium")),
        ({"wake_phrase": "Hey Ada"}, FlowSettings(wake_phrase="Hey Ada")),
        (
            {"voice_isolation": "OFF", "idle_engagement": "eager"},
            FlowSettings(voice_isolation="off", idle_engagement="eager"),
        ),
        ({"a_newer_parameter": 1}, FlowSettings()),
    ],
)
def test_one_parameter_gives_the_others_their_defaults(flow: dict[str, Any], expected: FlowSettings) -> None:
    assert FlowSettings.of({"conversational_flow": flow}) == expected


def test_the_defaults_are_those_of_the_contract() -> None:
    assert FlowSettings() == FlowSettings("sparrow-1", "medium", "medium", "near", "", "off")


@pytest.mark.parametrize(
    ("stt", "expected"),
    [
        (
            {"participant_pause_sensitivity": "high", "participant_interrupt_sensitivity": "low"},
            FlowSettings("sparrow-0", "low", "high"),
        ),
        (
            {"participant_pause_sensitivity": "low", "participant_interrupt_sensitivity": "high"},
            FlowSettings("sparrow-0", "high", "low"),
        ),
        ({"participant_pause_sensitivity": "Medium"}, FlowSettings("sparrow-0", "medium", "medium")),
        ({"smart_turn_detection": True}, FlowSettings("sparrow-0")),
        ({"smart_turn_detection": "true"}, FlowSettings("sparrow-0")),
        ({"smart_turn_detection": False}, FlowSettings("time-based")),
    ],
)
def test_older_settings_of_the_stt_layer_are_translated(stt: dict[str, Any], expected: FlowSettings) -> None:
    assert FlowSettings.of({"stt": stt}) == expected


STT = {"participant_pause_sensitivity": "high", "participant_interrupt_sensitivity": "low"}


def test_the_flow_layer_overrides_the_stt_layer_with_sparrow_1() -> None:
    flow = {"turn_detection_model": "sparrow-1", "turn_taking_patience": "high"}
    assert FlowSettings.of({"conversational_flow": flow, "stt": STT}) == FlowSettings("sparrow-1", "high", "medium")
    implied = {"turn_taking_patience": "high"}
    assert FlowSettings.of({"conversational_flow": implied, "stt": STT}) == FlowSettings("sparrow-1", "high", "medium")


def test_the_stt_layer_holds_with_an_older_model() -> None:
    flow = {"turn_detection_model": "Sparrow-0", "turn_taking_patience": "high"}
    assert FlowSettings.of({"conversational_flow": flow, "stt": STT}) == FlowSettings("sparrow-0", "low", "high")
    only_pause = {"participant_pause_sensitivity": "high"}
    settings = FlowSettings.of(
        {"conversational_flow": {**flow, "replica_interruptibility": "verylow"}, "stt": only_pause}
    )
    assert settings == FlowSettings("sparrow-0", "low", "verylow")


@pytest.mark.parametrize(
    ("sensitivity", "word"),
    [
        ("superlow", "high"),
        ("verylow", "high"),
        ("low", "high"),
        ("medium", "medium"),
        ("auto", "medium"),
        ("high", "low"),
        (" High ", "low"),
    ],
)
def test_a_sensitivity_is_the_opposite_of_patience_and_of_interruptibility(sensitivity: str, word: str) -> None:
    before = FlowSettings("sparrow-0", "medium", "verylow", wake_phrase="Ada")
    assert before.adjusted(pause=sensitivity) == FlowSettings("sparrow-0", word, "verylow", wake_phrase="Ada")
    assert before.adjusted(interrupt=sensitivity) == FlowSettings("sparrow-0", "medium", word, wake_phrase="Ada")
    assert before.adjusted() == before


def test_another_word_is_refused_with_the_accepted_ones() -> None:
    with pytest.raises(
        InvalidInputError, match="participant_pause_sensitivity: 'loud' is not accepted; one of superlow"
    ):
        FlowSettings().adjusted(pause="loud")


def test_every_sensitivity_is_translated() -> None:
    assert {inverted("x", word) for word in SENSITIVITIES} == {"low", "medium", "high"}
