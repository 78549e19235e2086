"""The room: page, facts, joining and leaving."""

import json
from dataclasses import replace

import httpx
import pytest

from engine.api.dependencies import room_page_folder
from engine.api.room.routes import JOINS_AT_ONCE
from engine.conversation.calls import SpeakingVoice
from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.fakes.call_host import FakeCallHost

OFFER = {"sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n", "type": "offer"}


@pytest.fixture
async def room(client: httpx.AsyncClient) -> str:
    body = {"persona_id": "pb87e71797da", "conversation_name": "Tea", "properties": {"enable_closed_captions": True}}
    response = await client.post("/v2/conversations", json=body)
    return str(response.json()["conversation_id"])


async def test_the_conversation_url_is_a_page_that_loads_from_here_alone(
    stranger: httpx.AsyncClient, room: str
) -> None:
    for method in ("GET", "HEAD"):
        page = await stranger.request(method, f"/{room}")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        policy = page.headers["content-security-policy"]
        for rule in ("default-src 'self'", "connect-src 'self'", "frame-ancestors *"):
            assert rule in policy
        assert "unsafe" not in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-cache"
        assert "microphone=(self)" in page.headers["permissions-policy"]
        assert "x-frame-options" not in page.headers
    assert "<title>Room" in (await stranger.get(f"/{room}")).text


async def test_a_program_that_forgot_the_version_in_its_path_is_told_so(stranger: httpx.AsyncClient) -> None:
    assert refusal(await stranger.get("/conversations"), 404).endswith("the paths of the API begin with /v2")
    assert refusal(await stranger.post("/conversations", json={}), 405).endswith("the paths of the API begin with /v2")
    assert refusal(await stranger.get("/conversations/c1"), 404).endswith("the paths of the API begin with /v2")


async def test_an_unknown_room_shows_the_page_as_not_found(stranger: httpx.AsyncClient) -> None:
    page = await stranger.get("/cnowhere", headers={"accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert refusal(await stranger.get("/rooms/cnowhere"), 404) == "This conversation does not exist"
    assert refusal(await stranger.get("/favicon.ico"), 404)


@pytest.mark.parametrize(
    ("name", "kind"), [("room.js", "text/javascript; charset=utf-8"), ("index.html", None), ("secret.py", None)]
)
async def test_only_public_kinds_of_files_are_served(stranger: httpx.AsyncClient, name: str, kind: str | None) -> None:
    response = await stranger.get(f"/room/static/{name}")
    if kind is None:
        assert refusal(response, 404)
    else:
        assert response.headers["content-type"] == kind
        assert response.headers["cache-control"] == "no-cache"
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["../secret.py", "..%2Fsecret.js", "%2e%2e/room.js", ".hidden.js", "missing.js", "/etc/passwd.js"],
)
async def test_no_path_leads_out_of_the_folder(stranger: httpx.AsyncClient, name: str) -> None:
    assert refusal(await stranger.get(f"/room/static/{name}"), 404)


async def test_the_facts_say_what_a_participant_may_know(
    stranger: httpx.AsyncClient, client: httpx.AsyncClient, room: str
) -> None:
    facts = (await stranger.get(f"/rooms/{room}")).json()
    assert facts == {
        "conversation_id": room,
        "conversation_name": "Tea",
        "replica_name": "Robin",
        "status": "active",
        "closed_captions": True,
        "audio_only": False,
        "basic_voice": False,
        "stock_voice": False,
        "ice_servers": [],
        "recording_enabled": False,
    }
    await client.post(f"/v2/conversations/{room}/end")
    ended = await stranger.get(f"/rooms/{room}")
    assert (ended.status_code, ended.json()["status"]) == (200, "ended")


async def test_the_facts_say_when_a_stock_voice_speaks_for_a_person(
    stranger: httpx.AsyncClient, client: httpx.AsyncClient, host: FakeCallHost, store: Store
) -> None:
    body = {"replica_name": "Me", "train_video_url": "https://files.example/me.mp4"}
    replica_id = (await client.post("/v2/replicas", json=body)).json()["replica_id"]
    # Training comes with a later version; the room asks only whose replica it is.
    await store.replicas.change(replica_id, lambda record: replace(record, status="completed"))
    created = await client.post("/v2/conversations", json={"replica_id": replica_id, "persona_id": "pb87e71797da"})
    conversation_id = created.json()["conversation_id"]
    for own in (False, True):
        host.voice = SpeakingVoice(basic=False, own=own)
        assert (await stranger.get(f"/rooms/{conversation_id}")).json()["stock_voice"] is not own


async def test_an_offer_is_answered(stranger: httpx.AsyncClient, room: str, host: FakeCallHost) -> None:
    answer = (await stranger.post(f"/rooms/{room}/join", json={**OFFER, "user_name": " Ada "})).json()
    assert answer == {
        "sdp": "v=0\r\n",
        "type": "answer",
        "session_id": "session1",
        "resume_token": "resume1",
        "replica_name": "Robin",
    }
    assert host.joined == [(room, "Ada")]
    assert host.owners == [False], "in an open room nobody has proven to be its owner"


async def test_a_resume_token_leads_back_to_the_same_place(
    stranger: httpx.AsyncClient, room: str, host: FakeCallHost
) -> None:
    first = (await stranger.post(f"/rooms/{room}/join", json=OFFER)).json()
    again = await stranger.post(f"/rooms/{room}/join", json={**OFFER, "resume_token": first["resume_token"]})
    assert again.json()["session_id"] == first["session_id"]
    for nothing in (None, "", "of another day"):
        other = (await stranger.post(f"/rooms/{room}/join", json={**OFFER, "resume_token": nothing})).json()
        assert other["session_id"] != first["session_id"]


@pytest.mark.parametrize(
    "body",
    [
        {"sdp": "hello", "type": "offer"},
        {"sdp": "", "type": "offer"},
        {"sdp": "v=0", "type": "answer"},
        {"sdp": 7, "type": "offer"},
        {"sdp": "v=0" + "x" * 70_000, "type": "offer"},
        {"sdp": "v=0\ud800", "type": "offer"},
        {"sdp": "v=0", "type": "offer", "user_name": "x" * 101},
        {"sdp": "v=0", "type": "offer", "resume_token": "x" * 201},
        {"sdp": "v=0", "type": "offer", "resume_token": 7},
        {"type": "offer"},
        [],
    ],
)
async def test_a_malformed_offer_is_refused(
    stranger: httpx.AsyncClient, room: str, host: FakeCallHost, body: object
) -> None:
    raw = json.dumps(body)
    response = await stranger.post(f"/rooms/{room}/join", content=raw, headers={"content-type": "application/json"})
    assert refusal(response, 400)
    assert host.joined == []


async def test_nobody_joins_what_has_ended_or_never_was(
    stranger: httpx.AsyncClient, client: httpx.AsyncClient, room: str, host: FakeCallHost
) -> None:
    assert refusal(await stranger.post("/rooms/cnowhere/join", json=OFFER), 404) == "This conversation does not exist"
    await host.end(room, "participant_left_timeout")
    assert refusal(await stranger.post(f"/rooms/{room}/join", json=OFFER), 409) == "This conversation has ended"


async def test_a_call_that_vanished_has_ended(stranger: httpx.AsyncClient, room: str, host: FakeCallHost) -> None:
    host.live.clear()
    assert refusal(await stranger.post(f"/rooms/{room}/join", json=OFFER), 409) == "This conversation has ended"


async def test_joining_without_pause_is_slowed_down(stranger: httpx.AsyncClient, room: str) -> None:
    answers = [await stranger.post("/rooms/cnowhere/join", json=OFFER) for _ in range(JOINS_AT_ONCE + 20)]
    assert {answer.status_code for answer in answers[:JOINS_AT_ONCE]} == {404}
    assert refusal(answers[-1], 429)
    assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize("kind", ["application/json", "text/plain;charset=UTF-8"])
async def test_leaving_works_from_a_page_that_is_being_closed(
    stranger: httpx.AsyncClient, room: str, host: FakeCallHost, kind: str
) -> None:
    body = json.dumps({"resume_token": "resume1"})
    response = await stranger.post(f"/rooms/{room}/leave", content=body, headers={"content-type": kind})
    assert (response.status_code, response.content) == (204, b"")
    assert host.left == [(room, "resume1")]


async def test_a_page_that_may_be_back_says_so(stranger: httpx.AsyncClient, room: str, host: FakeCallHost) -> None:
    for body, may_return in (({}, False), ({"may_return": False}, False), ({"may_return": True}, True)):
        response = await stranger.post(f"/rooms/{room}/leave", json={"resume_token": "resume1", **body})
        assert response.status_code == 204
        assert (host.left[-1], host.returning[-1]) == ((room, "resume1"), may_return)


async def test_what_everybody_in_the_room_knows_sends_nobody_away(
    stranger: httpx.AsyncClient, room: str, host: FakeCallHost
) -> None:
    assert refusal(await stranger.post(f"/rooms/{room}/leave", json={"session_id": "session1"}), 400)
    assert host.left == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"resume_token": 7}',
        b'{"resume_token": null, "session_id": "session1"}',
        b'{"resume_token": "resume1", "may_return": 1}',
        b"\xff",
        b"[" * 100_000,
    ],
)
async def test_leaving_with_nonsense_is_refused(
    stranger: httpx.AsyncClient, room: str, host: FakeCallHost, body: bytes
) -> None:
    assert refusal(await stranger.post(f"/rooms/{room}/leave", content=body), 400)
    assert host.left == []


async def test_the_description_is_openapi_3_1_and_no_page_loads_from_a_cdn(stranger: httpx.AsyncClient) -> None:
    document = (await stranger.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    create = document["paths"]["/v2/conversations"]["post"]
    assert create["security"]
    assert {"400", "401", "429"} <= set(create["responses"])
    for path in ("/docs", "/redoc"):
        assert "cdn" not in (await stranger.get(path)).text.lower()


def test_the_page_folder_of_the_installation_is_found() -> None:
    assert (room_page_folder() / "__init__.py").is_file()
