"""Events whose producers are still to be built go through a real room all the same: the fakes of the layers tell them, and everybody who
follows the conversation gets them, word for word."""

from pathlib import Path
from typing import Any

from engine.conversation import events
from engine.conversation.protocol_table import ROWS
from engine.room.client import RoomClient
from tests.real_time import until
from tests.room.client.appliance import appliance_in

CARRIED = 262_144
"""Bytes that this client's data channel takes at once."""
LATER = (
    events.PerceptionToolCall("i", "greet", {"who": "Ann"}, "vision", frames=({"data": "x" * (CARRIED * 2 // 3)},) * 2),
    events.PerceptionAnalysis(None, "A person in a red jacket. " * (CARRIED // 10)),
    events.ObjectivePending("i", "ask_name", {"name": "Ann"}),
    events.KnowledgeUsed("i", (("d1", "Menu"), ("d2", "Prices"))),
)
"""One each; two of them are longer than a data channel carries at once."""


async def test_everything_that_a_later_producer_tells_arrives_over_webrtc_and_over_http(home: Path) -> None:
    assert {event.event_type for event in LATER} == {
        row.name for row in ROWS if row.direction == "out" and row.produced == "later"
    }
    in_room: list[dict[str, Any]] = []
    async with appliance_in(home) as appliance, RoomClient() as room:
        url = await appliance.room()
        conversation_id = url.rpartition("/")[2]
        room.on_message(in_room.append)
        await room.join(url)
        director = appliance.calls._live(conversation_id).director
        for event in LATER:
            director.announce(event)
        await until(lambda: any(m["event_type"] == LATER[-1].event_type for m in in_room))
        stream = appliance.calls.follow(conversation_id, 0)
        told: list[dict[str, Any]] = []
        async for entry in stream:
            assert entry is not None
            told.append(entry.message)
            if told[-1]["event_type"] == LATER[-1].event_type:
                break
    outside = [m for m in told if "seq" in m]
    assert [m["properties"] for m in outside] == [event.properties() for event in LATER]
    assert [m["seq"] for m in outside] == [1, 2, 3, 4]
    assert list(dict.fromkeys(m["seq"] for m in in_room if "seq" in m)) == [1, 2, 3, 4]
    whole = {m["seq"]: m for m in in_room if "seq" in m}
    for seq in (3, 4):
        assert whole[seq] == outside[seq - 1]
    assert len(whole[1]["properties"]["frames"]) == 1, "a call is told once, with the pictures that fit"
    parts = [m["properties"] for m in in_room if m.get("seq") == 2]
    assert "".join(part["analysis"] for part in parts) == LATER[1].properties()["analysis"]
    assert [part["done"] for part in parts] == [False] * (len(parts) - 1) + [True]
