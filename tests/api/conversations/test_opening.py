"""What a new conversation asks for: what reaches the call, what is kept without effect, what is refused."""

import re
from typing import Any

import httpx
import pytest

from engine.errors import CapacityError, InvalidInputError, ModelUnavailableError
from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.api.conversations.created import FACE, PERSONA, create
from tests.fakes.call_host import FakeCallHost


async def test_a_limit_of_people_counts_wherever_it_is_given(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    made = await create(client, properties={"max_participants": 2})
    assert host.live[made["conversation_id"]][0].fields == {"max_participants": 2}


async def test_the_greeting_of_the_persona_stands_in_for_one_of_the_conversation(
    client: httpx.AsyncClient, host: FakeCallHost, store: Store
) -> None:
    fields = {"system_prompt": "x", "default_replica_id": FACE, "greeting": "Welcome."}
    persona = await store.personas.create("Ada", fields)
    for given, greeting in ((None, "Welcome."), ("Hi!", "Hi!")):
        made = await create(client, persona_id=persona.persona_id, custom_greeting=given)
        assert host.live[made["conversation_id"]][0].custom_greeting == greeting


async def test_what_only_we_can_say_is_not_taken_from_a_request(client: httpx.AsyncClient) -> None:
    made = await create(client, status="ended", meeting_token="mine", enforced=False, something_newer=[1])
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}")).json()
    assert got["status"] == "active"
    assert "meeting_token" not in got
    assert "enforced" not in got
    assert got["something_newer"] == [1]


async def test_secrets_are_shown_masked_and_reach_the_call_whole(
    client: httpx.AsyncClient, host: FakeCallHost, store: Store
) -> None:
    arn = "arn:aws:iam::123456789012:role/Recordings"
    properties = {
        "aws_assume_role_arn": arn,
        "recording_storage": {"provider": "s3", "bucket_name": "calls", "assume_role_arn": arn},
    }
    made = await create(client, properties=properties)
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}")).json()["properties"]
    assert got["aws_assume_role_arn"] == got["recording_storage"]["assume_role_arn"] == "********ings"
    assert got["recording_storage"]["bucket_name"] == "calls"
    kept = await store.conversations.get(made["conversation_id"])
    assert kept is not None
    assert kept.properties == host.live[made["conversation_id"]][0].properties == properties
    dump = await store.database.read(lambda tables: "\n".join(tables.conn.iterdump()))
    assert arn not in dump


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ({"transport": {"transport_type": "livekit"}}, "livekit"),
    ],
)
async def test_a_persona_that_would_run_otherwise_than_it_says_does_not_run(
    client: httpx.AsyncClient, layers: dict[str, Any], told: str
) -> None:
    body = {"system_prompt": "x", "default_replica_id": FACE, "layers": layers}
    persona = (await client.post("/v2/personas", json=body)).json()["persona_id"]
    assert told in refusal(await client.post("/v2/conversations", json={"persona_id": persona}), 400)


async def test_what_is_harmless_is_kept_and_said_to_be_without_effect(client: httpx.AsyncClient, store: Store) -> None:
    document = await store.documents.create("Prices", {}, status="ready")
    made = await create(
        client,
        memory_stores=["anna"],
        document_ids=[document.resource_id],
        document_tags=["a"],
        document_retrieval_strategy="speed",
        properties={
            "apply_greenscreen": True,
            "background_source_url": "https://x.test/sea.png",
            "enable_recording": True,
            "enable_closed_captions": True,
            "language": "french",
            "recording_s3_bucket_name": "calls",
            "recording_s3_bucket_region": "eu-north-1",
            "recording_storage": {"provider": "gcs"},
        },
    )
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}?verbose=true")).json()
    assert got["enforced"] is False
    assert got["memory_stores"] == ["anna"]
    assert got["not_enforced"] == [
        "memory_stores",
        "document_ids",
        "document_tags",
        "document_retrieval_strategy",
        "properties.background_source_url",
        "properties.recording_s3_bucket_name",
        "properties.recording_s3_bucket_region",
        "properties.recording_storage",
        "properties.language",
    ]
    plain = await create(client)
    assert "enforced" not in (await client.get(f"/v2/conversations/{plain['conversation_id']}?verbose=true")).json()


async def test_test_mode_creates_an_ended_conversation_without_a_call(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    host.capacity = 0
    made = await create(client, test_mode=True)
    assert made["status"] == "ended"
    assert not host.is_live(made["conversation_id"])
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}?verbose=true")).json()
    assert (got["test_mode"], got["status"], got["events"]) == (True, "ended", [])
    assert "shutdown_reason" not in got


async def test_test_mode_takes_what_cannot_run_yet_and_says_so(client: httpx.AsyncClient) -> None:
    made = await create(
        client,
        test_mode=True,
        meeting_url="https://meet.example/x",
        properties={"livekit_ws_url": "wss://x.test", "livekit_room_token": "a-token-that-nobody-else-may-see"},
    )
    got = (await client.get(f"/v2/conversations/{made['conversation_id']}?verbose=true")).json()
    assert got["not_enforced"] == ["meeting_url", "properties.livekit_room_token", "properties.livekit_ws_url"]
    assert got["properties"]["livekit_room_token"] == "********-see"
    assert refusal(await client.post("/v2/conversations", json={"persona_id": PERSONA, "document_ids": ["d"]}), 400)


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


async def test_a_replica_that_is_not_ready_cannot_join(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v2/replicas", json={"train_video_url": "https://x.test/v.mp4"})).json()
    response = await client.post("/v2/conversations", json={"replica_id": made["replica_id"]})
    assert f"{made['replica_id']} is in status" in refusal(response, 400)


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
        ({"persona_id": PERSONA, "properties": {"language": "Klingon"}}, "language: 'Klingon'.*Spanish.*multilingual"),
        ({"persona_id": PERSONA, "properties": {"livekit_ws_url": "wss://x"}}, "livekit_ws_url.*not built"),
        ({"persona_id": PERSONA, "properties": {"livekit_room_token": "t"}}, "livekit_room_token.*not built"),
        ({"persona_id": PERSONA, "properties": {"max_participants": 1}}, "properties.max_participants: 1"),
        ({"persona_id": PERSONA, "properties": {"background_source_url": "green"}}, "background_source_url"),
        ({"persona_id": PERSONA, "properties": {"recording_storage": {}}}, "recording_storage.provider is required"),
        (
            {"persona_id": PERSONA, "properties": {"recording_storage": {"provider": "tape"}}},
            "recording_storage.provider: 'tape'.*azure_blob",
        ),
        ({"persona_id": PERSONA, "memory_stores": "anna"}, "memory_stores: 'anna'"),
        ({"persona_id": PERSONA, "memory_stores": [""]}, "memory_stores.0"),
        ({"persona_id": PERSONA, "document_ids": ["d1"]}, "^Invalid document_ids: there is no 'd1'$"),
        ({"persona_id": PERSONA, "document_ids": ["../x"]}, "^Invalid document_ids"),
        ({"persona_id": PERSONA, "meeting_url": "https://meet.example/x"}, "meeting_url.*not built"),
        ({"persona_id": PERSONA, "meeting_url": "zoom"}, "meeting_url: 'zoom'"),
        ({"persona_id": PERSONA, "document_retrieval_strategy": "psychic"}, "document_retrieval_strategy"),
    ],
)
async def test_what_is_wrong_or_not_built_is_named_and_nothing_is_kept(
    client: httpx.AsyncClient, body: dict[str, Any], told: str
) -> None:
    text = refusal(await client.post("/v2/conversations", json=body), 400)
    assert re.search(told, text), text
    assert (await client.get("/v2/conversations")).json() == {"data": [], "total_count": 0}


async def test_a_language_that_is_not_installed_is_refused_with_the_command_that_brings_it(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    host.missing_languages = frozenset({"French"})
    body = {"persona_id": PERSONA, "properties": {"language": "French"}}
    text = refusal(await client.post("/v2/conversations", json=body), 400)
    assert re.search("^properties.language: 'French' is not accepted.*visavis models pull", text), text
    assert (await client.get("/v2/conversations")).json()["total_count"] == 0
    checked = await client.post("/v2/conversations", json={**body, "test_mode": True})
    assert checked.status_code == 200, "nobody is going to speak it"


async def test_what_the_machine_cannot_carry_is_a_429_that_says_so(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    first, _ = await create(client), await create(client)
    response = await client.post("/v2/conversations", json={"persona_id": PERSONA})
    assert refusal(response, 429) == "This machine carries 2 conversations at once"
    assert response.headers["retry-after"] == "7"
    assert (await client.get("/v2/conversations")).json()["total_count"] == 2, "nothing was kept of the refused one"
    await client.post(f"/v2/conversations/{first['conversation_id']}/end")
    await create(client)


@pytest.mark.parametrize(
    ("error", "status_code"),
    [
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


async def test_who_is_overtaken_by_another_leaves_nothing_behind(
    client: httpx.AsyncClient, host: FakeCallHost, store: Store
) -> None:
    host.fails_with = CapacityError("too late")
    body = {"persona_id": PERSONA, "callback_url": "http://127.0.0.1:1/hook"}
    assert refusal(await client.post("/v2/conversations", json=body), 429) == "too late"
    assert (await client.get("/v2/conversations")).json() == {"data": [], "total_count": 0}
    assert await store.outbox.deliveries() == []
