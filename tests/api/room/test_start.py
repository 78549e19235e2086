"""The way in for a person: opening the appliance's address leads into a room."""

from dataclasses import replace

import httpx
import pytest

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.settings import Settings
from tests.api.conftest import BASE_URL, refusal
from tests.fakes.call_host import FakeCallHost

OFFER = {"sdp": "v=0\r\n", "type": "offer"}


async def test_opening_the_address_leads_into_a_room_without_a_key(
    stranger: httpx.AsyncClient, host: FakeCallHost
) -> None:
    answer = await stranger.get("/", headers={"sec-fetch-site": "none"})
    assert answer.status_code == 303
    conversation_id = answer.headers["location"].removeprefix("/")
    assert answer.headers["cache-control"] == "no-store"
    assert host.live[conversation_id][1].persona_id == "pb87e71797da"
    assert (await stranger.get(answer.headers["location"])).status_code == 200


async def test_opening_it_again_leads_to_the_same_room_until_somebody_is_in(stranger: httpx.AsyncClient) -> None:
    first, second = [(await stranger.get("/")).headers["location"] for _ in range(2)]
    assert first == second
    assert (await stranger.post(f"/rooms{first}/join", json=OFFER)).status_code == 200
    assert (await stranger.get("/")).headers["location"] != first


async def test_a_room_that_closed_meanwhile_is_not_led_to(stranger: httpx.AsyncClient, host: FakeCallHost) -> None:
    first = (await stranger.get("/")).headers["location"]
    await host.end(first.removeprefix("/"), "participant_absent_timeout")
    assert (await stranger.get("/")).headers["location"] != first


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_other_sites_cannot_fill_the_machine_with_rooms(
    stranger: httpx.AsyncClient, host: FakeCallHost, site: str
) -> None:
    assert refusal(await stranger.get("/", headers={"sec-fetch-site": site}), 403)
    assert refusal(await stranger.get("/", headers={"origin": "https://evil.example"}), 403)
    assert not host.live


@pytest.mark.parametrize(
    ("client_address", "asked"), [("192.168.1.20", "192.168.1.4:8765"), ("127.0.0.1", "192.168.1.4")]
)
async def test_other_machines_need_a_key_to_begin_a_conversation(
    dependencies: ApiDependencies, host: FakeCallHost, client_address: str, asked: str
) -> None:
    opened = replace(dependencies, settings=Settings(host="0.0.0.0"))
    transport = httpx.ASGITransport(create_api(opened), client=(client_address, 50000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers={"host": asked}) as client:
        assert "POST /v2/conversations" in refusal(await client.get("/"), 403)
    assert not host.live


async def test_a_full_machine_says_so(stranger: httpx.AsyncClient, host: FakeCallHost) -> None:
    host.capacity = 0
    assert refusal(await stranger.get("/"), 429)


async def test_a_machine_that_is_open_to_the_network_leads_its_own_people_in_with_a_token(
    dependencies: ApiDependencies, host: FakeCallHost
) -> None:
    opened = replace(dependencies, settings=Settings(host="0.0.0.0"))
    transport = httpx.ASGITransport(create_api(opened), client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        entry = (await client.get("/")).headers["location"]
        room, _, token = entry.partition("?t=")
        assert refusal(await client.post(f"/rooms{room}/join", json=OFFER), 401)
        joined = await client.post(f"/rooms{room}/join", params={"t": token}, json=OFFER)
    assert joined.status_code == 200
