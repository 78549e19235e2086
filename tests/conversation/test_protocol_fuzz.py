"""A call takes whatever is sent to it, and nothing of it reaches another call."""

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from tests.conversation.messages import CASES, MESSAGES
from tests.conversation.stage import stage_of
from tests.fakes.layers import fake_layers

PER_CALL = 20


@settings(max_examples=max(1, CASES // PER_CALL))
@given(st.lists(st.tuples(MESSAGES, st.sampled_from([None, "a", "b", "nobody"])), min_size=PER_CALL, max_size=PER_CALL))
def test_nothing_is_raised_but_refusals_and_nothing_leaks(sent: list[tuple[dict[str, Any], str | None]]) -> None:
    async def call() -> None:
        async with (
            stage_of(fake_layers(hears=[], answers=["Fine."])) as stage,
            stage_of(fake_layers(hears=[], answers=["Fine."])) as other,
        ):
            stage.join("a", "b", called={"a": "Ann", "b": "Bob"})
            other.join("a")
            untouched = other.director.transcript()
            for message, sender in sent:
                try:
                    stage.director.interact(message, sender=sender)
                except InvalidInputError as refusal:
                    json.dumps(str(refusal))
                await stage.pass_time(0.02)
            await stage.pass_time(0.2)
            assert other.messages == []
            assert other.director.transcript() == untouched
            assert not other.tasks
            assert {message["conversation_id"] for message in stage.messages} <= {"c1"}
            assert [message["seq"] for message in stage.messages] == list(range(1, len(stage.messages) + 1))
            json.dumps(stage.messages, ensure_ascii=False).encode()
            stage.director.close()
            await stage.settle()
            assert not stage.tasks

    asyncio.run(call())
