"""What participants may send."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.conversation.interactions import (
    ACCEPTED,
    LONGEST_ID,
    LONGEST_TEXT,
    Echo,
    Interrupt,
    Respond,
    parse_interaction,
)
from engine.errors import InvalidInputError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "event_type": st.sampled_from(ACCEPTED) | JSON,
        "properties": JSON
        | st.fixed_dictionaries({}, optional={"text": JSON, "modality": st.just("text") | JSON, "inference_id": JSON}),
        "inference_id": JSON,
    },
)


@pytest.mark.parametrize(
    ("event_type", "properties", "interaction"),
    [
        ("conversation.echo", {"text": " Say this. "}, Echo("Say this.", None)),
        ("conversation.echo", {"modality": "text", "text": "Say this.", "inference_id": "i"}, Echo("Say this.", "i")),
        ("conversation.respond", {"text": "Answer this."}, Respond("Answer this.")),
        ("conversation.interrupt", {}, Interrupt()),
    ],
)
def test_what_is_accepted(event_type: str, properties: dict[str, Any], interaction: object) -> None:
    assert parse_interaction({"event_type": event_type, "properties": properties}) == interaction


def test_an_inference_id_may_stand_beside_the_properties() -> None:
    message = {"event_type": "conversation.echo", "inference_id": "i", "properties": {"text": "Say this."}}
    assert parse_interaction(message) == Echo("Say this.", "i")


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({}, "event_type"),
        ({"event_type": ["conversation.echo"]}, "event_type"),
        ({"event_type": "conversation.echo", "properties": []}, "properties"),
        ({"event_type": "conversation.echo"}, "properties.text"),
        ({"event_type": "conversation.echo", "properties": {"text": " \n"}}, "properties.text"),
        ({"event_type": "conversation.echo", "properties": {"text": "\ud83d"}}, "properties.text"),
        ({"event_type": "conversation.respond", "properties": {"text": "x" * (LONGEST_TEXT + 1)}}, "properties.text"),
        ({"event_type": "conversation.echo", "properties": {"modality": "audio"}}, "properties.modality"),
        ({"event_type": "conversation.echo", "properties": {"text": "x", "inference_id": 7}}, "inference_id"),
        (
            {"event_type": "conversation.echo", "properties": {"text": "x", "inference_id": "x" * (LONGEST_ID + 1)}},
            "inference_id",
        ),
    ],
)
def test_what_is_not_accepted_is_named(message: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_interaction(message)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")
    assert len(str(caught.value)) < 300


@given(MESSAGES)
@example({"event_type": "conversation.echo", "properties": {"text": "\ud800"}})
def test_whatever_comes_is_understood_or_refused(message: dict[str, Any]) -> None:
    try:
        interaction = parse_interaction(message)
    except InvalidInputError as error:
        json.dumps(str(error))
    else:
        if not isinstance(interaction, Interrupt):
            assert interaction.text.strip() == interaction.text != ""
            interaction.text.encode()
