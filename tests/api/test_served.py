"""Over real sockets: what HTTP alone shows, and what a killed process leaves."""

import asyncio
import json
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.store.opening import open_store
from tests.api.conftest import ENVIRONMENT_KEY, refusal
from tests.real_time import SOON


@pytest.fixture
async def port(dependencies: ApiDependencies) -> AsyncIterator[int]:
    config = uvicorn.Config(create_api(dependencies), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve([listener]))
    yield int(listener.getsockname()[1])
    server.should_exit = True
    await serving


async def _raw(port: int, request: bytes) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head, _, body = (await asyncio.wait_for(reader.read(), SOON)).partition(b"\r\n\r\n")
    writer.close()
    return head, body


async def test_a_conversation_from_creation_to_deletion(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"x-api-key": ENVIRONMENT_KEY}) as client:
        made = (await client.post("/v2/conversations/", json={"replica_id": "rfe12d8b9597"})).json()
        url = f"/v2/conversations/{made['conversation_id']}"
        assert (await client.get(f"/{made['conversation_id']}")).status_code == 200
        assert (await client.post(f"{url}/end")).status_code == 200
        assert (await client.get(url)).json()["status"] == "ended"
        assert (await client.delete(url)).status_code == 204
        assert refusal(await client.get(url), 400) == "Invalid conversation_id"


async def test_a_body_that_lies_about_its_length_is_refused_before_it_is_sent(port: int) -> None:
    head, body = await _raw(
        port,
        b"POST /v2/personas HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: "
        + ENVIRONMENT_KEY.encode()
        + b"\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n",
    )
    assert head.startswith(b"HTTP/1.1 413")
    assert b"larger" in json.loads(body)["message"].encode()


async def test_a_foreign_host_gets_nothing(port: int) -> None:
    head, body = await _raw(port, b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403")
    assert "evil.example" in json.loads(body)["error"]


async def test_parent_folders_cannot_be_asked_for(port: int) -> None:
    for path in (b"/room/static/../../secret.key", b"/room/static/..%2f..%2fsecret.key", b"//etc/passwd", b"/%2e%2e/x"):
        head, body = await _raw(port, b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 404"), path
        assert json.loads(body)["error"]


async def test_what_was_answered_survives_kill_nine_and_the_abandoned_call_is_ended(
    tmp_path: Path, killable: tuple[Process, str]
) -> None:
    process, url = killable
    acknowledged: list[str] = []

    async def create(client: httpx.AsyncClient) -> None:
        while True:
            made = await client.post("/v2/conversations", json={"persona_id": "pb87e71797da"})
            acknowledged.append(made.json()["conversation_id"])
            if len(acknowledged) == 25:
                process.send_signal(signal.SIGKILL)

    async with httpx.AsyncClient(base_url=url, headers={"x-api-key": ENVIRONMENT_KEY}) as client:
        outcomes = await asyncio.gather(*(create(client) for _ in range(4)), return_exceptions=True)
    assert all(isinstance(outcome, httpx.TransportError) for outcome in outcomes)
    assert len(acknowledged) >= 25
    await process.wait()

    store = await open_store(tmp_path / "killed")
    for conversation_id in acknowledged:
        record = await store.conversations.get(conversation_id)
        assert record is not None
        assert record.status == "active"
    assert set(acknowledged) <= set(await store.conversations.end_abandoned())
    record = await store.conversations.get(acknowledged[0])
    assert record is not None
    assert record.status == "ended"
    events = await store.conversations.events(acknowledged[0])
    assert [event.event_type for event in events] == ["system.replica_joined", "system.shutdown"]
    await store.close()
