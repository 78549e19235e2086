"""The calls that a machine carries: each place is taken once and given back, whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.bench.witness import Witness
from engine.conversation.host import Calls
from engine.errors import CapacityError, InvalidInputError
from engine.layers.tts.voice_pool import VoicePool
from engine.store.opening import Store, open_store
from engine.store.records import ConversationRecord, PersonaRecord, ReplicaRecord
from tests.fakes.layers import FakeLayers, fake_layers
from tests.fakes.voices import Shelf
from tests.real_time import SOON, until

STAMP = "2026-01-01T00:00:00.000000Z"
PERSONA = PersonaRecord("p1", "Ada", {}, "user", STAMP, STAMP)
REPLICA = ReplicaRecord("r1", "Ada", {}, "system", "completed", "100/100", None, STAMP, STAMP)
ENDED = "end_conversation_endpoint_hit"


class House:
    """A host with fakes for its layers and a real store."""

    def __init__(self, store: Store, layers: FakeLayers, limit: int) -> None:
        self.store = store
        self.layers = layers
        self.calls = Calls(
            layers.engines,
            store.conversations,
            store.pronunciation_dictionaries,
            limit=limit,
            loopback=True,
            language="english",
            seed=1,
            turn_traces=store.turn_traces,
        )

    async def conversation(self, **properties: object) -> ConversationRecord:
        return await self.store.conversations.create(
            conversation_name="test",
            persona_id="p1",
            replica_id="r1",
            conversational_context="",
            custom_greeting="",
            callback_url="",
            properties=properties,
            fields={},
            status="active",
        )

    async def events(self, conversation: ConversationRecord) -> list[str]:
        return [event.event_type for event in await self.store.conversations.events(conversation.conversation_id)]


@asynccontextmanager
async def house(home: Path, limit: int = 2, layers: FakeLayers | None = None) -> AsyncIterator[House]:
    """Nothing of a call may be left at the end: engines close only when no session is open."""
    store = await open_store(home)
    layers = layers or fake_layers(hears=[], answers=["Yes."])
    built = House(store, layers, limit)
    before = asyncio.all_tasks()
    try:
        yield built
    finally:
        await built.calls.close(ENDED)
        left = asyncio.all_tasks() - before
        await store.close()
    assert not left
    layers.engines.close()


async def test_a_call_is_written_down_from_its_start_to_its_end(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await host.conversation()
        await host.calls.start(conversation, PERSONA, REPLICA)
        assert host.calls.is_live(conversation.conversation_id)
        await host.calls.end(conversation.conversation_id, ENDED)
        assert not host.calls.is_live(conversation.conversation_id)
        assert await host.events(conversation) == [
            "system.replica_joined",
            "system.shutdown",
            "application.transcription_ready",
        ]


async def test_a_place_is_taken_from_the_first_step_and_free_after_the_last(tmp_path: Path) -> None:
    async with house(tmp_path, limit=1) as host:
        first, second = await host.conversation(), await host.conversation()
        host.layers.chat.open_gate.clear()
        starting = asyncio.create_task(host.calls.start(first, PERSONA, REPLICA))
        await until(host.layers.chat.at_open_gate.is_set)
        with pytest.raises(CapacityError, match="1 conversations"):
            await host.calls.start(second, PERSONA, REPLICA)
        host.layers.chat.open_gate.set()
        await starting
        await host.calls.end(first.conversation_id, ENDED)
        await host.calls.start(second, PERSONA, REPLICA)


async def test_a_call_in_a_language_without_models_is_held_in_the_one_of_the_appliance(tmp_path: Path) -> None:
    async with house(tmp_path, limit=1) as host:
        conversation = await host.conversation(language="french")
        await host.calls.start(conversation, PERSONA, REPLICA)
        assert host.calls.is_live(conversation.conversation_id)
        assert host.calls.speaks("English (US)")
        for other in ("french", "multilingual", "Klingon"):
            assert not host.calls.speaks(other)
        host.calls.check_language("English")
        for other, told in (("french", "visavis models pull whisper-small"), ("multilingual", "knows one language")):
            with pytest.raises(InvalidInputError, match=f"properties.language: '{other}'.*{told}"):
                host.calls.check_language(other)


async def test_a_call_is_held_in_the_language_that_it_or_its_persona_names_or_in_several(tmp_path: Path) -> None:
    shelf = Shelf("de", "fr", basic=("ko",))
    layers = fake_layers(
        hears=[], answers=["Ja."], understands=frozenset({"en", "de", "ko"}), voices=lambda own: VoicePool(own, shelf)
    )
    german = PersonaRecord("p1", "Ada", {"language": "German"}, "user", STAMP, STAMP)
    echo = PersonaRecord("p1", "Ada", {"pipeline_mode": "echo"}, "user", STAMP, STAMP)
    async with house(tmp_path, layers=layers) as host:
        for language, persona, opened, basic in (
            ("german", PERSONA, "voice-de de", False),
            (None, german, "voice-de de", False),
            ("korean", german, "basic ko", True),
            ("french", echo, "voice-fr fr", False),
        ):
            conversation = await host.conversation(**({"language": language} if language else {}))
            shelf.opened.clear()
            host.layers.engines.voices._open.clear()
            await host.calls.start(conversation, persona, REPLICA)
            assert shelf.opened == [opened]
            assert host.calls.voice_in(conversation.conversation_id).basic is basic
            await host.calls.end(conversation.conversation_id, ENDED)
        assert host.calls.heard_languages == {"en", "de", "ko"}
        assert host.calls.speaks("multilingual")
        for language in ("German", "Korean", "multilingual", "en-GB"):
            host.calls.check_language(language)
        host.calls.check_language("French", echo=True)
        with pytest.raises(InvalidInputError, match="no recogniser for French"):
            host.calls.check_language("French")


async def test_a_start_that_cannot_be_written_down_leaves_no_call_behind(tmp_path: Path) -> None:
    async with house(tmp_path, limit=1) as host:
        conversation = await host.conversation()
        await host.store.close()
        with pytest.raises(Exception, match=r".+"):
            await host.calls.start(conversation, PERSONA, REPLICA)
        assert not host.calls.is_live(conversation.conversation_id)
        host.calls.reserve()
        assert host.layers.chat.open_sessions == 0


async def test_a_start_that_is_given_up_half_way_leaves_no_session_open(tmp_path: Path) -> None:
    async with house(tmp_path, limit=1) as host:
        conversation = await host.conversation()
        host.layers.chat.open_gate.clear()
        starting = asyncio.create_task(host.calls.start(conversation, PERSONA, REPLICA))
        await until(host.layers.chat.at_open_gate.is_set)
        starting.cancel()
        await asyncio.wait({starting})
        assert starting.cancelled()
        host.calls.reserve()
        host.layers.chat.open_gate.set()
        await until(lambda: host.layers.chat.opened and not host.layers.chat.open_sessions)


async def test_a_call_that_is_ended_while_it_opens_ends(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await host.conversation()
        host.layers.chat.open_gate.clear()
        starting = asyncio.create_task(host.calls.start(conversation, PERSONA, REPLICA))
        await until(host.layers.chat.at_open_gate.is_set)
        ending = asyncio.create_task(host.calls.end(conversation.conversation_id, ENDED))
        await asyncio.sleep(0.01)
        host.layers.chat.open_gate.set()
        async with asyncio.timeout(SOON):
            await starting
            await ending
        assert not host.calls.is_live(conversation.conversation_id)
        assert "system.shutdown" in await host.events(conversation)


async def test_stopping_waits_for_a_call_that_is_opening_and_begins_no_other(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        first, second = await host.conversation(), await host.conversation()
        host.layers.chat.open_gate.clear()
        starting = asyncio.create_task(host.calls.start(first, PERSONA, REPLICA))
        await until(host.layers.chat.at_open_gate.is_set)
        closing = asyncio.create_task(host.calls.close(ENDED))
        await asyncio.sleep(0.01)
        with pytest.raises(CapacityError, match="stopping"):
            await host.calls.start(second, PERSONA, REPLICA)
        assert not closing.done()
        host.layers.chat.open_gate.set()
        async with asyncio.timeout(SOON):
            await starting
            await closing
        assert host.layers.chat.open_sessions == 0


async def test_nobody_joins_a_call_that_is_ending(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await host.conversation()
        await host.calls.start(conversation, PERSONA, REPLICA)
        ending = asyncio.create_task(host.calls.end(conversation.conversation_id, ENDED))
        await asyncio.sleep(0)
        with pytest.raises(KeyError):
            await host.calls.join(conversation.conversation_id, "v=0", "late")
        with pytest.raises(KeyError):
            await host.calls.interact(conversation.conversation_id, {"event_type": "conversation.interrupt"})
        await ending


async def test_a_call_that_ends_while_somebody_joins_keeps_nothing_of_them(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        conversation = await host.conversation()
        await host.calls.start(conversation, PERSONA, REPLICA)
        person = Witness()
        joining: list[asyncio.Task[object]] = []

        async def signal(sdp: str) -> str:
            join = asyncio.create_task(host.calls.join(conversation.conversation_id, sdp, "just in time"))
            joining.append(join)
            await asyncio.sleep(0)
            await host.calls.end(conversation.conversation_id, ENDED)
            return (await join).sdp

        with pytest.raises(KeyError):
            await person.join(signal)
        assert len(joining) == 1
        await person.close()
