"""A program that cannot join the room drives the conversation all the same, and misses nothing of it."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from engine.room.client import RoomClient
from tests.real_time import SOON, until
from tests.room.client.appliance import KEY, appliance_in

PROGRAM = Path(__file__).with_name("program_without_webrtc.py")


def spoken(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    told = [m["properties"] for m in messages if m["event_type"] == "conversation.utterance"]
    return [(each["role"], each["speech"]) for each in told]


async def test_over_http_alone_the_same_events_come_as_in_the_room_though_the_connection_breaks(home: Path) -> None:
    in_room: list[dict[str, Any]] = []
    async with appliance_in(home, answers=["Quite so."]) as appliance, RoomClient() as person:
        url = await appliance.room()
        base_url, _, conversation_id = url.rpartition("/")
        person.on_message(in_room.append)
        # The replica speaks while somebody is there to hear it.
        await person.join(url)
        program = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), base_url, conversation_id, KEY, stdout=asyncio.subprocess.PIPE
        )
        await until(lambda: ("replica", "The last sentence.") in spoken(in_room))
        await appliance.end(url)
        async with asyncio.timeout(SOON):
            printed, _ = await program.communicate()
        assert program.returncode == 0
    outside = [json.loads(line) for line in printed.decode().splitlines()]
    assert spoken(outside) == [
        ("replica", "The first sentence."),
        ("user", "What do you say?"),
        ("replica", "Quite so."),
        ("replica", "The last sentence."),
    ]
    assert [m for m in outside if "seq" in m] == [m for m in in_room if "seq" in m], (
        "each once, in order, word for word"
    )
    assert "system.shutdown" in [m["event_type"] for m in outside], "nothing follows, and the program ends by itself"
    assert "It rains." in appliance.layers.chat.prompts[-1][0].content
