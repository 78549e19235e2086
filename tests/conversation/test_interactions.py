"""What participants may send."""

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given, settings

from engine.conversation.interactions import (
    ACCEPTED,
    LARGEST_AUDIO,
    LONGEST_ID,
    LONGEST_TEXT,
    AppendContext,
    ConfirmObjective,
    Echo,
    EchoSound,
    Interrupt,
    OverwriteContext,
    Respond,
    Sensitivity,
    SetEmotion,
    parse_interaction,
)
from engine.errors import InvalidInputError
from engine.layers.replica.performance.feelings import EMOTIONS
from tests.conversation.messages import CASES, MESSAGES

PCM = bytes(range(8))
AUDIO = base64.b64encode(PCM).decode()


@pytest.mark.parametrize(
    ("event_type", "properties", "interaction"),
    [
        ("conversation.echo", {"text": " Say this. "}, Echo(" Say this. ", None)),
        ("conversation.echo", {"modality": "text", "text": "Say this.", "inference_id": "i"}, Echo("Say this.", "i")),
        ("conversation.echo", {"text": "Say", "done": False}, Echo("Say", None, done=False)),
        ("conversation.echo", {"text": "", "inference_id": "i", "done": True}, Echo("", "i")),
        ("conversation.echo", {"modality": "audio", "audio": AUDIO}, EchoSound(PCM, None, None)),
        (
            "conversation.echo",
            {"modality": "audio", "audio": AUDIO, "sample_rate": 24_000.0, "inference_id": "i", "done": True},
            EchoSound(PCM, 24_000, "i", done=True),
        ),
        ("conversation.echo", {"modality": "audio", "audio": "", "done": True}, EchoSound(b"", None, None, done=True)),
        ("conversation.respond", {"text": " Answer this. "}, Respond("Answer this.")),
        ("conversation.interrupt", {}, Interrupt()),
        ("conversation.append_llm_context", {"context": " It rains. "}, AppendContext("It rains.")),
        (
            "conversation.append_llm_context",
            {"context": "It rains.", "job_status": "completed"},
            AppendContext("It rains.", "completed"),
        ),
        ("conversation.overwrite_llm_context", {"context": "It rains."}, OverwriteContext("It rains.")),
        ("conversation.overwrite_llm_context", {"context": ""}, OverwriteContext("")),
        (
            "conversation.sensitivity",
            {"participant_pause_sensitivity": "SuperLow"},
            Sensitivity(pause="superlow", interrupt=None),
        ),
        (
            "conversation.sensitivity",
            {"participant_pause_sensitivity": "auto", "participant_interrupt_sensitivity": "high"},
            Sensitivity(pause="auto", interrupt="high"),
        ),
        ("conversation.objective.confirm", {}, ConfirmObjective(None)),
        ("conversation.objective.confirm", {"objective_name": "ask_name"}, ConfirmObjective("ask_name")),
        *(("conversation.set_emotion", {"emotion": name}, SetEmotion(name)) for name in EMOTIONS),
    ],
)
def test_what_is_accepted(event_type: str, properties: dict[str, Any], interaction: object) -> None:
    assert parse_interaction({"event_type": event_type, "properties": properties}) == interaction


def test_an_inference_id_may_stand_beside_the_properties() -> None:
    message = {"event_type": "conversation.echo", "inference_id": "i", "properties": {"text": "Say this."}}
    assert parse_interaction(message) == Echo("Say this.", "i")


def test_the_emotions_are_the_eight_that_clients_name() -> None:
    names = "neutral happiness sadness anger fear surprise disgust contempt"
    assert set(EMOTIONS) == set(names.split())


def sensitivity(value: object) -> dict[str, Any]:
    return {"event_type": "conversation.sensitivity", "properties": {"participant_pause_sensitivity": value}}


def audio(**properties: Any) -> dict[str, Any]:
    return {"event_type": "conversation.echo", "properties": {"modality": "audio", "audio": AUDIO, **properties}}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({}, "event_type"),
        ({"event_type": "conversation.interrupt", "message_type": "system"}, "message_type"),
        (audio(audio=None), "properties.audio"),
        (audio(audio="no base64!"), "properties.audio"),
        (audio(audio="Ünicode="), "properties.audio"),
        (audio(audio=base64.b64encode(b"odd").decode()), "properties.audio"),
        (audio(audio="A" * (LARGEST_AUDIO + 4)), "properties.audio"),
        (audio(sample_rate=7_999), "properties.sample_rate"),
        (audio(sample_rate=48_001), "properties.sample_rate"),
        (audio(sample_rate=16_000.5), "properties.sample_rate"),
        (audio(sample_rate=True), "properties.sample_rate"),
        (audio(sample_rate="16000"), "properties.sample_rate"),
        (audio(sample_rate=float("nan")), "properties.sample_rate"),
        (audio(done="yes"), "properties.done"),
        ({"event_type": "conversation.append_llm_context", "properties": {"context": " "}}, "properties.context"),
        (
            {"event_type": "conversation.append_llm_context", "properties": {"context": "x", "job_status": 7}},
            "properties.job_status",
        ),
        ({"event_type": "conversation.overwrite_llm_context", "properties": {}}, "properties.context"),
        ({"event_type": "conversation.sensitivity", "properties": {}}, "properties"),
        (sensitivity("deaf"), "properties.participant_pause_sensitivity"),
        (sensitivity(3), "properties.participant_pause_sensitivity"),
        (
            {"event_type": "conversation.objective.confirm", "properties": {"objective_name": []}},
            "properties.objective_name",
        ),
        ({"event_type": "conversation.set_emotion", "properties": {"emotion": "glee"}}, "properties.emotion"),
        ({"event_type": "conversation.set_emotion"}, "properties.emotion"),
        ({"event_type": ["conversation.echo"]}, "event_type"),
        ({"event_type": "conversation.echo", "properties": []}, "properties"),
        ({"event_type": "conversation.echo"}, "properties.text"),
        ({"event_type": "conversation.echo", "properties": {"text": " \n"}}, "properties.text"),
        ({"event_type": "conversation.echo", "properties": {"text": "\ud83d"}}, "properties.text"),
        ({"event_type": "conversation.respond", "properties": {"text": "x" * (LONGEST_TEXT + 1)}}, "properties.text"),
        ({"event_type": "conversation.echo", "properties": {"modality": "smell"}}, "properties.modality"),
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


@settings(max_examples=CASES)
@given(MESSAGES)
@example({"event_type": "conversation.echo", "properties": {"text": "\ud800"}})
def test_whatever_comes_is_understood_or_refused(message: dict[str, Any]) -> None:
    try:
        interaction = parse_interaction(message)
    except InvalidInputError as error:
        json.dumps(str(error))
    else:
        assert message["event_type"] in ACCEPTED
        match interaction:
            case Echo(text) | Respond(text) | AppendContext(text) | OverwriteContext(text):
                text.encode()
                assert len(text) <= LONGEST_TEXT
            case EchoSound(pcm):
                assert len(pcm) % 2 == 0
