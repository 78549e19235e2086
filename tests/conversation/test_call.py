"""A whole call over real WebRTC on loopback; the layers are fakes, so that each run goes the same way."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from engine.bench.witness import Witness
from engine.conversation.call import Call
from engine.conversation.call_language import CallLanguage
from engine.errors import CapacityError, SignallingError
from engine.layers.llm.protocol import Sampling
from engine.layers.tts.voice_pool import VoicePool
from engine.room import participant as participants
from engine.room.room import Joined
from engine.store.records import ConversationRecord, PersonaRecord, ReplicaRecord
from tests.fakes.layers import FakeLayers, fake_layers
from tests.fakes.voices import NamedTone, Shelf
from tests.real_time import SOON, best_of, in_time, until

ADA = {"presenter": "ada"}
STAMP = "2026-01-01T00:00:00.000000Z"


@asynccontextmanager
async def call_of(
    layers: FakeLayers,
    *,
    greeting: str = "",
    pipeline_mode: str = "full",
    seen: dict[str, str] = ADA,
    max_participants: int | None = None,
    **properties: Any,
) -> AsyncIterator[Call]:
    fields = {} if max_participants is None else {"max_participants": max_participants}
    conversation = ConversationRecord(
        "c1", "test", "p1", "r1", "active", "They are in a test.", greeting, "", properties, fields, STAMP, STAMP
    )
    persona = PersonaRecord(
        "p1", "Ada", {"system_prompt": "You are Ada.", "pipeline_mode": pipeline_mode}, "user", STAMP, STAMP
    )
    replica = ReplicaRecord("r1", "Ada", seen, "system", "completed", "100/100", None, STAMP, STAMP)
    call = await Call.open(
        conversation,
        persona,
        replica,
        layers.engines,
        language=CallLanguage("en"),
        loopback=True,
        seed=1,
        sampling=Sampling(seed=1),
    )
    running = asyncio.create_task(call.run())
    try:
        # A machine that stands still for a moment is no microphone that was unplugged: no silence is made up for it.
        with patch.object(participants, "HOLE", 10.0):
            yield call
    finally:
        call.end("end_conversation_endpoint_hit")
        await running
        layers.engines.close()


@asynccontextmanager
async def person_in(call: Call) -> AsyncIterator[Witness]:
    client, resume_token = Witness(), ""

    async def signal(sdp: str) -> str:
        nonlocal resume_token
        joined = await call.room.join(sdp, "tester")
        resume_token = joined.resume_token
        return joined.sdp

    await client.join(signal)
    try:
        yield client
    finally:
        await client.close()
        await call.room.leave(resume_token)


def voice_like(seconds: float, level: float = 0.3) -> NDArray[np.float32]:
    time = np.arange(int(seconds * 48_000), dtype=np.float32) / 48_000
    return (level * np.sin(2 * np.pi * 220 * time)).astype(np.float32)


async def test_a_person_speaks_and_is_answered() -> None:
    layers = fake_layers(hears=["What is your name?"], answers=["My name is Ada. I am pleased to meet you."])
    async with call_of(layers) as call, person_in(call) as person:
        begun = await person.speak(voice_like(1.0))
        user = await person.event("conversation.utterance", role="user")
        replica = await person.event("conversation.utterance", role="replica")
        assert user.message["properties"]["speech"] == "What is your name?"
        assert replica.message["properties"]["speech"] == "My name is Ada. I am pleased to meet you."
        assert user.message["inference_id"] == replica.message["inference_id"]
        told = [m for m in person.received.messages if m.message["message_type"] == "conversation"]
        assert [m.event_type for m in told if "streaming" not in m.event_type] == [
            "conversation.user.started_speaking",
            "conversation.user.stopped_speaking",
            "conversation.utterance",
            "conversation.replica.started_speaking",
            "conversation.replica.stopped_speaking",
            "conversation.utterance",
        ]
        seqs = [m.message["seq"] for m in told]
        assert seqs == sorted(set(seqs))
        heard = person.first_sound(begun)
        assert heard is not None
        assert heard > begun + 1.0
        assert layers.chat.prompts[-1][0].content.startswith("You are Ada.")
        assert "They are in a test." in layers.chat.prompts[-1][0].content
        transcript = call.director.transcript()
        assert [entry["role"] for entry in transcript] == ["system", "user", "assistant"]
        assert transcript[1]["duration"] == pytest.approx(1.0, abs=0.15)


async def test_the_greeting_is_spoken_to_the_first_person() -> None:
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers, greeting="Welcome to the test.") as call, person_in(call) as person:
        said = await person.event("conversation.utterance", role="replica")
        assert said.message["properties"]["speech"] == "Welcome to the test."
        async with person_in(call) as second:
            await asyncio.sleep(0.5)
            assert not any(m.event_type == "conversation.replica.started_speaking" for m in second.received.messages)


async def test_the_picture_follows_the_voice_and_keeps_its_rate() -> None:
    async def measure() -> None:
        layers = fake_layers(hears=["Hello."], answers=["One two three four five."])
        async with call_of(layers) as call, person_in(call) as person:
            person.send("conversation.echo", "c1", modality="text", text="one two three four five six")
            await person.event("conversation.replica.stopped_speaking")
            pictures, sound = person.received.pictures, person.received.sound
            bright = [p.time for p in pictures if p.luma.mean() > 150]
            loud = [s.time for s in sound if s.level > 0.05]
        assert bright
        in_time(len(bright) > 20, f"{len(bright)} pictures of the voice")
        # The client's jitter buffer holds sound back by about 80 ms.
        in_time(-0.1 < loud[0] - bright[0] < 0.25, f"the voice came {loud[0] - bright[0]:.3f} s after its picture")
        gap = np.median(np.diff([p.time for p in pictures]))
        in_time(gap == pytest.approx(0.04, abs=0.01), f"a picture every {gap:.3f} s")

    await best_of(measure)


async def test_barge_in_silences_the_replica_and_keeps_what_was_heard() -> None:
    await best_of(_barge_in)


async def _barge_in() -> None:
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    layers = fake_layers(hears=["Stop please."], answers=["Alright."])
    async with call_of(layers) as call, person_in(call) as person:
        person.send("conversation.echo", "c1", text=words)
        started = await person.event("conversation.replica.started_speaking")
        await asyncio.sleep(0.6)
        onset = await person.speak(voice_like(1.0))
        stopped = await person.event("conversation.replica.stopped_speaking")
        in_time(stopped.message["properties"]["interrupted"], "the replica had said everything")
        await person.event("conversation.replica_interrupted")
        cut = await person.event("conversation.utterance", role="replica", interrupted=True)
        heard = cut.message["properties"]["speech"].split()
        in_time(2 <= len(heard) <= 8, f"{heard} was heard")
        assert words.startswith(" ".join(heard))
        silent_at = person.last_sound(before=onset + 1.0)
        assert silent_at is not None
        in_time(silent_at - onset < 0.4, f"silent after {silent_at - onset:.3f} s")
        await person.event("conversation.utterance", after=started.time, role="user")
        await person.event("conversation.utterance", after=cut.time, role="replica")
        history = [m.content for m in layers.chat.prompts[-1]]
        assert " ".join(heard) in history
        assert words not in history
        assert layers.replica.sessions[0].silenced


async def test_going_on_after_a_pause_withdraws_the_answer_that_was_prepared() -> None:
    layers = fake_layers(hears=["I would like a coffee"], answers=["Here."], end_of_turn=[0.0, 1.0])
    async with call_of(layers) as call, person_in(call) as person:
        pause = np.zeros(24_000, dtype=np.float32)
        await person.speak(np.concatenate([voice_like(0.6), pause, voice_like(0.6)]))
        await person.event("conversation.utterance", role="replica")
        spoken = [m for m in person.received.messages if m.event_type == "conversation.replica.started_speaking"]
        users = [m for m in person.received.messages if m.event_type == "conversation.user.stopped_speaking"]
        assert len(spoken) == len(users) == 1
        assert [trace.outcome for trace in call.director.traces] == ["resumed", "answered"]


async def test_sound_without_words_gets_no_answer() -> None:
    layers = fake_layers(hears=[""], answers=["Never."])
    async with call_of(layers) as call, person_in(call) as person:
        await person.speak(voice_like(0.4))
        await person.event("conversation.user.stopped_speaking")
        await asyncio.sleep(0.5)
        assert layers.chat.prompts == []
        assert len(call.director.transcript()) == 1


async def test_respond_interrupt_and_echo_over_the_data_channel() -> None:
    layers = fake_layers(hears=[], answers=["This is a rather long answer that goes on and on and on for a while."])
    async with call_of(layers) as call, person_in(call) as person:
        person.send("conversation.respond", "c1", text="Tell me something.")
        assert (await person.event("conversation.utterance", role="user")).message["properties"]["speech"] == (
            "Tell me something."
        )
        await person.event("conversation.replica.started_speaking")
        person.send("conversation.interrupt", "c1")
        stopped = await person.event("conversation.replica.stopped_speaking")
        assert stopped.message["properties"]["interrupted"] is True
        person.send("conversation.echo", "c1", text="First.")
        person.send("conversation.echo", "c1", text="Second.")
        await person.event("conversation.utterance", role="replica", speech="First.")
        await person.event("conversation.utterance", role="replica", speech="Second.")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no json", "message_type"),
        ("[1]", "message_type"),
        (json.dumps({"event_type": "conversation.dance"}), "conversation.dance"),
        (json.dumps({"event_type": "conversation.echo", "properties": {"text": 7}}), "properties.text"),
        (json.dumps({"event_type": "conversation.echo", "properties": 7}), "properties"),
        (json.dumps({"event_type": "conversation.interrupt", "conversation_id": "other"}), "conversation_id"),
    ],
)
async def test_a_wrong_message_is_answered_with_what_is_wrong(text: str, named: str) -> None:
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers) as call, person_in(call) as person:
        person.send_text(text)
        error = await person.event("error")
        assert named in error.message["properties"]["error"]


async def test_the_replica_counts_as_a_participant() -> None:
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers, max_participants=3) as call, person_in(call) as person, person_in(call):
        roster = (await person.event("room.participants")).message["properties"]["participants"]
        assert (roster[0]["user_id"], roster[0]["user_name"]) == ("tavus-replica-c1", "Ada")
        with pytest.raises(CapacityError, match="created for 3 participants, the replica being one"):
            await call.room.join("v=0", "a third one")


async def test_who_comes_back_in_mid_sentence_goes_on_with_it() -> None:
    layers = fake_layers(hears=["What is your name?"], answers=["My name is Ada."])
    async with call_of(layers, participant_left_timeout=0) as call, person_in(call) as other:
        first, second = Witness(), Witness()
        joined: list[Joined] = []

        async def signal(sdp: str) -> str:
            joined.append(await call.room.join(sdp, "Bruno", resume_token=joined[0].resume_token if joined else ""))
            return joined[-1].sdp

        await first.join(signal)
        speaking = asyncio.create_task(first.speak(voice_like(20)))
        await other.event("conversation.user.started_speaking")
        await second.join(signal)
        with suppress(ConnectionError):
            await speaking
        await second.speak(voice_like(0.5))
        await second.event("conversation.utterance", role="user", speech="What is your name?")
        began = [m for m in other.received.messages if m.event_type == "conversation.user.started_speaking"]
        assert len(began) == 1
        assert [joined[0].session_id] * 2 == [each.session_id for each in joined]
        assert not any(m.event_type == "room.participant_left" for m in other.received.messages)
        await first.close()
        await second.close()


async def test_a_malformed_offer_is_refused_and_leaves_nothing_behind() -> None:
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers) as call:
        before = len(asyncio.all_tasks())
        for sdp in ("", "hello", "v=0\r\n", "v=0\r\na=fingerprint:sha-256 00\r\na=ice-ufrag:x\r\nm=audio 9 x y\r\n"):
            with pytest.raises(SignallingError, match="sdp"):
                await call.room.join(sdp, "mallory")
        await until(lambda: len(asyncio.all_tasks()) <= before)


async def test_the_call_ends_when_the_last_person_leaves() -> None:
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers, participant_left_timeout=0) as call:
        async with person_in(call):
            pass
        reason = await asyncio.wait_for(asyncio.shield(call._over), SOON)
        assert reason == "participant_left_timeout"


async def test_a_call_that_fails_to_say_farewell_is_closed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(message: object) -> None:
        raise RuntimeError("nothing can be sent")

    async def hold_and_break(layers: FakeLayers) -> None:
        async with call_of(layers) as call, person_in(call):
            monkeypatch.setattr(call.room, "broadcast", fail)
            call.end("max_call_duration")
            await asyncio.sleep(0.2)

    layers = fake_layers(hears=[], answers=[])
    with pytest.raises(RuntimeError, match="nothing can be sent"):
        await hold_and_break(layers)
    assert layers.chat.open_sessions == 0
    assert layers.replica.sessions[0].closed


async def test_a_call_whose_clock_stops_ends_with_an_internal_error() -> None:
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers) as call, person_in(call):
        call.room.playout.append(np.full((2, 2), 0.5, dtype=np.float32))
        assert await asyncio.wait_for(asyncio.shield(call._over), SOON) == "internal error occurred at step room"


async def test_everyone_is_told_when_the_call_ends() -> None:
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers) as call, person_in(call) as person:
        call.end("max_call_duration")
        told = await person.event("system.shutdown")
        assert told.message["properties"]["shutdown_reason"] == "max_call_duration"


async def test_an_audio_only_call_draws_and_sends_no_picture() -> None:
    layers = fake_layers(hears=["Hello."], answers=["Hello to you."])
    async with call_of(layers, audio_only=True) as call, person_in(call) as person:
        await person.speak(voice_like(0.5))
        await person.event("conversation.utterance", role="replica")
        assert person.received.pictures == []
        assert layers.replica.cast == []
        assert person.first_sound(0.0) is not None


async def test_the_replica_stands_before_its_backdrop_or_before_a_green_screen_if_that_is_asked_for() -> None:
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers, seen={"presenter": "ada", "backdrop": "shelves"}):
        assert layers.replica.cast == [("ada", "shelves")]
    layers = fake_layers(hears=[], answers=[])
    async with call_of(layers, seen={"presenter": "ada", "backdrop": "shelves"}, apply_greenscreen=True):
        assert layers.replica.cast == [("ada", "green")]


async def test_a_replica_speaks_with_its_usual_voice_unless_the_installation_names_one() -> None:
    deep = {**ADA, "default_voice": "voice-en"}
    for named, opened in ((False, ["voice-en en"]), (True, [])):
        shelf = Shelf("en")
        pool = VoicePool(NamedTone("own", "en-US"), shelf)
        layers = fake_layers(hears=[], answers=[], voices=lambda voice, pool=pool: pool)  # type: ignore[misc]
        layers = replace(layers, engines=replace(layers.engines, voice_named=named))
        async with call_of(layers, seen=deep, greeting="Hello.") as call, person_in(call) as person:
            await person.event("conversation.utterance", role="replica")
            assert shelf.opened == opened


async def test_the_face_is_told_where_a_person_pauses() -> None:
    layers = fake_layers(hears=["Hello."], answers=["Hello to you."])
    async with call_of(layers) as call, person_in(call) as person:
        await person.speak(voice_like(0.5))
        await person.event("conversation.utterance", role="replica")
        assert layers.replica.sessions[0].attended


async def test_an_echo_persona_says_what_it_is_given_and_answers_nobody() -> None:
    layers = fake_layers(hears=["Hello?"], answers=["Never."])
    async with call_of(layers, pipeline_mode="echo") as call, person_in(call) as person:
        await person.speak(voice_like(0.6))
        person.send("conversation.respond", "c1", text="Hello?")
        error = await person.event("error")
        assert "echo" in error.message["properties"]["error"]
        person.send("conversation.echo", "c1", text="Only this.")
        await person.event("conversation.utterance", role="replica", speech="Only this.")
        assert layers.chat.prompts == []
        assert not any("user" in m.event_type for m in person.received.messages)


async def test_no_socket_leaves_loopback() -> None:
    layers = fake_layers(hears=["Hello."], answers=["Hello to you."])
    async with call_of(layers) as call, person_in(call) as person:
        await person.speak(voice_like(0.5))
        await person.event("conversation.replica.started_speaking")
        sockets = [s for s in psutil.Process().net_connections("udp") if s.laddr]
        assert sockets
        assert {s.laddr.ip for s in sockets} == {"127.0.0.1"}
