"""The media clock: every sample has its place."""

import asyncio

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.room.playout import FADE, TICK, Playout


def ones(count: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(count, 0.5, dtype=np.float32)


def test_silence_is_handed_out_where_nothing_is_queued() -> None:
    playout = Playout()
    assert not playout.take().any()
    assert playout.position == TICK


def test_sound_is_heard_from_the_position_that_append_returns() -> None:
    playout = Playout()
    playout.take()
    start = playout.append(ones(TICK + 100))
    assert start == TICK
    assert playout.append(ones(10)) == TICK + TICK + 100
    assert (playout.take() == 16383).all()
    last = playout.take()
    assert np.count_nonzero(last) == 110


def test_a_cut_fades_out_within_8_ms_and_drops_the_rest() -> None:
    playout = Playout()
    playout.append(ones(10 * TICK))
    playout.take()
    silent_from = playout.cut()
    assert silent_from == TICK + FADE
    faded = playout.take()
    assert faded[0] == 16383
    assert (np.diff(faded[:FADE].astype(int)) <= 0).all()
    assert not faded[FADE:].any()
    assert playout.end == playout.position


async def test_played_tells_what_was_heard_and_what_was_cut() -> None:
    playout = Playout()
    start = playout.append(ones(4 * TICK))
    heard = asyncio.create_task(playout.played(start + TICK))
    cut = asyncio.create_task(playout.played(start + 4 * TICK))
    await asyncio.sleep(0)
    playout.take()
    assert await heard is True
    playout.cut()
    assert await cut is False


async def test_what_was_played_already_is_known_at_once() -> None:
    playout = Playout()
    playout.append(ones(TICK))
    playout.take()
    assert await playout.played(TICK) is True


@given(st.lists(st.one_of(st.integers(0, 4000), st.just("take"), st.just("cut")), max_size=60))
def test_no_sample_is_lost_or_moved(steps: list[int | str]) -> None:
    playout = Playout()
    taken = 0
    for step in steps:
        if step == "take":
            assert playout.take().shape == (TICK,)
            taken += 1
        elif step == "cut":
            assert playout.cut() - playout.position <= FADE
        elif isinstance(step, int):
            before = playout.end
            assert playout.append(ones(step)) == before
            assert playout.end == before + step
        assert playout.position == taken * TICK
        assert playout.end >= playout.position
