"""Reading over the network from a worker thread."""

import asyncio
from collections.abc import Callable

import pytest

from engine.layers.llm.protocol import Piece
from engine.layers.llm.reading import Reading
from tests.real_time import SOON


def wanted() -> bool:
    return False


async def test_pieces_come_in_order_and_then_the_end() -> None:
    async def work(take: Callable[[Piece], None]) -> None:
        take("a")
        take("b")
        await asyncio.sleep(0)
        take("c")

    reading = Reading(work)
    assert [await reading.next(wanted) for _ in range(5)] == ["a", "b", "c", None, None]
    await reading.stop()


async def test_what_came_is_given_before_what_went_wrong() -> None:
    async def work(take: Callable[[Piece], None]) -> None:
        take("a")
        raise OSError("broken")

    reading = Reading(work)
    assert await reading.next(wanted) == "a"
    with pytest.raises(OSError, match="broken"):
        await reading.next(wanted)
    await reading.stop()


async def test_what_nobody_wants_any_more_is_cut_and_let_go_of() -> None:
    let_go = asyncio.Event()

    async def work(take: Callable[[Piece], None]) -> None:
        try:
            await asyncio.sleep(SOON)
        finally:
            let_go.set()

    reading = Reading(work)
    looks = iter([False, False, True])
    assert await reading.next(lambda: next(looks)) is None
    assert not let_go.is_set()
    await reading.stop()
    assert let_go.is_set()


async def test_work_that_nobody_asked_for_is_not_begun() -> None:
    begun: list[str] = []

    async def work(take: Callable[[Piece], None]) -> None:
        begun.append("work")

    await Reading(work).stop()
    assert begun == []
