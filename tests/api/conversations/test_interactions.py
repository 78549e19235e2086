"""POST /v2/interactions and POST /v2/conversations/{id}/events: taking part without joining the room."""

import re
from typing import Any

import httpx
import pytest

from tests.api.conftest import refusal
from tests.fakes.call_host import FakeCallHost

ECHO = {
    "message_type": "conversation",
    "event_type": "conversation.echo",
    "inference_id": "i1",
    "properties": {"modality": "text", "text": "Hello.", "done": True},
}


@pytest.fixture
async def conversation_id(client: httpx.AsyncClient) -> str:
    response = await client.post("/v2/conversations", json={"persona_id": "pb87e71797da"})
    return str(response.json()["conversation_id"])


async def _sent(client: httpx.AsyncClient, way: str, conversation_id: str, body: dict[str, Any]) -> httpx.Response:
    if way == "interactions":
        return await client.post("/v2/interactions", json={"conversation_id": conversation_id, **body})
    return await client.post(f"/v2/conversations/{conversation_id}/events", json=body)


both_ways = pytest.mark.parametrize("way", ["interactions", "events"])


@both_ways
async def test_a_message_reaches_the_call_as_it_was_sent(
    client: httpx.AsyncClient, host: FakeCallHost, conversation_id: str, way: str
) -> None:
    response = await _sent(client, way, conversation_id, ECHO)
    assert response.status_code == 200
    assert response.json() == {
        "conversation_id": conversation_id,
        "event_type": "conversation.echo",
        "status": "accepted",
    }
    assert host.interactions == [(conversation_id, {**ECHO, "conversation_id": conversation_id})]


@both_ways
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "event_type is required"),
        ({"event_type": 7}, "event_type: 7"),
        ({"event_type": "conversation.dance"}, "event_type: 'conversation.dance'.*conversation.echo"),
        ({"event_type": "conversation.echo", "properties": []}, "properties"),
        ({"event_type": "conversation.echo", "properties": {"text": 7}}, "properties.text: 7"),
        ({"event_type": "conversation.echo", "properties": {"text": "a\0"}}, "NUL"),
        ({"event_type": "conversation.echo"}, "properties.text: None"),
    ],
)
async def test_what_is_wrong_with_a_message_is_named(
    client: httpx.AsyncClient, host: FakeCallHost, conversation_id: str, way: str, body: dict[str, Any], named: str
) -> None:
    text = refusal(await _sent(client, way, conversation_id, body), 400)
    assert re.search(named, text), text
    assert host.interactions == []


@both_ways
async def test_nobody_hears_a_message_to_what_has_ended_or_never_was(
    client: httpx.AsyncClient, conversation_id: str, way: str
) -> None:
    assert refusal(await _sent(client, way, "cnowhere", ECHO), 400) == "Invalid conversation_id"
    assert refusal(await _sent(client, way, "../x" if way == "interactions" else "X1", ECHO), 400)
    await client.post(f"/v2/conversations/{conversation_id}/end")
    assert refusal(await _sent(client, way, conversation_id, ECHO), 409) == "This conversation has ended"


async def test_a_message_names_its_conversation_once(client: httpx.AsyncClient, conversation_id: str) -> None:
    assert refusal(await client.post("/v2/interactions", json=ECHO), 400) == "conversation_id is required"
    url = f"/v2/conversations/{conversation_id}/events"
    response = await client.post(url, json={**ECHO, "conversation_id": "cother"})
    assert "conversation_id: 'cother'" in refusal(response, 400)
    assert (await client.post(url, json={**ECHO, "conversation_id": conversation_id})).status_code == 200


@both_ways
async def test_a_key_is_needed(stranger: httpx.AsyncClient, conversation_id: str, way: str) -> None:
    assert refusal(await _sent(stranger, way, conversation_id, ECHO), 401) == "Invalid access token"
