"""What a call writes down of its turns: each one once, when nothing changes about it any more."""

import asyncio
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.conversation.kept_turns import KeptTurns
from engine.conversation.trace import TurnTrace
from engine.store.opening import Store, open_store
from engine.store.turn_traces import TurnTraceRecord
from tests.conversation.test_host import ENDED, PERSONA, REPLICA, house
from tests.conversation.test_host_endings import person_in
from tests.fakes.layers import fake_layers
from tests.real_time import SOON


def closed(outcome: str, number: int = 1) -> TurnTrace:
    return TurnTrace(time.monotonic(), number, f"i{number}", outcome=outcome)


async def a_conversation(store: Store) -> str:
    made = await store.conversations.create(conversation_name="test", persona_id="p1", replica_id="r1")
    return made.conversation_id


async def outcomes(store: Store, conversation_id: str) -> list[str]:
    return [turn.outcome for turn in await store.turn_traces.of(conversation_id)]


async def test_false_starts_are_written_with_the_answer_behind_them(store: Store) -> None:
    conversation_id, traces = await a_conversation(store), deque([closed("resumed")])
    kept = KeptTurns(conversation_id, traces, store.turn_traces)
    await kept.keep()
    assert await outcomes(store, conversation_id) == [], "it may be prepared anew"
    traces += [closed("answered"), closed("resumed", 2)]
    await kept.keep()
    assert await outcomes(store, conversation_id) == ["resumed", "answered"]
    traces.append(closed("interrupted", 2))
    await kept.keep()
    await kept.keep()
    assert await outcomes(store, conversation_id) == ["resumed", "answered", "resumed", "interrupted"]


async def test_what_is_left_is_written_at_the_end_but_for_what_never_closed(store: Store) -> None:
    conversation_id = await a_conversation(store)
    traces = deque([closed("answered"), closed("dropped", 2), closed("pending", 3)])
    kept = KeptTurns(conversation_id, traces, store.turn_traces)
    await kept.keep()
    await kept.keep(over=True)
    assert await outcomes(store, conversation_id) == ["answered", "dropped"]


async def test_turns_that_push_the_older_ones_out_are_all_new(store: Store) -> None:
    conversation_id = await a_conversation(store)
    traces = deque([closed("answered", 1)], maxlen=2)
    kept = KeptTurns(conversation_id, traces, store.turn_traces)
    await kept.keep()
    traces += [closed("answered", 2), closed("answered", 3)]
    await kept.keep()
    assert [turn.turn_idx for turn in await store.turn_traces.of(conversation_id)] == [1, 2, 3]


async def test_a_turn_is_dated_by_its_last_voiced_sample(store: Store) -> None:
    conversation_id = await a_conversation(store)
    trace = TurnTrace(time.monotonic() - 3600.0, 1, "i1", outcome="answered")
    await KeptTurns(conversation_id, deque([trace]), store.turn_traces).keep()
    [turn] = await store.turn_traces.of(conversation_id)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert abs(datetime.fromisoformat(turn.created_at) - an_hour_ago) < timedelta(minutes=1)
    assert turn.as_json() == trace.as_json()


async def test_a_call_goes_on_without_a_store(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = await open_store(tmp_path)
    conversation_id = await a_conversation(store)
    kept = KeptTurns(conversation_id, deque([closed("answered")]), store.turn_traces)
    await store.close()
    await kept.keep()
    assert conversation_id in caplog.text


async def test_a_call_keeps_an_answer_that_was_heard_and_at_its_end_the_one_that_it_cut(tmp_path: Path) -> None:
    layers = fake_layers(hears=[], answers=["Yes.", "One two three four five six seven eight nine ten."])
    async with house(tmp_path, layers=layers) as host:
        conversation = await host.conversation()
        conversation_id = conversation.conversation_id
        await host.calls.start(conversation, PERSONA, REPLICA)

        async def written() -> list[TurnTraceRecord]:
            return await host.store.turn_traces.of(conversation_id)

        async with person_in(host, conversation) as person:
            person.send("conversation.respond", conversation_id, text="Is it?")
            said = await person.event("conversation.utterance", role="replica")
            [running] = host.calls.traces(conversation_id)
            async with asyncio.timeout(SOON):
                while not await written():  # noqa: ASYNC110 - people hear of a turn a moment before
                    await asyncio.sleep(0.01)
            assert [turn.as_json() for turn in await written()] == [running]
            person.send("conversation.respond", conversation_id, text="Count.")
            await person.event("conversation.replica.started_speaking", after=said.time)
            await host.calls.end(conversation_id, ENDED)
        answered, cut = await written()
    assert (answered.outcome, cut.outcome) == ("answered", "interrupted")
    assert answered.first_sound_ms is not None
    assert "llm_first_clause" in [stage["name"] for stage in answered.stages]
