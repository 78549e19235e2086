"""Callbacks: at least once, in order, again after a failure and after a restart."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.network import NetworkPolicy
from engine.store.call_events import ShutdownReason, replica_joined, shutdown, transcription_ready
from engine.store.opening import Store, open_store
from engine.webhooks import RetrySchedule, WebhookDelivery

QUICK = RetrySchedule(first_s=0.02, longest_s=0.1, attempts=4)


class Receiver:
    """A real webhook receiver on loopback; `answers` are its next statuses, 200 afterwards."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.tried: list[dict[str, Any]] = []
        self.accepted: list[dict[str, Any]] = []
        self.heads: list[str] = []
        self.url = ""
        self._arrival = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:"))
        body = json.loads(await reader.readexactly(length))
        self.heads.append(head)
        self.tried.append(body)
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            writer.transport.abort()
        else:
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()
        if status == 200:
            self.accepted.append(body)
        self._arrival.set()

    async def until(self, count: int, *, tried: bool = False) -> list[dict[str, Any]]:
        """Wait for so many accepted (or tried) callbacks."""
        async with asyncio.timeout(20):
            while len(self.tried if tried else self.accepted) < count:
                self._arrival.clear()
                await self._arrival.wait()
        return self.tried if tried else self.accepted


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def delivery(store: Store) -> AsyncIterator[WebhookDelivery]:
    made = WebhookDelivery(store.outbox, NetworkPolicy(), schedule=QUICK)
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
    assert "content-type: application/json" in receiver.heads[0].lower()
    await delivery.drain(5)
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
    await delivery.drain(5)
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


async def test_a_dead_receiver_holds_up_its_own_conversation_only(
    store: Store, receiver: Receiver, delivery: WebhookDelivery
) -> None:
    ended = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    silent = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    dead = await _conversation(store, f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/")
    await store.conversations.record_event(dead, replica_joined("r1"))
    for _ in range(12):
        alive = await _conversation(store, receiver.url)
        await store.conversations.record_event(alive, replica_joined("r1"))
    await receiver.until(12)
    ended.set()
    silent.close()
    await silent.wait_closed()


async def test_what_was_not_delivered_is_delivered_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    store = await open_store(tmp_path / "again")
    receiver.answers = [500]
    conversation_id = await _conversation(store, receiver.url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(), schedule=RetrySchedule(first_s=0.3))
    delivery.start()
    await receiver.until(1, tried=True)
    await delivery.close()
    await store.close()

    store = await open_store(tmp_path / "again")
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(), schedule=QUICK)
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
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(offline=offline), schedule=QUICK)
    delivery.start()
    conversation_id = await _conversation(store, url)
    await store.conversations.record_event(conversation_id, replica_joined("r1"))
    await delivery.drain(10)
    [entry] = await store.outbox.deliveries()
    assert (entry.status, entry.attempts) == ("failed", 1)
    assert "VISAVIS_ALLOW_HOSTS" in str(entry.last_error)
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
    await delivery.drain(5)
    assert len(receiver.tried) == 200
    for conversation_id in ids:
        told = [body["event_type"] for body in receiver.accepted if body["conversation_id"] == conversation_id]
        assert told == ["system.replica_joined", "system.shutdown"]


def test_the_waits_double_up_to_an_hour_and_last_about_a_day() -> None:
    schedule = RetrySchedule()
    waits = [schedule.wait_after(attempts) for attempts in range(1, schedule.attempts)]
    assert waits[:4] == [2.0, 4.0, 8.0, 16.0]
    assert waits[-1] == 3600.0
    assert schedule.wait_after(schedule.attempts) is None
    assert 20 * 3600 < sum(wait for wait in waits if wait is not None) < 26 * 3600


async def test_closing_leaves_no_task_behind(store: Store) -> None:
    before = asyncio.all_tasks()
    delivery = WebhookDelivery(store.outbox, NetworkPolicy())
    delivery.start()
    await delivery.drain(5)
    await delivery.close()
    assert asyncio.all_tasks() == before


async def test_closing_ends_at_once_even_while_there_is_news(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "home")
    try:
        for _ in range(20):
            delivery = WebhookDelivery(store.outbox, NetworkPolicy())
            delivery.start()
            await delivery.drain(1.0)
            store.outbox.announce()
            async with asyncio.timeout(5):
                await delivery.close()
    finally:
        await store.close()
