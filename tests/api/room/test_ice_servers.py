"""TURN servers in the facts of a room: for who may join, and while there is something to join."""

from pathlib import Path

import httpx
import pytest

from engine.secret import Secret
from engine.settings import Settings
from tests.api.conftest import ENVIRONMENT_KEY, refusal

SECRET = "nobody sees this"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home",
        api_key=Secret(ENVIRONMENT_KEY),
        turn_url=("turn:turn.example?transport=udp",),
        turn_secret=Secret(SECRET),
    )


async def test_everybody_who_may_join_has_a_credential_until_the_conversation_ends(
    stranger: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    created = (await client.post("/v2/conversations", json={"persona_id": "pb87e71797da"})).json()
    room = f"/rooms/{created['conversation_id']}"
    answers = [await stranger.get(room) for _ in range(2)]
    first, second = [answer.json()["ice_servers"][0] for answer in answers]
    assert first["urls"] == ["turn:turn.example?transport=udp"]
    assert first["username"] != second["username"]
    assert all(SECRET not in answer.text for answer in answers)
    await client.post(f"/v2/conversations/{created['conversation_id']}/end")
    assert (await stranger.get(room)).json()["ice_servers"] == []


async def test_a_private_room_gives_none_to_who_has_no_token(
    stranger: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    body = {"persona_id": "pb87e71797da", "require_auth": True}
    created = (await client.post("/v2/conversations", json=body)).json()
    refused = await stranger.get(f"/rooms/{created['conversation_id']}")
    assert refusal(refused, 401)
    assert "ice_servers" not in refused.text
    admitted = await stranger.get(f"/rooms/{created['conversation_id']}", params={"t": created["meeting_token"]})
    assert len(admitted.json()["ice_servers"]) == 1
