"""How calls come to their end, with the limits of the contract made short: each leaves the right reason."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from engine.bench.witness import Witness
from engine.conversation.feed import FeedEntry
from engine.store.records import ConversationRecord
from tests.conversation.test_call import voice_like
from tests.conversation.test_host import ENDED, PERSONA, REPLICA, House, house
from tests.real_time import SOON, until

PATIENCE = 3.0
"""Seconds: the short limits below, yet long enough for somebody to join on a busy machine."""


async def _started(host: House, **properties: object) -> ConversationRecord:
    conversation = await host.conversation(**properties)
    await host.calls.start(conversation, PERSONA, REPLICA)
    return conversation


async def _reason(host: House, conversation: ConversationRecord) -> str:
    await until(lambda: not host.calls.is_live(conversation.conversation_id))
    await host.calls.end(conversation.conversation_id, "too late")
    events = await host.store.conversations.events(conversation.conversation_id)
    [shutdown] = [event for event in events if event.event_type == "system.shutdown"]
    record = await host.store.conversations.get(conversation.conversation_id)
    assert record is not None
    assert record.status == "ended"
    return str(shutdown.properties["shutdown_reason"])


@asynccontextmanager
async def person_in(host: House, conversation: ConversationRecord) -> AsyncIterator[Witness]:
    person = Witness()

    async def signal(sdp: str) -> str:
        return (await host.calls.join(conversation.conversation_id, sdp, "Bob")).sdp

    await person.join(signal)
    try:
        yield person
    finally:
        await person.close()


async def test_the_longest_duration_ends_a_lively_call(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await _started(host, max_call_duration=2 * PATIENCE, participant_absent_timeout=PATIENCE)
        async with person_in(host, conversation) as person:

            async def chat() -> None:
                while True:
                    person.send("conversation.interrupt", conversation.conversation_id)
                    await asyncio.sleep(0.2)

            chatting = asyncio.create_task(chat())
            assert await _reason(host, conversation) == "max_call_duration"
            chatting.cancel()


async def test_nobody_came(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await _started(host, participant_absent_timeout=0.5)
        assert await _reason(host, conversation) == "participant_absent_timeout"


async def test_whoever_came_said_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await _started(host, participant_absent_timeout=PATIENCE)
        async with person_in(host, conversation):
            assert await _reason(host, conversation) == "participant_absent_timeout"


async def test_speech_and_messages_keep_a_call_alive(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        spoken = await _started(host, participant_absent_timeout=PATIENCE)
        written = await _started(host, participant_absent_timeout=PATIENCE)
        async with person_in(host, spoken) as speaker:
            speaking = asyncio.create_task(speaker.speak(voice_like(2 * PATIENCE)))
            for _ in range(round(1.3 * PATIENCE / 0.2)):
                await asyncio.sleep(0.2)
                await host.calls.interact(written.conversation_id, {"event_type": "conversation.interrupt"})
            assert host.calls.is_live(spoken.conversation_id)
            assert host.calls.is_live(written.conversation_id)
            async with asyncio.timeout(SOON):
                await speaking


async def test_a_long_answer_is_not_cut_off_for_its_listeners_silence(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await _started(host, participant_absent_timeout=PATIENCE)
        async with person_in(host, conversation) as person:
            words = " ".join(["word"] * 20)
            person.send("conversation.echo", conversation.conversation_id, text=f"{words}.")
            stopped = await person.event("conversation.replica.stopped_speaking")
            assert stopped.message["properties"]["interrupted"] is False
            assert stopped.message["properties"]["duration"] > PATIENCE
            assert await _reason(host, conversation) == "participant_absent_timeout"


async def test_the_last_one_left(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        at_once = await _started(host)
        async with person_in(host, at_once):
            pass
        assert await _reason(host, at_once) == "participant_left_timeout"
        later = await _started(host, participant_left_timeout=PATIENCE)
        async with person_in(host, later):
            pass
        assert host.calls.is_live(later.conversation_id), "they may come back"
        async with person_in(host, later):
            await asyncio.sleep(1.1 * PATIENCE)
            assert host.calls.is_live(later.conversation_id), "somebody came back"


async def test_whoever_asked_for_the_end_is_its_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        for reason in (ENDED, "daily_room_has_been_deleted"):
            conversation = await _started(host)
            await host.calls.end(conversation.conversation_id, reason)
            assert await _reason(host, conversation) == reason


async def test_who_follows_a_call_is_told_all_of_it_in_order(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await _started(host)
        followed: list[dict[str, Any]] = []

        async def follow() -> None:
            async for entry in host.calls.follow(conversation.conversation_id):
                assert isinstance(entry, FeedEntry)
                followed.append(entry.message)

        following = asyncio.create_task(follow())
        async with person_in(host, conversation) as person:
            person.send("conversation.echo", conversation.conversation_id, text="One.")
            await person.event("conversation.utterance", role="replica")
            said = host.calls.transcript(conversation.conversation_id)
            assert [entry["content"] for entry in said[1:]] == ["One."]
            await host.calls.end(conversation.conversation_id, ENDED)
            async with asyncio.timeout(SOON):
                await following
            told = [message.message for message in person.received.messages]
        spoken = [[m for m in messages if m["message_type"] == "conversation"] for messages in (followed, told)]
        assert spoken[0] == spoken[1]
        types = [message["event_type"] for message in followed]
        assert types[0] == "system.replica_joined"
        assert types[-2:] == ["system.shutdown", "application.transcription_ready"]
        assert followed[-1]["properties"]["transcript"] == said


async def _kept(folder: Path, said: list[dict[str, Any]]) -> None:
    """Wait until the words are on the disk: people hear of a turn a moment before."""
    database = folder / "visavis.db"
    async with asyncio.timeout(SOON):
        while True:
            with closing(sqlite3.connect(database)) as connection:
                row = connection.execute("SELECT * FROM running_transcripts").fetchone()
            if row is not None and json.loads(row[1]) == said:
                return
            await asyncio.sleep(0.01)


async def test_a_crash_takes_no_turn_that_was_over(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await _started(host)
        async with person_in(host, conversation) as person:
            for words in ("One.", "Two."):
                person.send("conversation.echo", conversation.conversation_id, text=words)
                await person.event("conversation.utterance", role="replica", speech=words)
            said = host.calls.transcript(conversation.conversation_id)
            await _kept(tmp_path, said)
            # What the next start does with a call whose process is gone.
            await host.store.conversations.end_abandoned()
        events = await host.store.conversations.events(conversation.conversation_id)
        assert [event.event_type for event in events[1:]] == ["system.shutdown", "application.transcription_ready"]
        assert events[-1].properties["transcript"] == said
        assert [entry["content"] for entry in said[1:]] == ["One.", "Two."]


async def test_a_call_that_does_not_run_cannot_be_followed(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await _started(host)
        await host.calls.end(conversation.conversation_id, ENDED)
        for ask in (host.calls.follow, host.calls.transcript):
            with pytest.raises(KeyError):
                ask(conversation.conversation_id)
