"""What a call leaves behind in figures."""

from pathlib import Path

from engine.bench.witness import Witness
from engine.room.media_counts import MediaCounts
from tests.conversation.test_host import ENDED, PERSONA, REPLICA, house
from tests.real_time import until


async def test_figures_grow_while_a_call_runs_and_stay_when_it_is_over(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        before = host.calls.figures()
        assert (before.active, before.capacity, before.started, before.ended) == (0, 2, 0, {})
        assert before.media == MediaCounts()
        assert before.slowest_fps is None
        conversation = await host.conversation()
        await host.calls.start(conversation, PERSONA, REPLICA)
        person = Witness()

        async def signal(sdp: str) -> str:
            return (await host.calls.join(conversation.conversation_id, sdp, "Bob")).sdp

        await person.join(signal)
        await until(lambda: host.calls.figures().media.frames > 10)
        during = host.calls.figures()
        assert (during.active, during.started, during.ended) == (1, 1, {})
        assert during.media.clock_ms > 200
        assert during.slowest_fps is not None
        assert during.slowest_fps > 0
        await person.close()
        await host.calls.end(conversation.conversation_id, ENDED)
        after = host.calls.figures()
        assert (after.active, after.started, after.ended) == (0, 1, {ENDED: 1})
        assert after.media.frames >= during.media.frames
        assert after.media.clock_ms >= during.media.clock_ms
        assert after.slowest_fps is None


def test_counts_are_added_field_by_field() -> None:
    one, other = MediaCounts(clock_ms=1, late_ticks=2, lost_microphone_ms=3), MediaCounts(clock_ms=10, frames=4)
    assert one + other == MediaCounts(clock_ms=11, late_ticks=2, frames=4, lost_microphone_ms=3)
