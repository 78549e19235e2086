"""Changes by an object that is merged into the persona (RFC 7396)."""

from typing import Any

import httpx
import pytest

from engine.api.personas.changes import merge
from tests.api.conftest import refusal
from tests.api.personas.conftest import BASE, read


async def test_an_object_is_merged_member_by_member(client: httpx.AsyncClient, persona_id: str) -> None:
    body = {
        "pal_name": "Hour Glass",
        "context": None,
        "layers": {"llm": {"model": "tavus-llama"}, "stt": None},
        "document_tags": ["c"],
    }
    response = await client.patch(f"/v2/personas/{persona_id}", json=body)
    assert response.status_code == 200
    answer = response.json()
    assert answer == await read(client, persona_id)
    assert (answer["persona_name"], answer["context"]) == ("Hour Glass", "")
    assert answer["layers"] == {"llm": {**BASE["layers"]["llm"], "model": "tavus-llama"}, "tts": BASE["layers"]["tts"]}
    assert answer["document_tags"] == ["c"]
    assert answer["system_prompt"] == BASE["system_prompt"]


async def test_what_was_read_can_be_sent_back_with_a_change(client: httpx.AsyncClient, persona_id: str) -> None:
    got = (await client.get(f"/v2/personas/{persona_id}?verbose=true")).json()
    assert (await client.patch(f"/v2/personas/{persona_id}", json=got)).status_code == 304
    answer = await client.patch(f"/v2/personas/{persona_id}", json={**got, "context": "It is three."})
    assert answer.json()["context"] == "It is three."


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"persona_id": "p1"}, "persona_id: 'p1'"),
        ({"created_at": "2020-01-01"}, "created_at: '2020-01-01'"),
        ({"pal_name": "a", "persona_name": "b"}, "pal_name: 'a'"),
        ({"layers": {"stt": {"stt_engine": "ear"}}}, "layers.stt.stt_engine: 'ear'"),
        ({"system_prompt": None}, "system_prompt is required"),
        ({"guardrails_id": "gnowhere"}, "Invalid guardrails_id"),
    ],
)
async def test_a_wrong_object_is_refused(
    client: httpx.AsyncClient, persona_id: str, body: dict[str, Any], told: str
) -> None:
    before = await read(client, persona_id)
    assert told in refusal(await client.patch(f"/v2/personas/{persona_id}", json=body), 400)
    assert await read(client, persona_id) == before


def test_merging_follows_rfc_7396() -> None:
    assert merge({"a": "b", "c": {"d": "e", "f": "g"}}, {"a": "z", "c": {"f": None}}) == {"a": "z", "c": {"d": "e"}}
    assert merge({"a": [1, 2]}, {"a": {"b": None, "c": 1}}) == {"a": {"c": 1}}
    assert merge({"a": 1}, {"a": {"b": {"c": None}}}) == {"a": {"b": {}}}
    assert merge({"a": {"b": 1}}, {"a": [3]}) == {"a": [3]}
