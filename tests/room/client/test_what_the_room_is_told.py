"""What a client and its room tell each other beside the conversation: servers for the way, and how a microphone is to be heard."""

import asyncio
from pathlib import Path
from unittest.mock import patch

from engine.room.client import CallClient, RoomClient
from engine.secret import Secret
from tests.real_time import until
from tests.room.client.appliance import Appliance, appliance_in
from tests.room.client.test_client import connection_of
from tests.room.client.test_daily_client import outcome
from tests.room.client.test_daily_inputs import processor
from tests.room.turn_server import SECRET, turn_server


async def test_the_servers_of_the_room_are_those_of_the_connection(home: Path, tmp_path: Path) -> None:
    async with turn_server(tmp_path) as turn:
        url = f"turn:127.0.0.1:{turn.port}?transport=udp"
        async with (
            appliance_in(home, turn_url=(url,), turn_secret=Secret(SECRET)) as appliance,
            RoomClient() as room,
        ):
            await room.join(await appliance.room())
            sdp = connection_of(room)._peer.localDescription.sdp
            relayed = [line for line in sdp.splitlines() if line.startswith("a=candidate") and "typ relay" in line]
            assert relayed, "the server gave an address"
            assert room.state == "joined"


async def test_without_servers_of_the_room_nobody_else_hears_of_the_call(appliance: Appliance) -> None:
    async with RoomClient() as room:
        await room.join(await appliance.room())
        sdp = connection_of(room)._peer.localDescription.sdp
        candidates = [line for line in sdp.splitlines() if line.startswith("a=candidate")]
        assert candidates
        assert all(" 127.0.0.1 " in line and "typ host" in line for line in candidates)


async def test_noise_is_taken_out_for_whoever_wishes_it(appliance: Appliance) -> None:
    url = await appliance.room()
    director = appliance.calls._live(url.rpartition("/")[2]).director
    told: list[tuple[str, bool]] = []
    with patch.object(director, "suppress_noise", lambda who, on: told.append((who, on))):
        async with RoomClient() as ann, RoomClient() as bob:
            await ann.join(url, noise_cancellation=True)
            await bob.join(url)
            await until(lambda: (ann.session_id, True) in told)
            ann.cancel_noise(False)
            await until(lambda: told[-1] == (ann.session_id, False))
            assert (bob.session_id, True) not in told


async def test_noise_cancellation_by_the_names_of_daily_python(appliance: Appliance) -> None:
    url = await appliance.room()
    director = appliance.calls._live(url.rpartition("/")[2]).director
    told: list[bool] = []
    client = CallClient()
    try:
        with patch.object(director, "suppress_noise", lambda who, on: told.append(on)):
            await outcome(lambda done: client.join(url, completion=done))
            await outcome(lambda done: client.update_inputs(processor("noise-cancellation"), done))
            assert await outcome(lambda done: client.update_inputs(processor("none"), done)) == (None,)
            await until(lambda: told[-2:] == [True, False])
            [error] = await outcome(lambda done: client.update_inputs(processor("krisp"), done))
            assert "processor" in error
    finally:
        await asyncio.to_thread(client.release)
