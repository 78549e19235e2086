"""GET /v2/conversations/{id}/events: a conversation as server-sent events."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.conversation.feed import Feed
from engine.store.opening import Store
from tests.api.conftest import ENVIRONMENT_KEY, refusal
from tests.api.conversations.created import create
from tests.fakes.call_host import FakeCallHost
from tests.real_time import SOON


@pytest.fixture
async def served(dependencies: ApiDependencies) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API over a real socket, with a key."""
    server = uvicorn.Server(uvicorn.Config(create_api(dependencies), log_level="error", lifespan="off"))
    listener = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve([listener]))
    headers = {"x-api-key": ENVIRONMENT_KEY}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", headers=headers) as client:
        yield client
    server.should_exit = True
    await serving


async def _created(client: httpx.AsyncClient) -> str:
    return str((await create(client))["conversation_id"])


class Listening:
    """What an EventSource would make of the stream."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> tuple[int, dict[str, Any]] | str:
        """Return the id and the message of the next event, or another block as it is."""
        block: list[str] = []
        async with asyncio.timeout(SOON):
            async for line in self._lines:
                if not line and block:
                    break
                block.append(line)
        if len(block) == 2 and block[0].startswith("id: "):
            return int(block[0].removeprefix("id: ")), json.loads(block[1].removeprefix("data: "))
        return "\n".join(block)

    async def rest(self) -> list[tuple[int, dict[str, Any]]]:
        """Return all events up to the end of the stream."""
        events = []
        while found := await self.next():
            assert not isinstance(found, str)
            events.append(found)
        return events


@asynccontextmanager
async def _listening(client: httpx.AsyncClient, conversation_id: str, after: int = 0) -> AsyncIterator[Listening]:
    headers = {"last-event-id": str(after)} if after else {}
    async with client.stream("GET", f"/v2/conversations/{conversation_id}/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        listening = Listening(response.aiter_lines())
        assert await listening.next() == "retry: 2000"
        yield listening


async def test_a_listener_is_told_everything_until_the_conversation_ends(
    served: httpx.AsyncClient, host: FakeCallHost
) -> None:
    conversation_id = await _created(served)
    async with _listening(served, conversation_id) as listening:
        joined = await listening.next()
        assert not isinstance(joined, str)
        assert joined[1]["event_type"] == "system.replica_joined"
        said = {"event_type": "conversation.utterance", "properties": {"speech": "One\ntwo \u2028 ü."}}
        host.feeds[conversation_id].publish(said)
        heard = await listening.next()
        assert not isinstance(heard, str)
        assert heard[1] == said
        await served.post(f"/v2/conversations/{conversation_id}/end")
        [(last_id, last)] = await listening.rest()
        assert last["properties"]["shutdown_reason"] == "end_conversation_endpoint_hit"
        assert joined[0] < heard[0] < last_id


async def test_whoever_comes_back_goes_on_where_they_were_even_after_the_end(
    served: httpx.AsyncClient, host: FakeCallHost
) -> None:
    conversation_id = await _created(served)
    async with _listening(served, conversation_id) as listening:
        first = await listening.next()
        assert not isinstance(first, str)
    host.feeds[conversation_id].publish({"event_type": "conversation.utterance"})
    async with _listening(served, conversation_id, after=first[0]) as listening:
        second = await listening.next()
        assert not isinstance(second, str)
        assert second[1]["event_type"] == "conversation.utterance"
    await served.post(f"/v2/conversations/{conversation_id}/end")
    async with _listening(served, conversation_id, after=second[0]) as listening:
        [(last_id, last)] = await listening.rest()
        assert last["event_type"] == "system.shutdown"
    url = f"/v2/conversations/{conversation_id}/events"
    nothing = await served.get(url, headers={"last-event-id": str(last_id)})
    assert (nothing.status_code, nothing.content) == (204, b""), "tells an EventSource to stay away"


async def test_the_events_of_an_ended_conversation_are_told_again(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    conversation_id = await _created(client)
    await client.post(f"/v2/conversations/{conversation_id}/end")
    response = await client.get(f"/v2/conversations/{conversation_id}/events")
    told = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: ")]
    assert [message["event_type"] for message in told] == ["system.replica_joined", "system.shutdown"]


async def test_silence_is_filled_with_comments(
    served: httpx.AsyncClient, host: FakeCallHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow = Feed.follow
    monkeypatch.setattr(Feed, "follow", lambda feed, after: follow(feed, after, quiet=0.01))
    conversation_id = await _created(served)
    async with _listening(served, conversation_id) as listening:
        await listening.next()
        assert [await listening.next(), await listening.next()] == [":", ":"]


async def test_one_who_does_not_read_is_cut_off_and_nobody_waits_for_them(
    served: httpx.AsyncClient, host: FakeCallHost
) -> None:
    conversation_id = await _created(served)
    async with _listening(served, conversation_id) as listening:
        await listening.next()
        feed = host.feeds[conversation_id]
        for number in range(40):
            for _ in range(100):
                feed.publish({"event_type": "conversation.utterance.streaming", "n": number, "speech": "x" * 10_000})
            await asyncio.sleep(0)
        missed = await listening.rest()
        assert len(missed) < 4000
        assert (await served.get(f"/v2/conversations/{conversation_id}")).json()["status"] == "active"


@pytest.mark.parametrize("value", ["soon", "-1", "1.5", "9" * 40])
async def test_an_event_id_that_is_none_is_refused(client: httpx.AsyncClient, value: str) -> None:
    url = f"/v2/conversations/{await _created(client)}/events"
    assert "last-event-id" in refusal(await client.get(url, headers={"last-event-id": value}), 400)


async def test_nothing_is_told_of_what_is_unknown_or_without_a_key(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, store: Store
) -> None:
    assert refusal(await client.get("/v2/conversations/cnowhere/events"), 400) == "Invalid conversation_id"
    assert refusal(await stranger.get(f"/v2/conversations/{await _created(client)}/events"), 401)
