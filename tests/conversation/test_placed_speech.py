"""An answer on the media clock: held, gone on with, cut."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.placed_speech import PlacedSpeech
from engine.layers.tts.protocol import SpokenClause
from engine.layers.tts.spans import PhonemeSpan, WordSpan
from engine.room.playout import FADE, MEDIA_RATE, TICK, Playout
from tests.fakes.layers import GreyFace

WORD = MEDIA_RATE // 5


def clause(text: str, *, timed: bool = True, worded: bool = True) -> SpokenClause:
    """Words of 200 ms, each of its own loudness."""
    words = text.split()
    sound = np.concatenate([np.full(WORD, 0.1 + 0.1 * n, dtype=np.float32) for n in range(len(words))])
    spans = tuple(WordSpan(word, n * WORD, WORD) for n, word in enumerate(words))
    phonemes = (PhonemeSpan("a", 0, sound.size),)
    return SpokenClause(text, sound, MEDIA_RATE, phonemes, spans if worded else (), timed)


class Mouth:
    """What is placed, and what the face and the ears make of it."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self.playout, self.face = Playout(), GreyFace()
        self.placed = PlacedSpeech(self.playout, self.face, thread)
        self.heard: list[int] = []

    async def place(self, spoken: SpokenClause) -> int:
        start = await self.placed.place(spoken, spoken.samples)
        assert start is not None
        return start

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds * MEDIA_RATE / TICK)):
            self.heard.extend(int(value) for value in self.playout.take())

    def levels(self) -> list[int]:
        """Return the loudness of each word as it was heard, in tenths, repeats and silences left out."""
        steps = [round(value / 3276.7) for value in self.heard[:: TICK // 2]]
        return [step for n, step in enumerate(steps) if step and (n == 0 or steps[n - 1] != step)]


@pytest.fixture
async def mouth() -> AsyncIterator[Mouth]:
    with ThreadPoolExecutor(1) as thread:
        made = Mouth(thread)
        yield made
        made.placed.close()


async def test_a_broken_word_is_said_again_and_the_rest_follows(mouth: Mouth) -> None:
    await mouth.place(clause("one two three"))
    await mouth.place(clause("four five"))
    mouth.play(0.3)
    assert mouth.placed.hold(more=False)
    mouth.play(0.4)
    assert mouth.placed.heard_text() == "one"
    mouth.placed.go_on()
    mouth.play(1.2)
    assert mouth.placed.heard_text() == "one two three four five"
    assert mouth.levels() == [1, 2, 2, 3, 1, 2]


async def test_silence_falls_within_8_ms(mouth: Mouth) -> None:
    await mouth.place(clause("one two three"))
    mouth.play(0.1)
    mouth.placed.hold(more=False)
    begun = len(mouth.heard)
    mouth.play(0.2)
    assert not any(mouth.heard[begun + FADE :])
    assert mouth.face.silenced == [begun + FADE]


async def test_what_was_not_heard_while_it_was_held_does_not_count(mouth: Mouth) -> None:
    await mouth.place(clause("one two three"))
    mouth.play(0.2)
    mouth.placed.hold(more=False)
    mouth.play(1.0)
    assert mouth.placed.seconds_heard == pytest.approx(0.2, abs=0.01)
    assert mouth.placed.seconds_left == pytest.approx(0.4, abs=0.01)
    mouth.placed.go_on()
    mouth.play(0.2)
    assert mouth.placed.seconds_heard == pytest.approx(0.4, abs=0.01)


async def test_the_mouth_goes_on_with_the_voice(mouth: Mouth) -> None:
    start = await mouth.place(clause("one two three"))
    mouth.play(0.3)
    mouth.placed.hold(more=False)
    mouth.play(0.5)
    position = mouth.playout.position
    mouth.placed.go_on()
    assert [said.start for said in mouth.face.said] == [start, position - WORD]


async def test_a_mouth_that_is_read_from_sound_is_read_again(mouth: Mouth) -> None:
    spoken = clause("one two three", timed=False)
    await mouth.placed.read_mouth(await mouth.place(spoken), spoken.samples)
    mouth.play(0.3)
    mouth.placed.hold(more=False)
    mouth.play(0.5)
    position = mouth.playout.position
    mouth.placed.go_on()
    async with asyncio.timeout(10):
        while len(mouth.face.heard) < 2:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
    assert mouth.face.heard == [(0, 3 * WORD), (position, 2 * WORD)]


async def test_who_waits_for_a_moment_waits_for_the_silence_too(mouth: Mouth) -> None:
    await mouth.place(clause("one two three"))
    over = asyncio.create_task(mouth.playout.played(mouth.placed.end))
    await asyncio.sleep(0)
    mouth.play(0.3)
    mouth.placed.hold(more=False)
    mouth.play(1.0)
    await asyncio.sleep(0)
    assert not over.done()
    mouth.placed.go_on()
    mouth.play(0.4)
    assert await over is True


async def test_nothing_new_is_said_while_it_is_held(mouth: Mouth) -> None:
    await mouth.place(clause("one two"))
    mouth.play(0.1)
    mouth.placed.hold(more=False)
    more = asyncio.create_task(mouth.place(clause("three")))
    await asyncio.sleep(0)
    mouth.play(0.5)
    assert not more.done()
    mouth.placed.go_on()
    assert await more == mouth.placed.end - WORD


async def test_a_cut_while_it_is_held_is_for_good(mouth: Mouth) -> None:
    await mouth.place(clause("one two three"))
    over = asyncio.create_task(mouth.playout.played(mouth.placed.end))
    await asyncio.sleep(0)
    mouth.play(0.3)
    mouth.placed.hold(more=False)
    mouth.play(0.2)
    mouth.placed.cut()
    assert await over is False
    mouth.placed.go_on()
    begun = len(mouth.heard)
    mouth.play(0.5)
    assert not any(mouth.heard[begun:])
    assert mouth.placed.heard_text() == "one"


async def test_what_says_nothing_cannot_be_held(mouth: Mouth) -> None:
    assert not mouth.placed.hold(more=True)
    await mouth.place(clause("one"))
    mouth.play(0.4)
    assert not mouth.placed.hold(more=False)


async def test_what_waits_for_its_next_clause_can_be_held(mouth: Mouth) -> None:
    await mouth.place(clause("one"))
    mouth.play(0.4)
    assert mouth.placed.hold(more=True)
    more = asyncio.create_task(mouth.place(clause("two")))
    await asyncio.sleep(0)
    mouth.play(0.4)
    mouth.placed.go_on()
    await more
    mouth.play(0.4)
    assert mouth.placed.heard_text() == "one two"


async def test_a_clause_that_comes_while_it_is_held_is_never_said_once_it_was_cut(mouth: Mouth) -> None:
    await mouth.place(clause("one two"))
    mouth.play(0.1)
    mouth.placed.hold(more=True)
    late = clause("three")
    more = asyncio.create_task(mouth.placed.place(late, late.samples))
    await asyncio.sleep(0)
    mouth.placed.cut()
    assert await more is None
    begun = len(mouth.heard) + FADE
    mouth.play(0.5)
    assert not any(mouth.heard[begun:])


async def test_it_is_over_when_all_of_it_was_heard_however_long_it_was_held(mouth: Mouth) -> None:
    await mouth.place(clause("one two three"))
    mouth.play(0.3)
    mouth.placed.hold(more=False)
    over = asyncio.create_task(mouth.placed.over())
    await asyncio.sleep(0)
    mouth.play(1.0)
    await asyncio.sleep(0)
    assert not over.done()
    mouth.placed.go_on()
    await asyncio.sleep(0)
    mouth.play(0.3)
    mouth.placed.hold(more=False)
    mouth.play(0.5)
    await asyncio.sleep(0)
    assert not over.done()
    mouth.placed.go_on()
    for _ in range(20):
        mouth.play(0.02)
        await asyncio.sleep(0)
    await asyncio.wait_for(over, 10)
    assert mouth.placed.heard_text() == "one two three"


@given(st.lists(st.sampled_from(["play", "hold", "go on", "place"]), max_size=40), st.booleans(), st.booleans())
def test_however_often_it_is_held_every_word_is_heard_in_order(steps: list[str], timed: bool, worded: bool) -> None:
    async def run() -> None:
        with ThreadPoolExecutor(1) as thread:
            mouth, said = Mouth(thread), 0
            held = False
            for step in (*steps, "go on"):
                if step == "play":
                    mouth.play(0.06)
                elif step == "hold":
                    held = mouth.placed.hold(more=False) or held
                elif step == "go on":
                    mouth.placed.go_on()
                    held = False
                elif not held and said < 8:
                    said += 1
                    await mouth.place(clause(f"w{said}", timed=timed, worded=worded))
            mouth.play(3.0)
            await asyncio.sleep(0)
            mouth.placed.close()
            assert mouth.placed.heard_text() == " ".join(f"w{n}" for n in range(1, said + 1))
            assert mouth.placed.seconds_left == 0
            # 200 ms a word at least, and no more than what was said twice beside it.
            loud = sum(value != 0 for value in mouth.heard)
            assert loud >= said * WORD - 2 * FADE * (1 + steps.count("hold"))

    asyncio.run(run())
