"""/v2/conversations."""

import re
from typing import Any

import httpx
import pytest

from engine.errors import CapacityError, InvalidInputError, ModelUnavailableError
from engine.store.opening import Store
from tests.api.conftest import BASE_URL, refusal
from tests.fakes.call_host import FakeCallHost

PERSONA = "pb87e71797da"
FACE = "r4067604db72"


async def _create(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await client.post("/v2/conversations", json={"persona_id": PERSONA, **body})
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_conversation_is_answered_with_its_room(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    made = await _create(client, conversation_name="Talk", callback_url="https://app.example/hook")
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
    made = await _create(client, callback_url=None, properties=None)
    assert re.fullmatch(r"New Conversation \d{13}", made["conversation_name"])
    assert made["callback_url"] == ""


async def test_what_was_asked_for_reaches_the_call(client: httpx.AsyncClient, host: FakeCallHost, store: Store) -> None:
    properties = {
        "max_call_duration": 1800,
        "participant_left_timeout": 0,
        "participant_absent_timeout": 120,
        "language": "Spanish",
        "enable_closed_captions": True,
        "something_newer": {"kept": [1]},
    }
    made = await _create(
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
    assert await store.conversations.get(made["conversation_id"]) is not None


@pytest.mark.parametrize(
    ("body", "persona", "face"),
    [
        ({"persona_id": "pdced222244b"}, "pdced222244b", "r7bc3db0d581"),
        ({"replica_id": "r79e1c033f"}, PERSONA, "r79e1c033f"),
        ({"pal_id": PERSONA, "face_id": "r79e1c033f"}, PERSONA, "r79e1c033f"),
        ({"persona_id": "pipecat0", "replica_id": "rfe12d8b9597"}, "pipecat0", "rfe12d8b9597"),
        ({"persona_id": PERSONA, "replica_id": ""}, PERSONA, FACE),
    ],
)
async def test_who_is_cast(
    client: httpx.AsyncClient, host: FakeCallHost, body: dict[str, Any], persona: str, face: str
) -> None:
    made = (await client.post("/v2/conversations", json=body)).json()
    _, cast, replica = host.live[made["conversation_id"]]
    assert (cast.persona_id, replica.replica_id) == (persona, face)
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}")).json()
    assert got["persona_id"] == got["pal_id"] == persona
    assert got["replica_id"] == got["face_id"] == face


async def test_a_persona_without_a_default_face_needs_one(client: httpx.AsyncClient) -> None:
    persona = (await client.post("/v2/personas", json={"system_prompt": "x"})).json()["persona_id"]
    assert "replica_id is required" in refusal(
        await client.post("/v2/conversations", json={"persona_id": persona}), 400
    )


async def test_a_replica_in_error_cannot_join(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v2/replicas", json={"train_video_url": "https://x.test/v.mp4"})).json()
    response = await client.post("/v2/conversations", json={"replica_id": made["replica_id"]})
    assert "status error" in refusal(response, 400)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "persona_id is required"),
        ({"persona_id": "pnowhere"}, "^Invalid persona_id$"),
        ({"persona_id": "../../etc/passwd"}, "^Invalid persona_id$"),
        ({"persona_id": PERSONA, "replica_id": "rnowhere"}, "^Invalid replica_id$"),
        ({"persona_id": 7}, "persona_id: 7"),
        ({"persona_id": PERSONA, "pal_id": "pother"}, "pal_id: 'pother'"),
        ({"persona_id": PERSONA, "callback_url": "not a url"}, "callback_url: 'not a url'.*http"),
        ({"persona_id": PERSONA, "callback_url": "http://user:word@h.example/"}, "callback_url"),
        ({"persona_id": PERSONA, "callback_url": "file:///etc/passwd"}, "callback_url"),
        ({"persona_id": PERSONA, "max_participants": 1}, "max_participants: 1"),
        ({"persona_id": PERSONA, "properties": []}, "properties: .*object"),
        ({"persona_id": PERSONA, "properties": {"max_call_duration": 3601}}, "max_call_duration: 3601.*3600"),
        ({"persona_id": PERSONA, "properties": {"max_call_duration": 0}}, "max_call_duration: 0"),
        ({"persona_id": PERSONA, "properties": {"max_call_duration": True}}, "max_call_duration: True"),
        ({"persona_id": PERSONA, "properties": {"participant_left_timeout": -1}}, "participant_left_timeout: -1"),
        ({"persona_id": PERSONA, "properties": {"participant_absent_timeout": "soon"}}, "participant_absent_timeout"),
        ({"persona_id": PERSONA, "properties": {"language": ""}}, "language"),
        ({"persona_id": PERSONA, "require_auth": True}, "require_auth.*private room.*not built"),
        ({"persona_id": PERSONA, "properties": {"require_auth": True}}, "require_auth"),
        ({"persona_id": PERSONA, "properties": {"enable_recording": True}}, "enable_recording.*not built"),
        ({"persona_id": PERSONA, "properties": {"livekit_ws_url": "wss://x"}}, "livekit"),
        ({"persona_id": PERSONA, "memory_stores": ["anna"]}, "memory_stores"),
        ({"persona_id": PERSONA, "document_ids": ["d1"]}, "document_ids"),
        ({"persona_id": PERSONA, "meeting_url": "https://meet.example/x"}, "meeting_url"),
        ({"persona_id": PERSONA, "document_retrieval_strategy": "psychic"}, "document_retrieval_strategy"),
    ],
)
async def test_what_is_wrong_or_not_built_is_named_and_nothing_is_kept(
    client: httpx.AsyncClient, body: dict[str, Any], told: str
) -> None:
    text = refusal(await client.post("/v2/conversations", json=body), 400)
    assert re.search(told, text), text
    assert (await client.get("/v2/conversations")).json() == {"data": [], "total_count": 0}


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ({"transport": {"transport_type": "livekit"}}, "livekit"),
        ({"llm": {"model": "gpt-4o", "base_url": "https://llm.example/v1", "api_key": "k"}}, "base_url"),
    ],
)
async def test_a_persona_that_would_run_otherwise_than_it_says_does_not_run(
    client: httpx.AsyncClient, layers: dict[str, Any], told: str
) -> None:
    body = {"system_prompt": "x", "default_replica_id": FACE, "layers": layers}
    persona = (await client.post("/v2/personas", json=body)).json()["persona_id"]
    assert told in refusal(await client.post("/v2/conversations", json={"persona_id": persona}), 400)


async def test_what_is_harmless_is_kept_and_said_to_be_without_effect(client: httpx.AsyncClient) -> None:
    made = await _create(client, document_tags=["a"], properties={"apply_greenscreen": True, "enable_recording": False})
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}?verbose=true")).json()
    assert got["enforced"] is False
    assert got["not_enforced"] == ["properties.apply_greenscreen", "document_tags"]
    plain = await _create(client)
    assert "enforced" not in (await client.get(f"/v2/conversations/{plain['conversation_id']}?verbose=true")).json()


async def test_test_mode_creates_an_ended_conversation_without_a_call(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    host.capacity = 0
    made = await _create(client, test_mode=True)
    assert made["status"] == "ended"
    assert not host.is_live(made["conversation_id"])


async def test_what_the_machine_cannot_carry_is_a_429_that_says_so(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    first, _ = await _create(client), await _create(client)
    response = await client.post("/v2/conversations", json={"persona_id": PERSONA})
    assert refusal(response, 429) == "This machine carries 2 conversations at once"
    assert response.headers["retry-after"] == "7"
    assert (await client.get("/v2/conversations")).json()["total_count"] == 2, "nothing was kept of the refused one"
    await client.post(f"/v2/conversations/{first['conversation_id']}/end")
    await _create(client)


@pytest.mark.parametrize(
    ("error", "status_code"),
    [
        (CapacityError("too late"), 429),
        (ModelUnavailableError("there is no Whisper in the store"), 503),
        (InvalidInputError("language", "klingon", "a language of an installed voice is"), 400),
        (RuntimeError("a fault"), 500),
    ],
)
async def test_a_call_that_does_not_start_leaves_an_ended_conversation(
    client: httpx.AsyncClient, host: FakeCallHost, error: Exception, status_code: int
) -> None:
    host.fails_with = error
    text = refusal(await client.post("/v2/conversations", json={"persona_id": PERSONA}), status_code)
    assert str(error) in text or status_code == 500
    [entry] = (await client.get("/v2/conversations")).json()["data"]
    assert entry["status"] == "ended"
    got = (await client.get(f"/v2/conversations/{entry['conversation_id']}?verbose=true")).json()
    assert got["shutdown_reason"] == "exception_encountered_during_conversation_startup"


async def test_ending_writes_the_reason_once(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    made = await _create(client)
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
    made = await _create(client)
    host.live.clear()
    await client.post(f"/v2/conversations/{made['conversation_id']}/end/")
    assert (await client.get(f"/v2/conversations/{made['conversation_id']}")).json()["status"] == "ended"


async def test_a_running_conversation_tells_where_the_time_of_its_turns_went(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    url = f"/v2/conversations/{(await _create(client))['conversation_id']}"
    host.turns = [{"total_ms": 640.0}]
    assert (await client.get(f"{url}/turns")).json() == {"data": [{"total_ms": 640.0}], "total_count": 1}
    await client.post(f"{url}/end")
    assert refusal(await client.get(f"{url}/turns"), 409)
    assert refusal(await client.get("/v2/conversations/cnowhere/turns"), 400) == "Invalid conversation_id"


@pytest.mark.parametrize("query", ["", "?hard=true"])
async def test_deleting_ends_the_call_and_hides_the_record(
    client: httpx.AsyncClient, host: FakeCallHost, store: Store, query: str
) -> None:
    made = await _create(client)
    url = f"/v2/conversations/{made['conversation_id']}"
    response = await client.delete(url + query)
    assert (response.status_code, response.content) == (204, b"")
    assert not host.is_live(made["conversation_id"])
    assert refusal(await client.get(url), 400) == "Invalid conversation_id"
    assert refusal(await client.delete(url), 400) == "Invalid conversation_id"
    assert (await client.get("/v2/conversations")).json()["total_count"] == 0
    assert bool(await store.conversations.events(made["conversation_id"])) is (query == "")


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("POST", "/end"), ("DELETE", "")])
@pytest.mark.parametrize("conversation_id", ["cnowhere", "C1", "a" * 65, "c%00"])
async def test_an_unknown_conversation(client: httpx.AsyncClient, method: str, tail: str, conversation_id: str) -> None:
    response = await client.request(method, f"/v2/conversations/{conversation_id}{tail}")
    assert refusal(response, 400) == "Invalid conversation_id"


async def test_lists_are_filtered(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    host.capacity = 5
    for name in ("one", "two", "three"):
        last = await _create(client, conversation_name=name)
    await client.post(f"/v2/conversations/{last['conversation_id']}/end")
    active = (await client.get("/v2/conversations?status=active&sort=ascending")).json()
    assert [entry["conversation_name"] for entry in active["data"]] == ["one", "two"]
    assert (await client.get("/v2/conversations?status=ended")).json()["data"][0]["conversation_name"] == "three"
    assert (await client.get("/v2/conversations?name=tw")).json()["total_count"] == 1
