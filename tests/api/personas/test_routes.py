"""/v2/personas."""

import re
from typing import Any

import httpx
import pytest

from engine.api.personas.bodies import PersonaCreate
from engine.store.opening import Store
from tests.api.conftest import refusal

FULL: dict[str, Any] = {
    "persona_name": "Gardener",
    "system_prompt": "You know about plants.",
    "pipeline_mode": "full",
    "context": "It is spring.",
    "default_replica_id": "rfe12d8b9597",
    "layers": {
        "llm": {
            "model": "tavus-gpt-oss",
            "speculative_inference": True,
            "tools": [{"type": "function", "function": {"name": "water"}}],
        },
        "tts": {"tts_engine": "cartesia", "voice_settings": {"speed": "normal"}, "tts_emotion_control": "true"},
        "perception": {"perception_model": "raven-0", "ambient_awareness_queries": ["Is there a plant?"]},
        "stt": {"stt_engine": "tavus-advanced", "hotwords": "monstera"},
        "conversational_flow": {"turn_detection_model": "sparrow-1", "turn_taking_patience": "high"},
    },
    "some_newer_field": {"kept": [1, 2.5, None]},
}


async def test_a_persona_comes_back_with_every_field_at_the_top_and_under_data(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v2/personas", json=FULL)).json()
    assert set(made) == {"persona_id", "persona_name", "created_at", "pal_id", "pal_name"}
    got = (await client.get(f"/v2/personas/{made['persona_id']}")).json()
    [data] = got.pop("data")
    assert data == got
    assert {name: got[name] for name in FULL} == FULL
    assert got["pal_id"] == got["persona_id"]
    assert got["default_face_id"] == "rfe12d8b9597"
    assert got["persona_type"] == "user"
    assert got["updated_at"] == got["created_at"] == made["created_at"]


async def test_the_smallest_persona_gets_defaults(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v2/personas/", json={"system_prompt": "Be brief."})).json()
    got = (await client.get(f"/v2/personas/{made['persona_id']}/")).json()
    assert got["pipeline_mode"] == "full"
    assert got["persona_name"]
    assert got["layers"] == {}
    assert got["default_replica_id"] is None


async def test_the_newer_names_are_taken(client: httpx.AsyncClient) -> None:
    body = {"pal_name": "Pal", "default_face_id": "r4067604db72", "pipeline_mode": "echo"}
    made = (await client.post("/v2/personas", json=body)).json()
    assert made["persona_name"] == made["pal_name"] == "Pal"
    clash = {"pal_name": "a", "persona_name": "b", "pipeline_mode": "echo"}
    assert "persona_name" in refusal(await client.post("/v2/personas", json=clash), 400)


async def test_keys_of_other_services_are_masked(client: httpx.AsyncClient) -> None:
    llm = {"model": "gpt-4o", "base_url": "https://llm.example/v1", "api_key": "sk-0123456789abcdef"}
    made = (await client.post("/v2/personas", json={"system_prompt": "x", "layers": {"llm": llm}})).json()
    response = await client.get(f"/v2/personas/{made['persona_id']}")
    assert "sk-0123" not in response.text
    assert response.json()["layers"]["llm"]["api_key"] == "********cdef"
    assert "sk-0123" not in (await client.get("/v2/personas")).text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "system_prompt is required"),
        ({"system_prompt": " "}, "system_prompt is required"),
        ({"system_prompt": "x", "pipeline_mode": "half"}, "pipeline_mode: 'half'"),
        ({"system_prompt": "x", "default_replica_id": "rnowhere"}, "Invalid replica_id"),
        ({"system_prompt": "x", "default_replica_id": "../etc"}, "Invalid replica_id"),
        ({"system_prompt": "x", "layers": {"llm": {"model": "gpt-4o"}}}, "layers.llm.model: 'gpt-4o'.*tavus-"),
        ({"system_prompt": "x", "layers": {"llm": "gpt"}}, "layers.llm: 'gpt'.*object"),
        ({"system_prompt": "x", "layers": {"llm": {"model": 7}}}, "layers.llm.model: 7"),
        ({"system_prompt": "x", "layers": {"tts": {"tts_engine": "kazoo"}}}, "tts_engine: 'kazoo'.*cartesia"),
        ({"system_prompt": "x", "layers": {"stt": {"stt_engine": []}}}, "stt_engine: .*tavus-auto"),
        ({"system_prompt": "x", "layers": {"perception": {"perception_model": "hawk"}}}, "raven-0"),
        ({"system_prompt": "x", "layers": []}, "layers: "),
        ({"system_prompt": "x", "guardrails_id": "gnowhere"}, "^Invalid guardrails_id$"),
        ({"system_prompt": "x", "guardrail_ids": ["gnowhere"]}, "^Invalid guardrail_ids: .*gnowhere"),
        ({"system_prompt": "x", "objectives_id": "../o"}, "^Invalid objectives_id$"),
        ({"system_prompt": "x", "document_ids": ["dnowhere"]}, "^Invalid document_ids: .*dnowhere"),
        (
            {"system_prompt": "x", "layers": {"tts": {"pronunciation_dictionary_id": "pdnowhere"}}},
            "^Invalid pronunciation_dictionary_id$",
        ),
        ({"system_prompt": "x", "callback_url": "ftp://x"}, "callback_url: 'ftp://x'"),
        ({"system_prompt": "x", "audio_only": "perhaps"}, "audio_only: 'perhaps'.*true or false"),
        ({"system_prompt": "x", "document_tags": "all"}, "document_tags: 'all'"),
        ({"system_prompt": ["x"]}, "system_prompt: "),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: dict[str, Any], told: str) -> None:
    text = refusal(await client.post("/v2/personas", json=body), 400)
    assert re.search(told, text), text


@pytest.mark.parametrize("persona_id", ["pnowhere", "P1", "a" * 65, "p%01", "ü"])
async def test_an_unknown_persona(client: httpx.AsyncClient, persona_id: str) -> None:
    assert refusal(await client.get(f"/v2/personas/{persona_id}"), 400) == "Invalid persona_id"


async def test_every_field_at_the_top_comes_back(client: httpx.AsyncClient, store: Store) -> None:
    objectives = await store.objectives.create("o", {"data": []}, status="active")
    guardrails = await store.guardrails.create("g", {"data": []}, status="active")
    document = await store.documents.create("d", {}, status="ready")
    given: dict[str, Any] = {
        "persona_name": "Whole",
        "pipeline_mode": "full",
        "system_prompt": "Be brief.",
        "context": "It rains.",
        "default_replica_id": "r4067604db72",
        "greeting": "Hello!",
        "audio_only": True,
        "voice_id": "alba",
        "document_ids": [document.resource_id],
        "document_tags": ["prices", "hours"],
        "objectives_id": objectives.resource_id,
        "guardrails_id": guardrails.resource_id,
        "guardrail_ids": [guardrails.resource_id],
        "guardrail_tags": ["safety"],
        "callback_url": "http://127.0.0.1:9000/hook",
    }
    assert set(given) | {"layers"} == set(PersonaCreate.model_fields)
    persona_id = (await client.post("/v2/personas", json=given)).json()["persona_id"]
    got = (await client.get(f"/v2/personas/{persona_id}")).json()
    assert {name: got[name] for name in given} == given


async def test_a_persona_that_was_read_can_be_sent_again_as_a_new_one(client: httpx.AsyncClient) -> None:
    first = (await client.post("/v2/personas", json=FULL)).json()["persona_id"]
    read = (await client.get(f"/v2/personas/{first}?verbose=true")).json()
    second = (await client.post("/v2/personas", json=read)).json()["persona_id"]
    assert second != first
    copied = (await client.get(f"/v2/personas/{second}")).json()
    own = {"persona_id", "pal_id", "created_at", "updated_at"}
    assert {name for name in copied if name not in read or copied[name] != read[name]} == own | {"data"}
    masked = {"system_prompt": "x", "layers": {"tts": {"api_key": "********cdef"}}}
    assert "layers.tts.api_key" in refusal(await client.post("/v2/personas", json=masked), 400)


async def test_the_verbose_answer_tells_what_is_in_effect_and_what_is_not(client: httpx.AsyncClient) -> None:
    layers = {
        "llm": {"model": "Tavus-GPT-4o-Mini", "tools": [{"type": "function", "function": {"name": "water"}}]},
        "tts": {
            "tts_engine": "elevenlabs",
            "voice_settings": {"speed": 0.8, "stability": 0.5, "emotion": ["joy:high", "zest"], "glow": 1},
        },
        "conversational_flow": {"turn_taking_patience": "High"},
    }
    body = {"system_prompt": "x", "greeting": "Hello!", "layers": layers}
    persona_id = (await client.post("/v2/personas", json=body)).json()["persona_id"]
    plain = (await client.get(f"/v2/personas/{persona_id}")).json()
    assert not {"effective", "models", "not_enforced"} & plain.keys()
    assert plain["layers"] == layers
    verbose = (await client.get(f"/v2/personas/{persona_id}?verbose=true")).json()
    assert verbose["effective"]["voice_speed"] == 0.8
    flow = verbose["effective"]["conversational_flow"]
    assert (flow["turn_detection_model"], flow["turn_taking_patience"]) == ("sparrow-1", "high")
    assert flow["replica_interruptibility"] == "medium"
    assert verbose["models"]["layers.llm.model"] == {"name": "Tavus-GPT-4o-Mini", "local": "the quick local chat model"}
    assert verbose["effective"]["voice_emotions"] == ["happiness"]
    assert verbose["without_effect"] == [
        "layers.tts.voice_settings.stability",
        "layers.tts.voice_settings.emotion: zest",
    ]
    assert verbose["enforced"] is False
    assert {"layers.llm.tools", "layers.tts.voice_settings.glow"} <= set(verbose["not_enforced"])
    assert "layers.tts.voice_settings.speed" not in verbose["not_enforced"]
    assert "layers.llm.model" not in verbose["not_enforced"]


async def test_a_persona_whose_fields_are_all_in_effect_says_nothing_else(client: httpx.AsyncClient) -> None:
    body = {"system_prompt": "x", "layers": {"llm": {"model": "tavus-llama"}}}
    persona_id = (await client.post("/v2/personas", json=body)).json()["persona_id"]
    verbose = (await client.get(f"/v2/personas/{persona_id}?verbose=true")).json()
    assert not {"enforced", "not_enforced"} & verbose.keys()
    assert verbose["effective"] == {"conversational_flow": None, "voice_speed": 1.0, "voice_emotions": []}


async def test_a_deleted_persona_is_gone(client: httpx.AsyncClient) -> None:
    persona_id = (await client.post("/v2/personas", json={"pipeline_mode": "ECHO"})).json()["persona_id"]
    assert (await client.get(f"/v2/personas/{persona_id}")).json()["pipeline_mode"] == "echo"
    gone = await client.delete(f"/v2/personas/{persona_id}")
    assert (gone.status_code, gone.content) == (204, b"")
    for again in (await client.delete(f"/v2/personas/{persona_id}"), await client.get(f"/v2/personas/{persona_id}")):
        assert refusal(again, 400) == "Invalid persona_id"


async def test_stock_personas_stay_as_they_are(client: httpx.AsyncClient) -> None:
    patch = [{"op": "replace", "path": "/context", "value": "mine"}]
    assert "is stock and stays as it is; create" in refusal(
        await client.patch("/v2/personas/pb87e71797da", json=patch), 400
    )
    assert "is stock and stays as it is; create" in refusal(await client.delete("/v2/personas/pb87e71797da"), 400)
    assert (await client.get("/v2/personas/pb87e71797da")).json()["context"] != "mine"


async def test_lists_are_filtered_and_sorted(client: httpx.AsyncClient) -> None:
    for name in ("Ann", "Bea"):
        await client.post("/v2/personas", json={"persona_name": name, "pipeline_mode": "echo"})
    mine = (await client.get("/v2/personas?persona_type=user")).json()
    assert ([entry["persona_name"] for entry in mine["data"]], mine["total_count"]) == (["Bea", "Ann"], 2)
    rising = (await client.get("/v2/personas?persona_type=user&sort=ascending&limit=1")).json()
    assert ([entry["persona_name"] for entry in rising["data"]], rising["total_count"]) == (["Ann"], 2)
    assert (await client.get("/v2/personas?persona_type=user&limit=1&page=2")).json()["data"][0][
        "persona_name"
    ] == "Ann"
    assert (await client.get("/v2/personas?name=bE")).json()["total_count"] == 1
    stock = (await client.get("/v2/personas?persona_type=system&limit=100")).json()
    assert {"pb87e71797da", "pipecat0"} <= {entry["persona_id"] for entry in stock["data"]}
