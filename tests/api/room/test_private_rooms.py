"""Private rooms: nobody is let in, or told anything, without a token for that very room."""

import logging
import time
from typing import Any

import httpx
import jwt
import pytest

from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.api.conversations.created import create
from tests.fakes.call_host import FakeCallHost

OFFER = {"sdp": "v=0\r\n", "type": "offer"}
REFUSED = "You are not allowed to join this meeting"


@pytest.fixture
async def made(client: httpx.AsyncClient) -> dict[str, Any]:
    return await create(client, require_auth=True, properties={"participant_absent_timeout": 120})


async def _join(stranger: httpx.AsyncClient, made: dict[str, Any], token: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return await stranger.post(f"/rooms/{made['conversation_id']}/join", json=OFFER, headers=headers)


def _forged(store: Store, made: dict[str, Any], **changed: Any) -> str:
    claims = {
        "room": made["conversation_id"],
        "user_name": "",
        "is_owner": False,
        "exp": int(time.time()) + 60,
        **changed,
    }
    return jwt.encode(claims, store.secret("meeting tokens"), "HS256")


async def test_the_token_names_the_room_and_lasts_as_long_as_the_room_waits(store: Store, made: dict[str, Any]) -> None:
    claims = jwt.decode(made["meeting_token"], store.secret("meeting tokens"), algorithms=["HS256"])
    assert set(claims) == {"room", "user_name", "is_owner", "exp"}
    assert claims["room"] == made["conversation_id"]
    assert 110 < claims["exp"] - time.time() <= 120


async def test_an_open_room_has_no_token(client: httpx.AsyncClient) -> None:
    assert "meeting_token" not in await create(client, require_auth=False)
    assert "meeting_token" in await create(client, properties={"require_auth": True})


@pytest.mark.parametrize("way", ["header", "address"])
async def test_the_token_opens_the_room(
    stranger: httpx.AsyncClient, host: FakeCallHost, made: dict[str, Any], way: str
) -> None:
    room, token = made["conversation_id"], made["meeting_token"]
    headers, query = ({"authorization": f"Bearer {token}"}, "") if way == "header" else ({}, f"?t={token}")
    facts = await stranger.get(f"/rooms/{room}{query}", headers=headers)
    assert facts.json()["status"] == "active"
    joined = await stranger.post(f"/rooms/{room}/join{query}", json={**OFFER, "user_name": "Ada"}, headers=headers)
    assert joined.status_code == 200
    assert host.joined == [(room, "Ada")]


async def test_whoever_gives_no_name_gets_the_one_of_the_token(
    stranger: httpx.AsyncClient, host: FakeCallHost, store: Store, made: dict[str, Any]
) -> None:
    assert (await _join(stranger, made, _forged(store, made, user_name="Grace"))).status_code == 200
    assert host.joined == [(made["conversation_id"], "Grace")]


async def test_without_a_token_nothing_is_told_and_nobody_gets_in(
    stranger: httpx.AsyncClient, host: FakeCallHost, made: dict[str, Any]
) -> None:
    room = made["conversation_id"]
    assert (await stranger.get(f"/{room}")).status_code == 200, "the page says why it cannot join"
    for response in (await stranger.get(f"/rooms/{room}"), await _join(stranger, made, "")):
        assert refusal(response, 401) == f"{REFUSED}: this room is private and the meeting token is missing."
        assert response.headers["www-authenticate"] == "Bearer"
    assert host.joined == []


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "x" * 5000, "ü"])
async def test_what_is_no_token_of_ours_is_refused(
    stranger: httpx.AsyncClient, made: dict[str, Any], token: str
) -> None:
    response = await stranger.get(f"/rooms/{made['conversation_id']}", params={"t": token})
    assert "not one that this installation has given out" in refusal(response, 401)


async def test_tokens_signed_otherwise_are_refused(
    stranger: httpx.AsyncClient, store: Store, made: dict[str, Any]
) -> None:
    claims = {"room": made["conversation_id"], "user_name": "", "exp": int(time.time()) + 60}
    endless = {"room": made["conversation_id"], "user_name": ""}
    for token in (
        jwt.encode(claims, "another key, which is long enough to be one", "HS256"),
        jwt.encode(claims, "", "none"),
        jwt.encode(claims, store.secret("meeting tokens") * 2, "HS512"),
        jwt.encode(claims, store.secret("another purpose"), "HS256"),
        jwt.encode(endless, store.secret("meeting tokens"), "HS256"),
    ):
        assert refusal(await _join(stranger, made, token), 401)


async def test_an_expired_token_opens_nothing(stranger: httpx.AsyncClient, store: Store, made: dict[str, Any]) -> None:
    response = await _join(stranger, made, _forged(store, made, exp=int(time.time()) - 1))
    assert refusal(response, 401) == f"{REFUSED}: the meeting token has expired."


async def test_an_owner_comes_as_one(
    stranger: httpx.AsyncClient, host: FakeCallHost, store: Store, made: dict[str, Any]
) -> None:
    for is_owner in (True, False, "yes", None):
        assert (await _join(stranger, made, _forged(store, made, is_owner=is_owner))).status_code == 200
    assert host.owners == [True, False, False, False]


async def test_who_has_a_place_comes_back_even_when_the_token_has_expired(
    stranger: httpx.AsyncClient, host: FakeCallHost, store: Store, made: dict[str, Any]
) -> None:
    room = made["conversation_id"]
    resume_token = (await _join(stranger, made, made["meeting_token"])).json()["resume_token"]
    headers = {"authorization": f"Bearer {_forged(store, made, exp=int(time.time()) - 1)}"}
    for token in ("", "resume2", "x" * 150):
        body = {**OFFER, "resume_token": token}
        assert refusal(await stranger.post(f"/rooms/{room}/join", json=body, headers=headers), 401)
        asked = await stranger.get(f"/rooms/{room}", headers={**headers, "x-resume-token": token})
        assert refusal(asked, 401)
    facts = await stranger.get(f"/rooms/{room}", headers={**headers, "x-resume-token": resume_token})
    assert facts.status_code == 200
    again = await stranger.post(f"/rooms/{room}/join", json={**OFFER, "resume_token": resume_token}, headers=headers)
    assert again.json()["session_id"] == "session1"


async def test_the_token_of_another_room_opens_nothing(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, host: FakeCallHost, made: dict[str, Any]
) -> None:
    other = await create(client, require_auth=True)
    response = await _join(stranger, made, other["meeting_token"])
    assert refusal(response, 403) == f"{REFUSED}: the meeting token is for another room."
    assert host.joined == []


async def test_whoever_comes_after_the_end_is_told_of_the_end(
    stranger: httpx.AsyncClient, host: FakeCallHost, store: Store, made: dict[str, Any]
) -> None:
    await host.end(made["conversation_id"], "participant_absent_timeout")
    expired = _forged(store, made, exp=int(time.time()) - 1)
    assert refusal(await _join(stranger, made, expired), 409) == "This conversation has ended"
    facts = await stranger.get(f"/rooms/{made['conversation_id']}", params={"t": expired})
    assert facts.json()["status"] == "ended"


async def test_no_token_is_logged_or_shown_again(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, made: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await stranger.get(f"/rooms/{made['conversation_id']}", params={"t": made["meeting_token"]})
    await _join(stranger, made, made["meeting_token"] + "x")
    own = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert made["meeting_token"] not in "\n".join(own)
    got = await client.get(f"/v2/conversations/{made['conversation_id']}?verbose=true")
    assert made["meeting_token"] not in got.text
    assert got.json()["require_auth"] is True
