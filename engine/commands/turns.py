"""`visavis turns`: where the time of the latest turns went."""

from pathlib import Path
from typing import Any

import click

from engine.commands.installation import home_option, json_option, show_json, show_table, with_store
from engine.errors import InvalidInputError
from engine.store.opening import Store
from engine.store.turn_traces import KEPT, TurnTraceRecord


@click.command()
@click.argument("conversation_id", required=False)
@click.option("--limit", type=click.IntRange(1, KEPT), default=20, show_default=True, help="The newest so many.")
@home_option
@json_option
def turns(conversation_id: str | None, limit: int, home: Path | None, as_json: bool) -> None:
    """Show where the time of the latest turns went, newest first, of one conversation or of all.

    FIRST SOUND is the time from a person's last voiced sample to the first sample of the answer; the stages, in the order in which
    they ended, may overlap. The last 200 turns are kept.
    """
    found = with_store(home, lambda store: _found(store, conversation_id, limit))
    if as_json:
        show_json([_as_json(turn) for turn in found])
    elif found:
        head = ("TIME", "CONVERSATION", "TURN", "OUTCOME", "FIRST SOUND", "STAGES (ms)")
        show_table(head, [_row(turn) for turn in found])
    else:
        click.echo(f"No turn is kept: the last {KEPT} are, written when their answer has been heard.", err=True)


async def _found(store: Store, conversation_id: str | None, limit: int) -> list[TurnTraceRecord]:
    if conversation_id is None:
        return await store.turn_traces.latest(limit)
    if await store.conversations.get(conversation_id) is None:
        raise InvalidInputError("conversation_id", conversation_id, "the id of a conversation is")
    return (await store.turn_traces.of(conversation_id))[: -limit - 1 : -1]


def _row(turn: TurnTraceRecord) -> tuple[str, ...]:
    return (
        turn.created_at[:19].replace("T", " ") + "Z",
        turn.conversation_id,
        str(turn.turn_idx),
        turn.outcome,
        "-" if turn.first_sound_ms is None else f"{turn.first_sound_ms:.0f} ms",
        " · ".join(_stage(stage) for stage in turn.stages) or "-",
    )


def _stage(stage: dict[str, Any]) -> str:
    took = f"{stage['name']} {stage['end_ms'] - stage['start_ms']:.0f}"
    return f"{took} (cancelled)" if stage["cancelled"] else took


def _as_json(turn: TurnTraceRecord) -> dict[str, Any]:
    return {"conversation_id": turn.conversation_id, "created_at": turn.created_at, **turn.as_json()}
