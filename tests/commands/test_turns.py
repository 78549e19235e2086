"""`visavis turns`."""

import asyncio
import json
from pathlib import Path

import pytest

from engine.conversation.trace import TurnTrace
from engine.store.opening import open_store
from engine.store.turn_traces import TurnTraceRecord
from tests.commands.conftest import Visavis


def _kept(conversation_id: str, second: int, trace: TurnTrace) -> TurnTraceRecord:
    created_at = f"2026-01-31T09:08:{second:02}.000123Z"
    return TurnTraceRecord(conversation_id=conversation_id, created_at=created_at, **trace.as_json())


@pytest.fixture
def conversations(home: Path) -> tuple[str, str]:
    """One conversation with a false start and an answer, and one with a single answer after it."""
    false_start = TurnTrace(50.0, 1, "i1", outcome="resumed")
    false_start.add("stt", 50.2, 50.298)
    false_start.add("llm_first_clause", 50.3, 50.34, cancelled=True)
    answered = TurnTrace(52.0, 1, "i1", first_sound=52.8714, outcome="answered")
    answered.add("stt", 52.2, 52.298)
    answered.add("end_of_turn", 52.2, 52.281)
    dropped = TurnTrace(60.0, 1, "i2", outcome="dropped")

    async def fill() -> tuple[str, str]:
        store = await open_store(home)
        made = [
            await store.conversations.create(conversation_name="n", persona_id="p1", replica_id="r1") for _ in range(2)
        ]
        first, second = (each.conversation_id for each in made)
        await store.turn_traces.add([_kept(first, 5, false_start), _kept(first, 7, answered)])
        await store.turn_traces.add([_kept(second, 15, dropped)])
        await store.close()
        return first, second

    return asyncio.run(fill())


def test_turns_are_shown_newest_first_with_their_stages_in_order(run: Visavis, conversations: tuple[str, str]) -> None:
    first, second = conversations
    head, *rows = run("turns").stdout.splitlines()
    assert head.split() == ["TIME", "CONVERSATION", "TURN", "OUTCOME", "FIRST", "SOUND", "STAGES", "(ms)"]
    assert [" ".join(row.split()) for row in rows] == [
        f"2026-01-31 09:08:15Z {second} 1 dropped - -",
        f"2026-01-31 09:08:07Z {first} 1 answered 871 ms stt 98 · end_of_turn 81",
        f"2026-01-31 09:08:05Z {first} 1 resumed - stt 98 · llm_first_clause 40 (cancelled)",
    ]


def test_as_json_they_are_what_the_interface_shows_and_where_and_when(
    run: Visavis, conversations: tuple[str, str]
) -> None:
    [_, answered, _] = json.loads(run("turns", "--json").stdout)
    stages = answered.pop("stages")
    assert answered == {
        "conversation_id": conversations[0],
        "created_at": "2026-01-31T09:08:07.000123Z",
        "turn_idx": 1,
        "inference_id": "i1",
        "outcome": "answered",
        "last_voiced_at": 52.0,
        "first_sound_ms": 871.4,
    }
    assert stages[0] == {"name": "stt", "start_ms": 200.0, "end_ms": 298.0, "cancelled": False}


def test_they_can_be_those_of_one_conversation_and_fewer(run: Visavis, conversations: tuple[str, str]) -> None:
    def outcomes(*options: str) -> list[str]:
        return [turn["outcome"] for turn in json.loads(run("turns", "--json", *options).stdout)]

    assert outcomes(conversations[0]) == ["answered", "resumed"]
    assert outcomes(conversations[0], "--limit", "1") == ["answered"]
    assert outcomes("--limit", "2") == ["dropped", "answered"]
    assert run("turns", "--limit", "0").exit_code == 2
    assert "conversation_id: 'cnowhere'" in str(run("turns", "cnowhere").exception)


def test_without_turns_it_says_so(run: Visavis) -> None:
    result = run("turns")
    assert result.stdout == ""
    assert "No turn is kept" in result.stderr
    assert json.loads(run("turns", "--json").stdout) == []
