"""Every documented field has a case or a stated reason; the run prints how many of each, by heading."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.conversation import events
from engine.store import call_events
from engine.store.records import ConversationEvent, ResourceRecord
from engine.store.sealing import is_secret
from tests.contract.conftest import COUNTED, Api
from tests.contract.documents import (
    JsonBlock,
    json_blocks,
    public_file,
    schema_paths,
    unmarked_blocks,
    value_paths,
)
from tests.contract.fields import (
    LATER,
    SENT_MESSAGES,
    TAKEN_MESSAGES,
    Kind,
    documented_fields,
    kind_of,
    persona_body,
)
from tests.contract.placeholders import GUARDRAILS, OBJECTIVES, RICH_PERSONA, Filler, filler

on_one_loop = pytest.mark.asyncio(loop_scope="module")

OWN_BLOCKS = (
    JsonBlock("Own", 0, RICH_PERSONA),
    JsonBlock("Own", 0, {"persona_id": "pb87e71797da", "memory_stores": ["anna"]}),
    JsonBlock("Own", 0, {"document_url": "https://example.com/", "crawl": {"depth": 2, "max_pages": 5}}),
)
"""What is checked in a checkout without the documents."""

BLOCKS = [block for block in (*json_blocks(), *unmarked_blocks()) if isinstance(kind_of(block), Kind)] or [*OWN_BLOCKS]


def carries(answer: Any, sent: Any, path: str = "") -> list[str]:
    """Return the paths of what was sent and is not in the answer with the same value; secrets are masked, so they are only there."""
    if isinstance(sent, dict):
        if not isinstance(answer, dict):
            return [path]
        return [
            missing
            for name, value in sent.items()
            for missing in (
                [f"{path}.{name}"]
                if name not in answer
                else []
                if is_secret(name)
                else carries(answer[name], value, f"{path}.{name}")
            )
        ]
    if isinstance(sent, list) and isinstance(answer, list) and len(sent) == len(answer):
        return [missing for a, s in zip(answer, sent, strict=True) for missing in carries(a, s, f"{path}[]")]
    return [] if answer == sent else [f"{path}: {answer!r} instead of {sent!r}"]


async def _read_back(api: Api, collection: str, body: Any, id_field: str) -> dict[str, Any]:
    made = await api.client.post(f"/v2/{collection}", json=body)
    assert made.status_code == 200, made.text
    answer: dict[str, Any] = (
        await api.client.get(f"/v2/{collection}/{made.json()[id_field]}", params={"verbose": "true"})
    ).json()
    return answer


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.heading}-{block.line}")
@on_one_loop
async def test_the_fields_of_a_json_block_are_taken_kept_and_answered(api: Api, block: JsonBlock) -> None:
    fill = await filler(api)
    check = {
        Kind.PERSONA: _persona,
        Kind.CONVERSATION: _conversation,
        Kind.CONVERSATION_ANSWER: _conversation_answer,
        Kind.DOCUMENT: _document,
        Kind.RECRAWL: _recrawl,
        Kind.GUARDRAILS: _guardrails,
        Kind.CONDITIONS: _conditions,
        Kind.VIDEO_ANSWER: _video,
        Kind.REPLICA_CALLBACK: _replica_callback,
        Kind.CALLBACK: _callback,
        Kind.PATCH: _patch,
    }
    kind = kind_of(block)
    assert isinstance(kind, Kind)
    missing = await check[kind](api, fill, block)
    assert not missing


async def _persona(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    body = fill.value(persona_body(block))
    if {"persona_id", "created_at"} <= body.keys():
        answered = {name: body.pop(name) for name in ("persona_id", "created_at", "updated_at") if name in body}
        answer = await _read_back(api, "personas", body, "persona_id")
        return [*carries(answer, body), *(answered.keys() - answer.keys())]
    return carries(await _read_back(api, "personas", body, "persona_id"), body)


async def _conversation(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    body = fill.value(block.value)
    if "pipeline_mode" in body:
        body = {"persona_id": fill.persona_id, "audio_only": body["audio_only"]}
    answer = await _read_back(api, "conversations", body, "conversation_id")
    return carries(answer, body)


async def _conversation_answer(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    body = {"persona_id": fill.persona_id, "require_auth": "meeting_token" in block.value}
    made = (await api.client.post("/v2/conversations", json=body)).json()
    return sorted(block.value.keys() - made.keys() - {"replica_id", "persona_id", "updated_at"})


async def _document(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    body = fill.value(block.value)
    answer = await _read_back(api, "documents", body, "document_id")
    crawl = body.pop("crawl", None)
    return [*carries(answer, body), *(carries(answer["crawl_config"], crawl) if crawl else [])]


async def _recrawl(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    made = await api.client.post("/v2/documents", json={"document_url": "https://example.com/", **block.value})
    document_id = made.json()["document_id"]
    changed = await api.store.documents.change(document_id, _ready)
    assert changed is not None
    response = await api.client.post(f"/v2/documents/{document_id}/recrawl", json=block.value)
    assert response.status_code == 202, response.text
    return carries(response.json()["crawl_config"], block.value["crawl"])


def _ready(record: ResourceRecord) -> ResourceRecord:
    return replace(record, status="ready")


async def _guardrails(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    body = {"data": block.value["data"]}
    answer = await _read_back(api, "guardrails", body, "guardrails_id")
    return [*carries(answer, body), *(block.value.keys() - answer.keys())]


async def _conditions(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    names = [{"objective_name": name, "objective_prompt": "Do it."} for name in block.value]
    first = {"objective_name": "first", "objective_prompt": "Ask.", "next_conditional_objectives": block.value}
    body = {"data": [first, *names]}
    return carries(await _read_back(api, "objectives", body, "objectives_id"), body)


async def _video(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    data = fill.value(block.value["data"])
    wave = {"properties": {"start_with_wave": data.pop("start_with_wave")}} if "start_with_wave" in data else {}
    if "audio_url" in data:
        data["audio_url"] = "https://example.com/a.wav"
    answer = await _read_back(api, "videos", {"replica_id": fill.replica_id, **data, **wave}, "video_id")
    return [
        *sorted(block.value.keys() - answer.keys()),
        *sorted(block.value["data"].keys() - answer["data"].keys()),
    ]


async def _replica_callback(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    body = {"train_video_url": "https://example.com/v.mp4", "callback_url": "https://example.com/callback"}
    answer = await _read_back(api, "replicas", body, "replica_id")
    return sorted(block.value.keys() - answer.keys())


async def _callback(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    builders: dict[str, Callable[[], ConversationEvent]] = {
        "system.replica_joined": lambda: call_events.replica_joined("r1"),
        "system.shutdown": lambda: call_events.shutdown("r1", "max_call_duration"),
        "application.transcription_ready": lambda: call_events.transcription_ready(
            "r1", [{"role": "user", "content": "Hi."}]
        ),
        "application.recording_ready": lambda: call_events.recording_ready("bucket", "key", 14),
        "application.perception_analysis": lambda: call_events.perception_analysis("All is calm."),
    }
    event = builders.get(block.value["event_type"], builders["system.replica_joined"])()
    body = {"persona_id": fill.persona_id, "callback_url": "https://example.com/callback"}
    conversation_id = (await api.client.post("/v2/conversations", json=body)).json()["conversation_id"]
    await api.store.conversations.record_event(conversation_id, event)
    sent = json.loads((await api.store.outbox.deliveries(conversation_id))[-1].payload)
    return sorted(set(value_paths(block.value)) - set(value_paths(sent)))


async def _patch(api: Api, fill: Filler, block: JsonBlock) -> list[str]:
    paths = " ".join(operation["path"] for operation in block.value)
    if "objective" in paths or "guardrail" in paths:
        collection, body = ("objectives", OBJECTIVES) if "objective" in paths else ("guardrails", GUARDRAILS)
        made = (await api.client.post(f"/v2/{collection}", json=body)).json()
        url = f"/v2/{collection}/{made[f'{collection}_id']}"
    else:
        url = f"/v2/personas/{fill.persona_id}"
    response = await api.client.patch(url, json=fill.value(block.value))
    assert response.status_code == 200, response.text
    answer = (await api.client.get(url)).json()
    return [
        operation["path"]
        for operation in block.value
        if operation["op"] != "remove" and carries(_at(answer, operation["path"]), fill.value(operation["value"]))
    ]


def _at(document: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        document = document[int(step)] if isinstance(document, list) else document.get(step)
    return document


@pytest.mark.skipif(not public_file(), reason="the public description lies outside the project")
@pytest.mark.parametrize("name", SENT_MESSAGES)
def test_a_message_that_rooms_send_has_the_documented_fields(name: str) -> None:
    sent = {
        "utterance": events.Utterance("i", "user", "Hello.", user_audio_analysis="warm", user_visual_analysis="smiles"),
        "conversation_utterance_streaming": events.StreamingUtterance("i", "user", "Hello.", 0),
        "user": events.UserStoppedSpeaking("i", 1.0),
        "replica": events.ReplicaStoppedSpeaking("i", 1.0, interrupted=False),
        "tool_call": events.ToolCall("i", "get_weather", "{}", "call_1"),
        "perception_tool_call": events.PerceptionToolCall(None, "greet", "{}", "audio", ({"uri": "u"},)),
        "perception_analysis": events.PerceptionAnalysis("i", "All is calm."),
    }[name].message("c1", 1, 1, 1_700_000_000.0)
    documented = set(schema_paths(public_file()["components"]["schemas"][name]))
    assert documented <= set(value_paths(sent))


@pytest.mark.parametrize("name", TAKEN_MESSAGES)
@on_one_loop
async def test_a_message_that_rooms_take_is_taken(api: Api, name: str) -> None:
    made = (await api.client.post("/v2/conversations", json={"persona_id": "pb87e71797da"})).json()
    message = {
        "message_type": "conversation",
        "event_type": f"conversation.{name}",
        "conversation_id": made["conversation_id"],
        "properties": {
            "echo": {"modality": "audio", "audio": "AAA=", "sample_rate": 16_000, "inference_id": "i", "done": True},
            "respond": {"text": "Hello."},
            "interrupt": {},
            "sensitivity": {"participant_interrupt_sensitivity": "medium"},
            "append_llm_context": {"context": "It rains.", "job_status": "completed"},
            "overwrite_llm_context": {"context": "[]"},
        }[name],
    }
    response = await api.client.post("/v2/interactions", json=message)
    assert response.status_code == 200, response.text


def test_every_field_has_a_case_or_a_reason(request: pytest.FixtureRequest) -> None:
    fields = list(documented_fields())
    unknown = [field for field in fields if not field.case and (not field.reason or field.reason.startswith("unknown"))]
    assert not unknown
    if public_file():
        assert len(fields) > 1400
    table: dict[str, Counter[str]] = {}
    for field in fields:
        table.setdefault(field.heading, Counter())["cases" if field.case else field.reason] += 1
    request.config.stash[COUNTED] = table


def test_reasons_name_what_is_really_there() -> None:
    if public_file():
        for start in LATER:
            assert any(path.startswith(start) for path in public_file()["paths"]), start
