"""Callbacks: at least once, in order, again after a failure and after a restart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engine.network import NetworkPolicy
from engine.store.call_events import ShutdownReason, replica_joined, shutdown, transcription_ready
from engine.store.opening import Store, open_store
from engine.webhooks.delivery import AT_ONCE, PER_RECEIVER, WebhookDelivery
from engine.webhooks.schedule import RetrySchedule
from engine.webhooks.signing import Signer
from tests.fakes.webhook_receiver import Answer, Receiver
from tests.real_time import SOON

QUICK = RetrySchedule(first_s=0.02, longest_s=0.1, attempts=4)
SIGNER = Signer(b"k" * 32)


@pytest.fixture
async def delivery(store: Store) -> AsyncIterator[WebhookDelivery]:
    made = WebhookDelivery(store.outbox, NetworkPolicy(), SIGNER, schedule=QUICK, look_again_s=0.2)
    made.start()
    yield made
    await made.close()


async def _conversation(store: Store, url: str) -> str:
    made = await store.conversations.create(conversation_name="n", persona_id="p1", replica_id="r1", callback_url=url)
    return made.conversation_id


async def test_a_conversation_tells_its_story_in_order(
    store: Store, receiver: Receiver, delivery: WebhookDelivery
) -> None:
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    transcript = [{"role": "user", "content": "Grüß dich."}]
    last = [shutdown("r1", ShutdownReason.PARTICIPANT_LEFT_TIMEOUT), transcription_ready("r1", transcript)]
    await store.conversations.end(conversation_id, last)
    joined, ended, ready = await receiver.until(3)
    assert [joined["event_type"], ended["event_type"], ready["event_type"]] == [
        "system.replica_joined",
        "system.shutdown",
        "application.transcription_ready",
    ]
    assert joined["properties"] == {"replica_id": "r1"}
    assert (joined["message_type"], ready["message_type"]) == ("system", "application")
    assert ended["properties"]["shutdown_reason"] == ended["properties"]["reason"] == "participant_left_timeout"
    assert ready["properties"]["transcript"] == transcript
    assert {body["webhook_url"] for body in (joined, ended, ready)} == {receiver.url}
    assert {body["conversation_id"] for body in (joined, ended, ready)} == {conversation_id}
    assert receiver.requests[0].headers["content-type"] == "application/json"
    await delivery.drain(SOON)
    assert [entry.status for entry in await store.outbox.deliveries()] == ["delivered"] * 3


@pytest.mark.parametrize("failure", [500, 404, 302, 0])
async def test_a_failed_try_is_repeated_and_those_behind_it_wait(
    store: Store, receiver: Receiver, delivery: WebhookDelivery, failure: int
) -> None:
    receiver.answers = [failure, failure]
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await store.conversations.end(conversation_id, [shutdown("r1", "over")])
    await receiver.until(2)
    assert [body["event_type"] for body in receiver.tried] == ["system.replica_joined"] * 3 + ["system.shutdown"]
    await delivery.drain(SOON)
    first, second = await store.outbox.deliveries()
    assert (first.attempts, second.attempts) == (3, 1)


async def test_what_never_works_is_given_up_with_the_reason_and_the_next_one_follows(
    store: Store, receiver: Receiver, delivery: WebhookDelivery
) -> None:
    receiver.answers = [503] * QUICK.attempts
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await store.conversations.end(conversation_id, [shutdown("r1", "over")])
    [arrived] = await receiver.until(1)
    assert arrived["event_type"] == "system.shutdown"
    first, _ = await store.outbox.deliveries()
    assert (first.status, first.attempts, first.last_error) == ("failed", QUICK.attempts, "the receiver answered 503")


async def test_a_dead_receiver_holds_up_nobody_else_however_much_waits_for_it(
    store: Store, receiver: Receiver, delivery: WebhookDelivery
) -> None:
    ended = asyncio.Event()
    knocks = 0

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal knocks
        knocks += 1
        await ended.wait()
        writer.close()

    silent = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    dead_url = f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/"
    for _ in range(2 * AT_ONCE):
        dead = await _conversation(store, dead_url)
        await store.conversations.record_event(dead, replica_joined("r1"))
    for _ in range(12):
        alive = await _conversation(store, receiver.url)
        await store.conversations.record_event(alive, replica_joined("r1"))
    await receiver.until(12)
    assert knocks <= PER_RECEIVER, "what is kept in memory for one receiver is bounded too"
    ended.set()
    silent.close()
    await silent.wait_closed()


async def test_a_receiver_that_is_gone_for_good_is_not_tried_again(
    store: Store, receiver: Receiver, delivery: WebhookDelivery
) -> None:
    receiver.answers = [410]
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await store.conversations.end(conversation_id, [shutdown("r1", "over")])
    await receiver.until(1)
    await delivery.drain(SOON)
    first, second = await store.outbox.deliveries()
    assert (first.status, first.attempts, first.last_status) == ("failed", 1, 410)
    assert (second.status, second.last_status, second.last_error) == ("delivered", 200, None)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("dated", [False, True])
async def test_a_receiver_is_left_alone_for_as_long_as_it_asks(
    store: Store, receiver: Receiver, delivery: WebhookDelivery, status: int, dated: bool
) -> None:
    begun = datetime.now(UTC)
    asked = format_datetime(begun + timedelta(hours=2), usegmt=True) if dated else "7200"
    receiver.answers = [Answer(status, (("Retry-After", asked),))]
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await receiver.until(1, tried=True)
    await delivery.drain(SOON)
    [entry] = await store.outbox.deliveries()
    assert (entry.status, entry.attempts, entry.last_status) == ("pending", 1, status)
    assert 7190 <= entry.next_attempt_at - begun.timestamp() <= 7260


async def test_a_redirect_is_named_as_what_it_is(store: Store, receiver: Receiver, delivery: WebhookDelivery) -> None:
    receiver.answers = [Answer(307, (("Location", receiver.url),))] * QUICK.attempts
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await receiver.until(QUICK.attempts, tried=True)
    await delivery.drain(SOON)
    [entry] = await store.outbox.deliveries()
    assert (entry.status, entry.last_status) == ("failed", 307)
    assert entry.last_error == "the receiver answered 307; redirects are not followed"
    assert len(receiver.requests) == QUICK.attempts


async def test_every_try_of_a_callback_carries_the_same_id_and_every_callback_another(
    store: Store, receiver: Receiver, delivery: WebhookDelivery
) -> None:
    receiver.answers = [500]
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await store.conversations.end(conversation_id, [shutdown("r1", "over")])
    await receiver.until(2)
    first, again, second = (request.headers["webhook-id"] for request in receiver.requests)
    assert first == again != second
    entries = await store.outbox.deliveries()
    assert [entry.webhook_id for entry in entries] == [first, second]
    numbers = [request.headers["x-visavis-delivery"] for request in receiver.requests]
    assert numbers == [str(entries[0].delivery_id)] * 2 + [str(entries[1].delivery_id)]


async def test_what_is_replayed_arrives_again_under_a_new_id(
    store: Store, receiver: Receiver, delivery: WebhookDelivery
) -> None:
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await receiver.until(1)
    await delivery.drain(SOON)
    [original] = await store.outbox.deliveries()
    await store.outbox.replay(original.delivery_id)
    first, second = await receiver.until(2)
    assert first == second
    assert receiver.requests[0].headers["webhook-id"] != receiver.requests[1].headers["webhook-id"]
    await delivery.drain(SOON)
    assert [entry.status for entry in await store.outbox.deliveries()] == ["delivered", "delivered"]


async def test_what_another_process_queues_is_found_without_a_word(
    store: Store, receiver: Receiver, delivery: WebhookDelivery, home: Path
) -> None:
    await delivery.drain(SOON)
    other = await open_store(home)
    conversation_id = await _conversation(other, receiver.url)
    await other.conversations.record_event(conversation_id, replica_joined("r1"))
    await other.close()
    [arrived] = await receiver.until(1)
    assert arrived["conversation_id"] == conversation_id


async def test_what_was_not_delivered_is_delivered_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    store = await open_store(tmp_path / "again")
    receiver.answers = [500] * 100
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(), SIGNER, schedule=RetrySchedule(first_s=0.3))
    delivery.start()
    await receiver.until(1, tried=True)
    await delivery.close()
    await store.close()
    assert receiver.accepted == []
    receiver.answers.clear()

    store = await open_store(tmp_path / "again")
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(), SIGNER, schedule=QUICK)
    delivery.start()
    [arrived] = await receiver.until(1)
    assert arrived["conversation_id"] == conversation_id
    await delivery.close()
    await store.close()


@pytest.mark.parametrize(
    ("url", "offline"),
    [("http://169.254.169.254/latest", False), ("http://10.0.0.1/", False), ("http://93.184.216.34/", True)],
)
async def test_what_the_network_policy_refuses_is_not_tried_again(store: Store, url: str, offline: bool) -> None:
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(offline=offline), SIGNER, schedule=QUICK)
    delivery.start()
    conversation_id = await _conversation(store, url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await delivery.drain(SOON)
    [entry] = await store.outbox.deliveries()
    assert (entry.status, entry.attempts) == ("failed", 1)
    assert urlsplit(url).netloc in str(entry.last_error)
    await delivery.close()


async def test_a_hundred_conversations_lose_and_repeat_nothing(
    store: Store, receiver: Receiver, delivery: WebhookDelivery
) -> None:
    async def talk() -> str:
        conversation_id = await _conversation(store, receiver.url)
        await store.conversations.record_event(conversation_id, replica_joined("r1"))
        await store.conversations.end(conversation_id, [shutdown("r1", "over")])
        return conversation_id

    ids = await asyncio.gather(*(talk() for _ in range(100)))
    await receiver.until(200)
    await delivery.drain(SOON)
    assert len(receiver.tried) == 200
    for conversation_id in ids:
        told = [body["event_type"] for body in receiver.accepted if body["conversation_id"] == conversation_id]
        assert told == ["system.replica_joined", "system.shutdown"]


async def test_closing_leaves_no_task_behind(store: Store) -> None:
    before = asyncio.all_tasks()
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(), SIGNER)
    delivery.start()
    await delivery.drain(SOON)
    await delivery.close()
    assert asyncio.all_tasks() == before


async def test_closing_ends_at_once_even_while_there_is_news(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "home")
    try:
        for _ in range(20):
            delivery = WebhookDelivery(store.outbox, NetworkPolicy(), SIGNER)
            delivery.start()
            await delivery.drain(1.0)
            store.outbox.announce()
            async with asyncio.timeout(SOON):
                await delivery.close()
    finally:
        await store.close()


async def test_a_fault_that_nobody_expected_waits_its_turn_like_every_other(store: Store, receiver: Receiver) -> None:
    class BrokenSigner(Signer):
        def headers(self, webhook_id: str, moment: float, body: bytes) -> dict[str, str]:
            raise RuntimeError("no clock")

    once = RetrySchedule(attempts=1)
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(), BrokenSigner(b"k" * 32), schedule=once)
    delivery.start()
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await delivery.drain(SOON)
    [entry] = await store.outbox.deliveries()
    assert (entry.status, entry.attempts, entry.last_error) == ("failed", 1, "RuntimeError")
    assert delivery.alive
    await delivery.close()
