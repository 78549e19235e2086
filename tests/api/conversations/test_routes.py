"""/v2/conversations."""

import re

import httpx
import pytest

from engine.store.call_events import transcription_ready
from engine.store.opening import Store
from engine.store.records import ConversationEvent
from engine.store.timestamps import utc_now
from tests.api.conftest import BASE_URL, refusal
from tests.api.conversations.created import FACE, PERSONA, create
from tests.fakes.call_host import FakeCallHost


async def test_a_conversation_is_answered_with_its_room(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    made = await create(client, conversation_name="Talk", callback_url="https://app.example/hook")
    assert set(made) == {
        "conversation_id",
        "conversation_name",
        "conversation_url",
        "status",
        "callback_url",
        "created_at",
    }
    assert re.fullmatch(r"c[0-9a-f]{15}", made["conversation_id"])
    assert made["conversation_url"] == f"{BASE_URL}/{made['conversation_id']}"
    assert (made["status"], made["conversation_name"]) == ("active", "Talk")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", made["created_at"])
    assert host.is_live(made["conversation_id"])


async def test_defaults(client: httpx.AsyncClient) -> None:
    made = await create(client, callback_url=None, properties=None)
    assert re.fullmatch(r"New Conversation \d{13}", made["conversation_name"])
    assert made["callback_url"] == ""
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}")).json()
    assert got["properties"] == {
        "max_call_duration": 3600,
        "participant_left_timeout": 0,
        "participant_absent_timeout": 300,
    }


async def test_what_was_asked_for_reaches_the_call(client: httpx.AsyncClient, host: FakeCallHost, store: Store) -> None:
    properties = {
        "max_call_duration": 1800,
        "participant_left_timeout": 0,
        "participant_absent_timeout": 120,
        "language": "Spanish",
        "enable_closed_captions": True,
        "something_newer": {"kept": [1]},
    }
    made = await create(
        client,
        replica_id="rfe12d8b9597",
        conversational_context="They like chess.",
        custom_greeting="Hello!",
        audio_only=True,
        max_participants=3,
        properties=properties,
    )
    conversation, persona, replica = host.live[made["conversation_id"]]
    assert persona.persona_id == PERSONA
    assert replica.replica_id == conversation.replica_id == "rfe12d8b9597", "a given replica overrides the default one"
    assert conversation.conversational_context == "They like chess."
    assert conversation.custom_greeting == "Hello!"
    assert conversation.properties == properties
    assert conversation.fields == {"audio_only": True, "max_participants": 3}
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}")).json()
    assert got["max_participants"] == 3
    assert got["conversational_context"] == "They like chess."
    assert got["custom_greeting"] == "Hello!"
    assert got["document_retrieval_strategy"] == "balanced"
    assert got["properties"] == {"max_call_duration": 1800, **properties}
    assert await store.conversations.get(made["conversation_id"]) is not None


async def test_ending_writes_the_reason_once(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    made = await create(client)
    url = f"/v2/conversations/{made['conversation_id']}"
    for _ in range(2):
        response = await client.post(f"{url}/end", headers={"content-type": "application/json"})
        assert (response.status_code, response.content) == (200, b"")
    assert not host.is_live(made["conversation_id"])
    got = (await client.get(f"{url}?verbose=true")).json()
    assert got["status"] == "ended"
    assert got["shutdown_reason"] == "end_conversation_endpoint_hit"
    assert [event["event_type"] for event in got["events"]] == ["system.replica_joined", "system.shutdown"]
    assert got["events"][1]["properties"]["reason"] == "end_conversation_endpoint_hit"
    assert "events" not in (await client.get(url)).json()


async def test_ending_what_no_call_stands_behind_ends_the_record(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    made = await create(client)
    host.live.clear()
    await client.post(f"/v2/conversations/{made['conversation_id']}/end/")
    assert (await client.get(f"/v2/conversations/{made['conversation_id']}")).json()["status"] == "ended"


@pytest.mark.parametrize("query", ["", "?hard=true"])
async def test_deleting_ends_the_call_and_hides_the_record(
    client: httpx.AsyncClient, host: FakeCallHost, store: Store, query: str
) -> None:
    made = await create(client)
    url = f"/v2/conversations/{made['conversation_id']}"
    response = await client.delete(url + query)
    assert (response.status_code, response.content) == (204, b"")
    assert not host.is_live(made["conversation_id"])
    assert refusal(await client.get(url), 400) == "Invalid conversation_id"
    assert refusal(await client.delete(url), 400) == "Invalid conversation_id"
    assert (await client.get("/v2/conversations")).json()["total_count"] == 0
    kept = await store.conversations.events(made["conversation_id"])
    assert [event.properties.get("shutdown_reason") for event in kept] == (
        [] if query else [None, "daily_room_has_been_deleted"]
    )


async def test_what_was_hidden_can_still_be_erased(client: httpx.AsyncClient, store: Store) -> None:
    made = await create(client)
    url = f"/v2/conversations/{made['conversation_id']}"
    assert (await client.delete(url)).status_code == 204
    assert (await client.delete(f"{url}?hard=true")).status_code == 204
    assert await store.conversations.events(made["conversation_id"]) == []
    assert refusal(await client.delete(f"{url}?hard=true"), 400) == "Invalid conversation_id"


async def test_verbose_shows_what_was_said_and_seen(client: httpx.AsyncClient, store: Store) -> None:
    made = await create(client)
    said = [{"role": "user", "content": "Hello."}]
    seen = ConversationEvent(
        "application.perception_analysis", "application", {"analysis": "One person, smiling."}, utc_now()
    )
    for event in (transcription_ready(FACE, said), seen):
        await store.conversations.record_event(made["conversation_id"], event)
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}?verbose=true")).json()
    assert (got["transcript"], got["perception_analysis"]) == (said, "One person, smiling.")
    assert [event["event_type"] for event in got["events"]][-1] == "application.perception_analysis"


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("POST", "/end"), ("DELETE", "")])
@pytest.mark.parametrize("conversation_id", ["cnowhere", "C1", "a" * 65, "c%20"])
async def test_an_unknown_conversation(client: httpx.AsyncClient, method: str, tail: str, conversation_id: str) -> None:
    response = await client.request(method, f"/v2/conversations/{conversation_id}{tail}")
    assert refusal(response, 400) == "Invalid conversation_id"


async def test_lists_are_filtered(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    host.capacity = 5
    for name in ("one", "two", "three"):
        last = await create(client, conversation_name=name)
    await client.post(f"/v2/conversations/{last['conversation_id']}/end")
    active = (await client.get("/v2/conversations?status=active&sort=ascending")).json()
    assert [entry["conversation_name"] for entry in active["data"]] == ["one", "two"]
    assert (await client.get("/v2/conversations?status=ended")).json()["data"][0]["conversation_name"] == "three"
    assert (await client.get("/v2/conversations?name=tw")).json()["total_count"] == 1
