"""/v2/personas."""

import re
from typing import Any

import httpx
import pytest

from tests.api.conftest import refusal

FULL: dict[str, Any] = {
    "persona_name": "Gardener",
    "system_prompt": "You know about plants.",
    "pipeline_mode": "full",
    "context": "It is spring.",
    "default_replica_id": "rfe12d8b9597",
    "layers": {
        "llm": {"model": "tavus-gpt-oss", "speculative_inference": True, "tools": [{"type": "function"}]},
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
        ({"system_prompt": "x", "guardrails_id": "g1"}, "guardrails_id.*not built"),
        ({"system_prompt": "x", "objectives_id": "o1"}, "objectives_id.*not built"),
        ({"system_prompt": "x", "document_ids": ["d1"]}, "document_ids.*not built"),
        ({"system_prompt": ["x"]}, "system_prompt: "),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: dict[str, Any], told: str) -> None:
    text = refusal(await client.post("/v2/personas", json=body), 400)
    assert re.search(told, text), text


@pytest.mark.parametrize("persona_id", ["pnowhere", "P1", "a" * 65, "p%00", "ü"])
async def test_an_unknown_persona(client: httpx.AsyncClient, persona_id: str) -> None:
    assert refusal(await client.get(f"/v2/personas/{persona_id}"), 400) == "Invalid persona_id"


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
    stock = (await client.get("/v2/personas?persona_type=system")).json()
    assert {"pb87e71797da", "pipecat0"} <= {entry["persona_id"] for entry in stock["data"]}
