"""`/v2/webhook-deliveries`."""

import httpx
import pytest

from engine.store.call_events import ShutdownReason, replica_joined, shutdown
from engine.store.opening import Store
from tests.api.conftest import refusal

URL = "http://127.0.0.1:5000/webhook"


@pytest.fixture
async def streams(store: Store) -> list[str]:
    """Two conversations with two callbacks each; the very first was delivered, the very last given up."""
    made = []
    for _ in range(2):
        record = await store.conversations.create(
            conversation_name="n", persona_id="p1", replica_id="r1", callback_url=URL
        )
        await store.conversations.record_event(record.conversation_id, replica_joined("r1"))
        await store.conversations.end(
            record.conversation_id, [shutdown("r1", ShutdownReason.END_CONVERSATION_ENDPOINT_HIT)]
        )
        made.append(record.conversation_id)
    first, *_, last = await store.outbox.deliveries()
    await store.outbox.delivered(first.delivery_id, 204)
    await store.outbox.gave_up(last.delivery_id, "the receiver answered 410", 410)
    return made


async def _list(client: httpx.AsyncClient, **query: str | int) -> list[int]:
    answer = await client.get("/v2/webhook-deliveries", params=query)
    assert answer.status_code == 200, answer.text
    return [entry["delivery_id"] for entry in answer.json()["data"]]


async def test_deliveries_are_listed_newest_first_without_what_they_carry(
    client: httpx.AsyncClient, streams: list[str]
) -> None:
    answer = (await client.get("/v2/webhook-deliveries")).json()
    assert answer["total_count"] == 4
    last, *_, first = answer["data"]
    assert last["stream"] == streams[1]
    assert (last["status"], last["last_status"], last["last_error"]) == ("failed", 410, "the receiver answered 410")
    assert (first["status"], first["last_status"], first["last_error"]) == ("delivered", 204, None)
    assert first["event_type"] == "system.replica_joined"
    assert first["delivered_at"].endswith("Z")
    assert first["next_attempt_at"] is None
    assert "payload" not in first


async def test_pages_are_counted_from_one(client: httpx.AsyncClient, streams: list[str]) -> None:
    everything = await _list(client)
    assert await _list(client, limit=3, page=2) == everything[3:]
    assert await _list(client, sort="ascending") == everything[::-1]
    assert "page" in refusal(await client.get("/v2/webhook-deliveries", params={"page": 0}), 400)


async def test_deliveries_are_found_by_state_stream_and_event(client: httpx.AsyncClient, streams: list[str]) -> None:
    fourth, third, second, first = await _list(client)
    assert await _list(client, status="pending") == [third, second]
    assert await _list(client, status="failed") == [fourth]
    assert await _list(client, status="delivered") == [first]
    assert await _list(client, stream=streams[0]) == [second, first]
    assert await _list(client, event_type="system.shutdown") == [fourth, second]
    assert await _list(client, stream="cunknown") == []
    assert "status" in refusal(await client.get("/v2/webhook-deliveries", params={"status": "lost"}), 400)


async def test_one_delivery_shows_what_it_carries_and_what_came_of_it(
    client: httpx.AsyncClient, streams: list[str]
) -> None:
    delivery_id = (await _list(client))[0]
    shown = (await client.get(f"/v2/webhook-deliveries/{delivery_id}")).json()
    assert shown["payload"] == {
        "properties": {
            "replica_id": "r1",
            "shutdown_reason": "end_conversation_endpoint_hit",
            "reason": "end_conversation_endpoint_hit",
        },
        "conversation_id": streams[1],
        "webhook_url": URL,
        "event_type": "system.shutdown",
        "message_type": "system",
        "timestamp": shown["payload"]["timestamp"],
    }
    assert shown["attempts"] == 1
    assert shown["url"] == URL
    assert shown["webhook_id"].startswith("msg_")
    assert shown["last_attempt_at"] >= shown["created_at"]


async def test_what_was_given_up_can_be_sent_again(client: httpx.AsyncClient, streams: list[str], store: Store) -> None:
    delivery_id = (await _list(client))[0]
    answer = await client.post(f"/v2/webhook-deliveries/{delivery_id}/replay")
    assert answer.status_code == 202
    queued = answer.json()
    assert (queued["status"], queued["replay_of"], queued["attempts"]) == ("pending", delivery_id, 0)
    original = (await client.get(f"/v2/webhook-deliveries/{delivery_id}")).json()
    assert original["status"] == "failed"
    assert queued["payload"] == original["payload"]
    assert [entry.delivery_id for entry in await store.outbox.deliveries(streams[1])][-1] == queued["delivery_id"]


async def test_what_was_delivered_can_be_sent_again_and_what_waits_cannot(
    client: httpx.AsyncClient, streams: list[str]
) -> None:
    _, _, waiting, delivered = await _list(client)
    assert (await client.post(f"/v2/webhook-deliveries/{delivered}/replay")).status_code == 202
    text = refusal(await client.post(f"/v2/webhook-deliveries/{waiting}/replay"), 409)
    assert text == f"delivery_id: {waiting} is still pending and is tried again anyway"


@pytest.mark.parametrize("delivery_id", ["999", "9223372036854775807"])
async def test_an_unknown_delivery_is_not_found(client: httpx.AsyncClient, delivery_id: str) -> None:
    assert refusal(await client.get(f"/v2/webhook-deliveries/{delivery_id}"), 404) == "Delivery not found"
    assert refusal(await client.post(f"/v2/webhook-deliveries/{delivery_id}/replay"), 404) == "Delivery not found"


@pytest.mark.parametrize("delivery_id", ["0", "-1", "msg_1", "9223372036854775808", "1e3"])
async def test_what_is_no_number_of_a_delivery_is_refused(client: httpx.AsyncClient, delivery_id: str) -> None:
    assert "delivery_id" in refusal(await client.get(f"/v2/webhook-deliveries/{delivery_id}"), 400)


async def test_erasing_a_conversation_erases_its_deliveries(client: httpx.AsyncClient, streams: list[str]) -> None:
    assert (await client.delete(f"/v2/conversations/{streams[0]}", params={"hard": "true"})).status_code == 204
    assert await _list(client, stream=streams[0]) == []
    assert len(await _list(client, stream=streams[1])) == 2


async def test_deliveries_are_for_those_with_a_key(stranger: httpx.AsyncClient) -> None:
    assert refusal(await stranger.get("/v2/webhook-deliveries"), 401)
    assert refusal(await stranger.post("/v2/webhook-deliveries/1/replay"), 401)
