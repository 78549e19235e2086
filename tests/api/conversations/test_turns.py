"""GET /v2/conversations/{id}/turns."""

from typing import Any

import httpx

from engine.conversation.trace import TurnTrace
from engine.store.opening import Store
from engine.store.turn_traces import TurnTraceRecord
from tests.api.conftest import refusal
from tests.api.conversations.created import create
from tests.fakes.call_host import FakeCallHost


def told(turn_idx: int) -> dict[str, Any]:
    """Return a turn as a running call tells it."""
    trace = TurnTrace(100.0, turn_idx, f"i{turn_idx}", first_sound=100.9, outcome="answered")
    trace.add("stt", 100.2, 100.3)
    return trace.as_json()


async def test_a_running_conversation_tells_its_turns_and_one_that_has_ended_those_that_were_kept(
    client: httpx.AsyncClient, host: FakeCallHost, store: Store
) -> None:
    conversation_id = (await create(client))["conversation_id"]
    url = f"/v2/conversations/{conversation_id}"
    host.turns = [told(1), told(2)]
    running = (await client.get(f"{url}/turns")).json()
    assert running["total_count"] == 2
    assert running["data"][1] == {
        "turn_idx": 2,
        "inference_id": "i2",
        "outcome": "answered",
        "last_voiced_at": 100.0,
        "first_sound_ms": 900.0,
        "stages": [{"name": "stt", "start_ms": 200.0, "end_ms": 300.0, "cancelled": False}],
    }
    await store.turn_traces.add(
        [TurnTraceRecord(conversation_id=conversation_id, created_at="2026-01-01T00:00:00Z", **told(2))]
    )
    await client.post(f"{url}/end")
    assert (await client.get(f"{url}/turns")).json() == {"data": running["data"][1:], "total_count": 1}


async def test_a_conversation_without_turns_has_an_empty_list_and_an_unknown_one_none(
    client: httpx.AsyncClient,
) -> None:
    url = f"/v2/conversations/{(await create(client))['conversation_id']}"
    await client.post(f"{url}/end")
    assert (await client.get(f"{url}/turns")).json() == {"data": [], "total_count": 0}
    await client.delete(url)
    for gone in (f"{url}/turns", "/v2/conversations/cnowhere/turns"):
        assert refusal(await client.get(gone), 400) == "Invalid conversation_id"
