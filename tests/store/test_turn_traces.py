"""Turns in the store: the last ones of the installation, each of them once, and gone with their conversation."""

from dataclasses import replace
from pathlib import Path

from engine.store.opening import Store, open_store
from engine.store.turn_traces import KEPT, TurnTraceRecord

STAGE = {"name": "stt", "start_ms": 203.3, "end_ms": 301.5, "cancelled": False}


async def conversation(store: Store) -> str:
    made = await store.conversations.create(conversation_name="test", persona_id="p1", replica_id="r1")
    return made.conversation_id


def turn(conversation_id: str, turn_idx: int) -> TurnTraceRecord:
    return TurnTraceRecord(
        conversation_id=conversation_id,
        turn_idx=turn_idx,
        inference_id=f"i{turn_idx}",
        outcome="answered",
        last_voiced_at=1000.123456789 + turn_idx,
        first_sound_ms=871.4,
        stages=[STAGE],
        created_at="2026-01-01T00:00:00.000000Z",
    )


async def test_turns_are_there_after_a_restart_as_they_were(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    owner = await conversation(store)
    heard, unheard = turn(owner, 1), replace(turn(owner, 2), outcome="dropped", first_sound_ms=None, stages=[])
    await store.turn_traces.add([heard, unheard])
    await store.close()
    store = await open_store(tmp_path)
    assert await store.turn_traces.of(owner) == [heard, unheard]
    await store.close()


async def test_the_latest_of_all_conversations_come_newest_first(store: Store) -> None:
    one, other = await conversation(store), await conversation(store)
    await store.turn_traces.add([turn(one, 1), turn(one, 2)])
    await store.turn_traces.add([turn(other, 1)])
    assert await store.turn_traces.latest(2) == [turn(other, 1), turn(one, 2)]
    await store.conversations.delete(other)
    assert await store.turn_traces.latest(2) == [turn(one, 2), turn(one, 1)], "a deleted conversation is not shown"


async def test_the_installation_keeps_the_last_ones(store: Store) -> None:
    one, other = await conversation(store), await conversation(store)
    await store.turn_traces.add([turn(one, 1), turn(one, 2)])
    await store.turn_traces.add([turn(other, number) for number in range(KEPT - 1)])
    assert await store.turn_traces.of(one) == [turn(one, 2)]
    assert len(await store.turn_traces.latest(KEPT + 10)) == KEPT
    await store.turn_traces.add([turn(other, number) for number in range(KEPT, 2 * KEPT + 5)])
    assert await store.turn_traces.of(one) == []
    kept = await store.turn_traces.of(other)
    assert [each.turn_idx for each in kept] == list(range(KEPT + 5, 2 * KEPT + 5))


async def test_what_is_written_again_is_kept_once(store: Store) -> None:
    owner = await conversation(store)
    await store.turn_traces.add([turn(owner, 1)])
    await store.turn_traces.add([turn(owner, 1), turn(owner, 2)])
    assert await store.turn_traces.of(owner) == [turn(owner, 1), turn(owner, 2)]


async def test_turns_go_with_their_conversation_and_none_come_after_it(store: Store) -> None:
    owner, other = await conversation(store), await conversation(store)
    await store.turn_traces.add([turn(owner, 1), turn(other, 1)])
    await store.conversations.delete(owner, hard=True)
    await store.turn_traces.add([turn(owner, 2)])
    assert await store.turn_traces.of(owner) == []
    assert await store.turn_traces.latest(10) == [turn(other, 1)]
