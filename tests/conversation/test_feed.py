"""What listeners outside a room get: everything in order, each at its own pace."""

import asyncio
from typing import Any

import pytest

from engine.conversation.feed import Feed, FeedEntry, stored_entry
from engine.store.records import ConversationEvent

STAMP = "2026-01-31T09:08:07.000123Z"


async def _all(feed: Feed, after: int = 0) -> list[dict[str, Any]]:
    return [entry.message async for entry in feed.follow(after) if entry is not None]


def _filled(count: int, kept: int = 1000) -> Feed:
    feed = Feed(kept)
    for number in range(count):
        feed.publish({"n": number})
    return feed


async def test_a_late_reader_gets_what_is_kept_and_what_follows() -> None:
    feed = _filled(2)
    reading = asyncio.create_task(_all(feed))
    await asyncio.sleep(0)
    feed.publish({"n": 2})
    feed.close()
    assert await reading == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert await _all(feed) == [{"n": 0}, {"n": 1}, {"n": 2}], "a closed feed still tells what it keeps"


async def test_a_reader_goes_on_after_the_message_it_had_last() -> None:
    feed = _filled(3)
    feed.close()
    ids = [entry.event_id async for entry in feed.follow() if entry is not None]
    assert ids == sorted(set(ids))
    assert await _all(feed, after=ids[1]) == [{"n": 2}]
    assert await _all(feed, after=ids[2]) == []


async def test_only_so_many_messages_are_kept() -> None:
    feed = _filled(10, kept=3)
    feed.close()
    assert await _all(feed) == [{"n": 7}, {"n": 8}, {"n": 9}]


async def test_a_reader_who_falls_behind_is_cut_off_and_holds_nothing_up() -> None:
    feed = _filled(1, kept=3)
    reader = feed.follow()
    first = await anext(reader)
    assert isinstance(first, FeedEntry)
    for number in range(100):
        feed.publish({"n": number})
    with pytest.raises(StopAsyncIteration):
        await anext(reader)


async def test_silence_is_told() -> None:
    reader = Feed().follow(quiet=0.01)
    assert [await anext(reader), await anext(reader)] == [None, None]


async def test_a_stored_event_has_the_id_of_its_timestamp_wherever_it_is_read() -> None:
    event = ConversationEvent("system.shutdown", "system", {"reason": "x"}, STAMP)
    feed = Feed()
    feed.publish_event("c1", event)
    feed.close()
    [entry] = [entry async for entry in feed.follow()]
    assert entry == stored_entry("c1", event)
    assert entry.event_id == 1769850487_000123
    assert entry.message == {
        "message_type": "system",
        "event_type": "system.shutdown",
        "conversation_id": "c1",
        "properties": {"reason": "x"},
        "timestamp": STAMP,
    }
