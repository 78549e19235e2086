"""`kill -9` again and again, under a stream of writes and webhooks: what was acknowledged is there, and everybody is told.

VISAVIS_KILLS sets how often; every kill is at a random moment, some of them while the process still starts.
"""

import asyncio
import contextlib
import os
import random
import shutil
import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.store.opening import DATABASE_NAME
from engine.store.sealing import Sealer
from engine.webhooks.signing import Signer
from tests.fakes.webhook_receiver import Receiver, receiving
from tests.killable_server import address_of, started
from tests.real_time import until

KEY = "the-key-of-the-environment"
KILLS = int(os.environ.get("VISAVIS_KILLS", "6"))
SEED = int(os.environ.get("VISAVIS_KILLS_SEED", "20260131"))
WRITERS = 4
FEWEST_WRITES = 12
"""Acknowledged before each kill of a process that serves."""
WHILE_STARTING = 5
"""Every so many kills, one hits a process that still starts."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of resource is written and read."""

    path: str
    id_field: str
    body: Callable[[str, str], dict[str, Any]]
    """Of a value to be found again, and the URL for callbacks."""
    read: Callable[[dict[str, Any]], Any]
    """Finds the value in an answer."""
    patch: Callable[[str], Any] | None = None


def _replace(path: str) -> Callable[[str], Any]:
    return lambda value: [{"op": "replace", "path": path, "value": value}]


KINDS = (
    Kind(
        "/v2/personas",
        "persona_id",
        lambda value, _: {"persona_name": value, "system_prompt": "Be brief.", "default_replica_id": "rfe12d8b9597"},
        lambda answer: answer["persona_name"],
        _replace("/persona_name"),
    ),
    Kind(
        "/v2/objectives",
        "objectives_id",
        lambda value, _: {"data": [{"objective_name": "ask", "objective_prompt": value}]},
        lambda answer: answer["data"][0]["objective_prompt"],
        _replace("/data/0/objective_prompt"),
    ),
    Kind(
        "/v2/documents",
        "document_id",
        lambda value, url: {"document_url": "https://example.com/a.pdf", "document_name": value, "callback_url": url},
        lambda answer: answer["document_name"],
        _replace("/document_name"),
    ),
    Kind(
        "/v2/conversations",
        "conversation_id",
        lambda value, url: {"persona_id": "pb87e71797da", "conversation_name": value, "callback_url": url},
        lambda answer: answer["conversation_name"],
    ),
)


@dataclass(slots=True)
class Owned:
    """A resource whose creation was acknowledged, and what may be found of it."""

    kind: Kind
    resource_id: str
    values: set[str]
    """More than one while a change is not acknowledged."""
    gone: bool | None = False
    """None: its deletion was not acknowledged."""
    ended: bool = False
    """A conversation whose end was acknowledged."""

    @property
    def path(self) -> str:
        return f"{self.kind.path}/{self.resource_id}"


@dataclass(slots=True)
class Ledger:
    """What the server acknowledged."""

    owned: list[Owned] = field(default_factory=list)
    acknowledged: int = 0
    kills: int = 0
    kills_while_starting: int = 0

    def told(self) -> dict[str, list[str]]:
        """Return by stream which events must arrive, in their order."""
        wanted: dict[str, list[str]] = {}
        for one in self.owned:
            if one.kind.id_field == "conversation_id":
                wanted[one.resource_id] = ["system.replica_joined", "system.shutdown"]
            elif one.kind.id_field == "document_id" and one.gone is False:
                wanted[one.resource_id] = ["error"]
        return wanted


class Writer:
    """Writes one request after the other, on resources that nobody else touches."""

    def __init__(self, client: httpx.AsyncClient, ledger: Ledger, chance: random.Random, callback_url: str) -> None:
        self._client = client
        self._ledger = ledger
        self._chance = chance
        self._callback_url = callback_url
        self._mine: list[Owned] = []

    async def run(self) -> None:
        """Write until the server is gone."""
        while True:
            try:
                await self._write()
            except httpx.TransportError:
                return

    async def _write(self) -> None:
        there = [one for one in self._mine if one.gone is False]
        choice = self._chance.random()
        if not there or choice < 0.45:
            await self._create(self._chance.choice(KINDS))
            return
        one = self._chance.choice(there)
        if choice < 0.8:
            await self._change(one)
        else:
            await self._delete(one)

    async def _create(self, kind: Kind) -> None:
        value = self._value()
        answer = await self._acknowledged(await self._client.post(kind.path, json=kind.body(value, self._callback_url)))
        made = Owned(kind, answer.json()[kind.id_field], {value})
        self._mine.append(made)
        self._ledger.owned.append(made)

    async def _change(self, one: Owned) -> None:
        if one.kind.patch is None:
            await self._acknowledged(await self._client.post(f"{one.path}/end"))
            one.ended = True
            return
        value = self._value()
        one.values.add(value)
        await self._acknowledged(await self._client.patch(one.path, json=one.kind.patch(value)))
        one.values = {value}

    async def _delete(self, one: Owned) -> None:
        one.gone = None
        await self._acknowledged(await self._client.delete(one.path))
        one.gone = True

    async def _acknowledged(self, answer: httpx.Response) -> httpx.Response:
        assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        self._ledger.acknowledged += 1
        return answer

    def _value(self) -> str:
        return f"value {self._chance.getrandbits(48):x}"


class Moody(Receiver):
    """A receiver that is not always in the mood."""

    def __init__(self) -> None:
        super().__init__()
        self._chance = random.Random(SEED)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._chance.random() < 0.1:
            self.answers.append(self._chance.choice([0, 500, 503]))
        # A killed server leaves halves of requests behind.
        try:
            await super().serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def serving(home: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    async with (
        started(home, KEY) as process,
        httpx.AsyncClient(base_url=await address_of(process), headers={"x-api-key": KEY}) as client,
    ):
        yield process, client


async def write_until_killed(home: Path, ledger: Ledger, chance: random.Random, callback_url: str) -> None:
    async with serving(home) as (process, client):
        writers = [Writer(client, ledger, random.Random(chance.random()), callback_url) for _ in range(WRITERS)]
        writing = asyncio.gather(*(writer.run() for writer in writers))
        # A slow machine has written something by then as well.
        enough = ledger.acknowledged + FEWEST_WRITES
        await until(lambda: writing.done() or ledger.acknowledged >= enough)
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        process.kill()
        ledger.kills += 1
        await writing


async def kill_while_starting(home: Path, ledger: Ledger, chance: random.Random) -> None:
    async with started(home, KEY) as process:
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        process.kill()
        ledger.kills += 1
        ledger.kills_while_starting += 1


def check_database(home: Path, scratch: Path) -> None:
    """Open a copy of what the kill has left, log and all, so that the server finds the original untouched."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal"):
        if (home / name).exists():
            shutil.copy(home / name, scratch / name)
    connection = sqlite3.connect(scratch / DATABASE_NAME)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


async def check_resources(client: httpx.AsyncClient, owned: list[Owned]) -> None:
    for one in owned:
        answer = await client.get(one.path)
        if one.gone or (one.gone is None and not answer.is_success):
            assert answer.status_code in {400, 404}, f"{one.path} was deleted"
            continue
        assert answer.status_code == 200, f"{one.path}: {answer.text}"
        assert one.kind.read(answer.json()) in one.values, one.path
        if one.ended:
            assert answer.json()["status"] == "ended"


def stream_of(body: dict[str, Any]) -> str:
    return str(body.get("conversation_id") or body.get("document_id"))


def event_of(body: dict[str, Any]) -> str:
    return str(body.get("event_type") or body.get("status"))


def missing(ledger: Ledger, receiver: Receiver) -> dict[str, list[str]]:
    arrived = {(stream_of(body), event_of(body)) for body in receiver.accepted}
    absent = {
        stream: [event for event in events if (stream, event) not in arrived]
        for stream, events in ledger.told().items()
    }
    return {stream: events for stream, events in absent.items() if events}


async def check_all_are_told(ledger: Ledger, receiver: Receiver, within_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        await receiver.until_true(lambda: not missing(ledger, receiver), within_s)
    assert missing(ledger, receiver) == {}


def check_order_and_signatures(receiver: Receiver, signer: Signer) -> None:
    tried: dict[str, list[int]] = defaultdict(list)
    for request in receiver.requests:
        sent = request.headers
        assert signer.headers(sent["webhook-id"], int(sent["webhook-timestamp"]), request.raw).items() <= sent.items()
        tried[stream_of(request.body)].append(int(sent["x-visavis-delivery"]))
    for stream, numbers in tried.items():
        assert numbers == sorted(numbers), f"{stream}: a later callback overtook an earlier one"
    first: dict[str, list[str]] = defaultdict(list)
    for body in receiver.accepted:
        events = first[stream_of(body)]
        if event_of(body) not in events:
            events.append(event_of(body))
    for stream, events in first.items():
        assert events == sorted(events, key=["started", "system.replica_joined", "system.shutdown", "error"].index), (
            stream
        )


@pytest.mark.slow
async def test_what_was_acknowledged_survives_kill_nine_and_everybody_is_told(tmp_path: Path) -> None:
    begun = time.monotonic()
    home, ledger, chance = tmp_path / "home", Ledger(), random.Random(SEED)
    checked = 0
    async with receiving(Moody()) as receiver:
        while ledger.kills < KILLS:
            if ledger.kills % WHILE_STARTING == WHILE_STARTING - 1:
                await kill_while_starting(home, ledger, chance)
            else:
                await write_until_killed(home, ledger, chance, receiver.url)
            if (home / DATABASE_NAME).exists():
                check_database(home, tmp_path / "copy")
            if ledger.kills % 5 == 0:
                # In between too: what one start sees the next one might lose.
                async with serving(home) as (_, client):
                    await check_resources(client, ledger.owned[checked:])
                checked = len(ledger.owned)
        async with serving(home) as (_, client):
            await check_resources(client, ledger.owned)
            await check_all_are_told(ledger, receiver, within_s=120)
        check_database(home, tmp_path / "copy")
        check_order_and_signatures(receiver, Signer(Sealer(home).derived("webhooks")))
    different = {request.headers["webhook-id"] for request in receiver.taken}
    deleted = sum(one.gone is True for one in ledger.owned)
    figures = {
        "kills": ledger.kills,
        "while starting": ledger.kills_while_starting,
        "writes acknowledged": ledger.acknowledged,
        "resources": len(ledger.owned),
        "deleted": deleted,
        "webhooks tried": len(receiver.requests),
        "webhooks accepted": len(different),
        "of these repeated": len(receiver.taken) - len(different),
        "seconds": round(time.monotonic() - begun, 1),
    }
    print("\nkill -9:", ", ".join(f"{name} {figure}" for name, figure in figures.items()))
    assert ledger.acknowledged >= FEWEST_WRITES * (ledger.kills - ledger.kills_while_starting)
    assert deleted
