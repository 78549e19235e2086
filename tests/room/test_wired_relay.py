"""The room's own way over the TURN server of its installation."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.network import NetworkPolicy
from engine.room.own_relay import OwnRelay
from engine.room.room import Room
from tests.room.test_relayed import candidates, relayed
from tests.room.test_room import Host
from tests.room.turn_server import turn_server


async def test_a_room_goes_by_the_server_of_its_installation(tmp_path: Path) -> None:
    async with turn_server(tmp_path) as turn:
        with ThreadPoolExecutor(1) as renderer:
            relay = OwnRelay(turn.servers(), NetworkPolicy())
            room = Room(Host(), renderer=renderer, frames_per_second=25, loopback=True, relay=relay)
            async with relayed(turn.servers().for_participant()) as person:
                joined = await room.join(await person.offer(), "Far away")
                assert candidates(joined.sdp, "relay")
            await room.close()
