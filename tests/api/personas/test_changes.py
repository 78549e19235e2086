"""PATCH /v2/personas/{id} by JSON Patch; objects that are merged in: test_merges."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.api.personas.conftest import BASE, patched, read


async def test_add(client: httpx.AsyncClient, persona_id: str) -> None:
    answer = await patched(
        client,
        persona_id,
        {"op": "add", "path": "/layers/tts/tts_emotion_control", "value": "true"},
        {"op": "add", "path": "/greeting", "value": "Tick!"},
        {"op": "add", "path": "/document_tags/1", "value": "between"},
        {"op": "add", "path": "/document_tags/-", "value": "last"},
    )
    assert answer["layers"]["tts"] == {"tts_engine": "cartesia", "tts_emotion_control": "true"}
    assert answer["greeting"] == "Tick!"
    assert answer["document_tags"] == ["a", "between", "b", "last"]
    assert answer["updated_at"] > answer["created_at"]


async def test_remove(client: httpx.AsyncClient, persona_id: str) -> None:
    answer = await patched(
        client,
        persona_id,
        {"op": "remove", "path": "/layers/stt/hotwords"},
        {"op": "remove", "path": "/context"},
        {"op": "remove", "path": "/document_tags/0"},
    )
    assert answer["layers"]["stt"] == {}
    assert answer["context"] == ""
    assert answer["document_tags"] == ["b"]


async def test_replace(client: httpx.AsyncClient, persona_id: str) -> None:
    answer = await patched(
        client,
        persona_id,
        {"op": "replace", "path": "/persona_name", "value": "Watchmaker"},
        {"op": "replace", "path": "/layers/llm/model", "value": "tavus-gpt-4o"},
        {"op": "replace", "path": "/default_replica_id", "value": "r79e1c033f"},
    )
    assert answer["persona_name"] == answer["pal_name"] == "Watchmaker"
    assert answer["layers"]["llm"]["model"] == "tavus-gpt-4o"
    assert answer["default_face_id"] == "r79e1c033f"
    assert answer["layers"]["stt"] == BASE["layers"]["stt"]


async def test_copy_and_move(client: httpx.AsyncClient, persona_id: str) -> None:
    answer = await patched(
        client,
        persona_id,
        {"op": "copy", "from": "/context", "path": "/greeting"},
        {"op": "move", "from": "/layers/stt/hotwords", "path": "/layers/tts/voice_id"},
        {"op": "move", "from": "/document_tags/0", "path": "/document_tags/1"},
    )
    assert answer["greeting"] == answer["context"] == "It is noon."
    assert answer["layers"]["stt"] == {}
    assert answer["layers"]["tts"]["voice_id"] == "escapement"
    assert answer["document_tags"] == ["b", "a"]


async def test_a_test_that_fails_stops_everything(client: httpx.AsyncClient, persona_id: str) -> None:
    before = await read(client, persona_id)
    operations = [
        {"op": "replace", "path": "/context", "value": "It is one."},
        {"op": "test", "path": "/persona_name", "value": "Somebody else"},
    ]
    text = refusal(await client.patch(f"/v2/personas/{persona_id}", json=operations), 400)
    assert text.startswith("[1]: ")
    assert await read(client, persona_id) == before
    operations[1]["value"] = "Clock Keeper"
    assert (await patched(client, persona_id, *operations))["context"] == "It is one."


async def test_paths_may_use_the_newer_names_and_the_place_under_data(
    client: httpx.AsyncClient, persona_id: str
) -> None:
    answer = await patched(
        client,
        persona_id,
        {"op": "replace", "path": "/pal_name", "value": "Pal"},
        {"op": "replace", "path": "/default_face_id", "value": "r79e1c033f"},
        {"op": "replace", "path": "/data/0/context", "value": "It is two."},
        {"op": "copy", "from": "/pal_name", "path": "/greeting"},
    )
    assert (answer["persona_name"], answer["default_replica_id"]) == ("Pal", "r79e1c033f")
    assert (answer["context"], answer["greeting"]) == ("It is two.", "Pal")


async def test_the_whole_persona_can_be_replaced(client: httpx.AsyncClient, persona_id: str) -> None:
    value = {"pal_name": "New", "pipeline_mode": "echo"}
    answer = await patched(client, persona_id, {"op": "replace", "path": "", "value": value})
    assert (answer["persona_id"], answer["persona_name"], answer["layers"]) == (persona_id, "New", {})
    assert "document_tags" not in answer


@pytest.mark.parametrize(
    ("operations", "told"),
    [
        ([{"op": "remove", "path": "/layers/tts/api_key"}], "[0].path: '/layers/tts/api_key'"),
        ([{"op": "replace", "path": "/greeting", "value": "x"}], "[0].path: '/greeting'"),
        ([{"op": "add", "path": "/layers/nowhere/x", "value": 1}], "[0].path: '/layers/nowhere/x'"),
        ([{"op": "copy", "from": "/nowhere", "path": "/context"}], "[0].path"),
        ([{"op": "replace", "path": "/document_tags/9", "value": "x"}], "[0].path: '/document_tags/9'"),
        ([{"op": "add", "path": "/document_tags/x", "value": "x"}], "[0].path: '/document_tags/x'"),
        ([{"op": "add", "path": "/context/0", "value": "x"}], "[0].path: '/context/0'"),
        ([{"op": "remove", "path": ""}], "[0].path"),
        ([{"op": "replace", "path": "", "value": []}], "an object are"),
        ([{"op": "replace", "path": "/persona_id", "value": "p1"}], "[0].path: '/persona_id'"),
        ([{"op": "replace", "path": "/pal_id", "value": "p1"}], "[0].path: '/persona_id'"),
        ([{"op": "remove", "path": "/created_at"}], "[0].path: '/created_at'"),
        ([{"op": "move", "from": "/updated_at", "path": "/context"}], "[0].from: '/updated_at'"),
        ([{"op": "add", "path": "/persona_type", "value": "system"}], "[0].path: '/persona_type'"),
        ([{"op": "add", "path": "/data", "value": []}], "[0].path: '/data'"),
        ([{"op": "replace", "path": "", "value": {"persona_id": "p1", "persona_name": "x"}}], "persona_id: 'p1'"),
        ([{"op": "remove", "path": "/persona_name"}], "persona_name is required"),
        ([{"op": "remove", "path": "/system_prompt"}], "system_prompt is required"),
        ([{"op": "replace", "path": "/pipeline_mode", "value": "half"}], "pipeline_mode: 'half'"),
        ([{"op": "replace", "path": "/layers/llm/model", "value": "gpt-4o"}], "layers.llm.model: 'gpt-4o'"),
        ([{"op": "replace", "path": "/layers", "value": 7}], "layers: 7"),
        ([{"op": "replace", "path": "/layers/tts/tts_engine", "value": 7}], "layers.tts.tts_engine: 7"),
        ([{"op": "add", "path": "/objectives_id", "value": "onowhere"}], "Invalid objectives_id"),
        ([{"op": "replace", "path": "/default_replica_id", "value": "rnowhere"}], "Invalid replica_id"),
        ([{"op": "add", "path": "/layers/tts/pronunciation_dictionary_id", "value": "pdx"}], "Invalid pronunc"),
        ([{"op": "add", "path": "/layers/llm/api_key", "value": "********cdef"}], "layers.llm.api_key"),
    ],
)
async def test_what_cannot_be_done_is_named_and_changes_nothing(
    client: httpx.AsyncClient, persona_id: str, operations: list[dict[str, Any]], told: str
) -> None:
    before = await read(client, persona_id)
    assert told in refusal(await client.patch(f"/v2/personas/{persona_id}", json=operations), 400)
    assert await read(client, persona_id) == before


@pytest.mark.parametrize(
    "body",
    [
        [{"op": "rename", "path": "/context", "value": "x"}],
        [{"op": "add", "path": "/context"}],
        [{"op": "add", "path": "context", "value": "x"}],
        [{"op": "move", "path": "/context"}],
        [{"path": "/context", "value": "x"}],
        ["add"],
        "add",
        7,
    ],
)
async def test_what_is_no_json_patch_is_told_so(client: httpx.AsyncClient, persona_id: str, body: Any) -> None:
    response = await client.patch(f"/v2/personas/{persona_id}", json=body)
    assert refusal(response, 422) == "Invalid JSON patch format"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        [{"op": "replace", "path": "/context", "value": "It is noon."}],
        [{"op": "test", "path": "/context", "value": "It is noon."}],
        [{"op": "add", "path": "/x", "value": 1}, {"op": "remove", "path": "/x"}],
        [{"op": "add", "path": "/greeting", "value": None}],
        {"context": "It is noon.", "layers": {"stt": {"hotwords": "escapement"}}},
        {"greeting": None},
    ],
)
async def test_a_change_that_changes_nothing_is_answered_without_a_body(
    client: httpx.AsyncClient, persona_id: str, body: Any
) -> None:
    before = await read(client, persona_id)
    response = await client.patch(f"/v2/personas/{persona_id}", json=body)
    assert (response.status_code, response.content) == (304, b"")
    assert await read(client, persona_id) == before


async def test_a_number_and_a_truth_are_not_the_same(client: httpx.AsyncClient, persona_id: str) -> None:
    await patched(client, persona_id, {"op": "add", "path": "/something_newer", "value": 1})
    await patched(client, persona_id, {"op": "replace", "path": "/something_newer", "value": True})
    assert (await read(client, persona_id))["something_newer"] is True


@pytest.mark.parametrize("unknown", ["pnowhere", "P1", "ü"])
async def test_an_unknown_persona(client: httpx.AsyncClient, unknown: str) -> None:
    assert refusal(await client.patch(f"/v2/personas/{unknown}", json=[]), 400) == "Invalid persona_id"
    assert refusal(await client.delete(f"/v2/personas/{unknown}"), 400) == "Invalid persona_id"


async def test_an_id_that_exists_is_taken_and_a_lost_one_holds_up_nothing(
    client: httpx.AsyncClient, store: Store, persona_id: str
) -> None:
    objectives = await store.objectives.create("o", {"data": []}, status="active")
    operation = {"op": "add", "path": "/objectives_id", "value": objectives.resource_id}
    assert (await patched(client, persona_id, operation))["objectives_id"] == objectives.resource_id
    await store.objectives.delete(objectives.resource_id)
    answer = await patched(client, persona_id, {"op": "replace", "path": "/context", "value": "It is four."})
    assert answer["objectives_id"] == objectives.resource_id


async def test_parallel_changes_lose_nothing(client: httpx.AsyncClient, persona_id: str) -> None:
    async def change(number: int) -> int:
        body: Any = [
            {"op": "add", "path": "/document_tags/-", "value": f"tag{number}"},
            {"op": "add", "path": f"/layers/llm/field{number}", "value": number},
        ]
        if number % 3 == 0:
            body = {"layers": {"tts": {f"field{number}": number}}}
        return (await client.patch(f"/v2/personas/{persona_id}", json=body)).status_code

    assert set(await asyncio.gather(*(change(number) for number in range(60)))) == {200}
    answer = await read(client, persona_id)
    merged = {f"field{number}" for number in range(60) if number % 3 == 0}
    assert merged <= answer["layers"]["tts"].keys()
    assert {f"field{number}" for number in range(60) if number % 3} <= answer["layers"]["llm"].keys()
    assert {f"tag{number}" for number in range(60) if number % 3} | {"a", "b"} == set(answer["document_tags"])


NAMES = st.sampled_from(
    [
        "persona_id",
        "pal_name",
        "context",
        "layers",
        "llm",
        "tts",
        "api_key",
        "voice_settings",
        "data",
        "0",
        "-",
        "x",
        "document_tags",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("r4067604db72"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
POINTERS = st.lists(NAMES, max_size=4).map(lambda parts: "".join(f"/{part}" for part in parts))
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "copy", "move", "test"]), "path": POINTERS},
    optional={"from": POINTERS, "value": VALUES},
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.lists(OPERATIONS, min_size=1, max_size=4) | st.dictionaries(NAMES, VALUES, max_size=3) | VALUES)
async def test_whatever_is_sent_is_answered(client: httpx.AsyncClient, persona_id: str, body: Any) -> None:
    response = await client.patch(
        f"/v2/personas/{persona_id}", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert response.status_code in {200, 304, 400, 422}, response.text
    assert (await read(client, persona_id))["persona_id"] == persona_id


async def test_a_persona_cannot_grow_without_end(client: httpx.AsyncClient, persona_id: str) -> None:
    add = [{"op": "add", "path": "/x", "value": "x" * 700_000}]
    assert (await client.patch(f"/v2/personas/{persona_id}", json=add)).status_code == 200
    more = [{"op": "add", "path": "/y", "value": "y" * 700_000}]
    assert "larger than" in refusal(await client.patch(f"/v2/personas/{persona_id}", json=more), 400)
