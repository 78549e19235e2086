"""One answer: what is heard of it, and what was heard when it is cut."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.answer import Answer, AnswerParts, WriteText
from engine.conversation.trace import TurnTrace
from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.resampling import resample
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.emotions import Emotion
from engine.layers.tts.protocol import SpokenClause
from engine.layers.tts.spans import WordSpan
from engine.layers.tts.style import NATURAL, SpeakingStyle
from engine.room.playout import FADE, MEDIA_RATE, TICK, Playout
from tests.fakes.layers import GreyFace, ToneVoice


class Desk:
    """An answer at work, on a clock that the test moves."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self.voice, self.face, self.playout = ToneVoice(), GreyFace(), Playout()
        self.captions: list[str] = []
        self._thread = thread
        self.parts = AnswerParts(self.voice, self.face, self.playout, thread, thread)

    def begin(self, write: WriteText | str, trace: TurnTrace | None = None) -> tuple[Answer, asyncio.Task[None]]:
        answer = Answer(write, self.parts, trace=trace, on_clause=lambda _, words: self.captions.append(words))
        return answer, asyncio.create_task(answer.run())

    async def pass_ticks(self, ticks: int) -> None:
        for _ in range(ticks):
            await self.settle()
            self.playout.take()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(3):
            await asyncio.get_running_loop().run_in_executor(self._thread, lambda: None)
            for _ in range(5):
                await asyncio.sleep(0)


@asynccontextmanager
async def a_desk() -> AsyncIterator[Desk]:
    with ThreadPoolExecutor(1) as thread:
        yield Desk(thread)


async def test_nothing_is_heard_before_the_release() -> None:
    async with a_desk() as desk:
        answer, running = desk.begin("Hello to you.")
        await desk.pass_ticks(5)
        assert desk.voice.spoken == ["Hello to you."]
        assert desk.playout.end == desk.playout.position
        answer.release()
        await desk.pass_ticks(31)
        assert running.done()
        assert answer.heard_text() == "Hello to you."
        assert answer.seconds_heard == pytest.approx(0.6)
        assert desk.captions == ["Hello to you."]


async def test_an_answer_without_words_is_over_when_it_is_released_and_not_before() -> None:
    async with a_desk() as desk:
        answer, running = desk.begin(lambda cancel: iter(()))
        await desk.settle()
        assert not running.done()
        answer.release()
        await desk.settle()
        assert running.done()
        assert (answer.heard_text(), answer.seconds_heard) == ("", 0.0)


async def test_captions_come_as_each_clause_begins() -> None:
    async with a_desk() as desk:
        answer, running = desk.begin("One two. Three four.")
        answer.release()
        await desk.pass_ticks(1)
        assert desk.captions == ["One two."]
        await desk.pass_ticks(20)
        assert desk.captions == ["One two.", "One two. Three four."]
        running.cancel()


async def test_marks_of_emotion_act_on_the_voice_and_nobody_hears_or_reads_them() -> None:
    async with a_desk() as desk:
        answer, running = desk.begin('One. <emotion value="sad"/> Two. Three. <emotion value="happy"/> Four.')
        answer.release()
        await desk.pass_ticks(60)
        assert running.done()
        assert desk.voice.spoken == ["One.", "Two.", "Three.", "Four."]
        felt = [[emotion.name for emotion in style.emotions] for style in desk.voice.styles]
        assert felt == [[], ["sadness"], ["sadness"], ["happiness"]]
        assert desk.captions[-1] == answer.heard_text() == "One. Two. Three. Four."


async def test_a_persona_without_emotion_control_keeps_its_style_whatever_the_marks_say() -> None:
    async with a_desk() as desk:
        desk.parts = replace(desk.parts, style=SpeakingStyle(speed=1.2), emotion_marks=False)
        answer, running = desk.begin('<emotion value="sad"/> Two words. <emotion value="glee"/>')
        answer.release()
        await desk.pass_ticks(60)
        assert running.done()
        assert desk.voice.spoken == ["Two words."]
        assert desk.voice.styles == [SpeakingStyle(speed=1.2)]


async def test_an_unknown_emotion_is_the_one_of_the_persona() -> None:
    async with a_desk() as desk:
        own = SpeakingStyle(pitch=1.0, emotions=(Emotion("calm"),))
        desk.parts = replace(desk.parts, style=own)
        answer, running = desk.begin('<emotion value="angry"/> No. <emotion value="zest"/> Yes.')
        answer.release()
        await desk.pass_ticks(60)
        assert running.done()
        assert desk.voice.styles == [replace(own, emotions=(Emotion("anger"),)), own]


async def test_the_face_shows_what_the_voice_feels_and_lets_go_of_it_after_the_answer() -> None:
    async with a_desk() as desk:
        answer, running = desk.begin('One. <emotion value="sad"/> Two. Three.')
        answer.release()
        await desk.pass_ticks(200)
        assert running.done()
        (sad, began, _), (neutral, settled, _) = desk.face.felt
        assert (sad, neutral) == ("sadness", "neutral")
        assert began == desk.face.said[1].start
        assert settled > desk.face.said[2].start


async def test_an_interruption_ends_the_emotion_of_the_face_at_once() -> None:
    async with a_desk() as desk:
        answer, running = desk.begin('<emotion value="angry"/> One two three.')
        answer.release()
        await desk.pass_ticks(10)
        answer.stop()
        await desk.pass_ticks(5)
        assert running.done()
        assert desk.face.felt[0][0] == "anger"
        assert desk.face.felt[-1][:2] == ("neutral", desk.face.silenced[-1])


class Untimed(ToneVoice):
    """Does not tell when it says what."""

    def speak(self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None) -> SpokenClause:
        return replace(super().speak(text, style=style, cancel=cancel), timed=False)


async def test_the_mouth_is_read_from_the_sound_where_the_voice_tells_no_times() -> None:
    async with a_desk() as desk:
        desk.parts = replace(desk.parts, voice=Untimed())
        answer, running = desk.begin("One. Two.")
        answer.release()
        await desk.pass_ticks(100)
        assert running.done()
        assert desk.face.said == []
        (first, samples), (second, _) = desk.face.heard
        assert second == first + samples


async def test_a_cut_while_the_mouth_is_being_read_leaves_it_closed() -> None:
    async with a_desk() as desk:
        desk.parts = replace(desk.parts, voice=Untimed())
        answer, running = desk.begin("One.")
        hear = desk.face.hear

        def cut_meanwhile(start: int, samples: Samples, *, more: bool = False) -> None:
            answer.stop()
            hear(start, samples)

        desk.face.hear = cut_meanwhile  # type: ignore[method-assign]
        answer.release()
        await desk.pass_ticks(10)
        assert running.done()
        # The last thing that the face was told is to be silent.
        assert len(desk.face.heard) == 1
        assert len(desk.face.silenced) == 2


async def test_a_cut_clause_is_heard_up_to_the_last_whole_word_that_the_voice_tells_of() -> None:
    class Hesitant(ToneVoice):
        """Says the second word at the end of a long clause."""

        def speak(
            self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None
        ) -> SpokenClause:
            clause = super().speak(text, style=style, cancel=cancel)
            tenth = clause.samples.size // 10
            words = (WordSpan("One", 0, tenth), WordSpan("two", 8 * tenth, tenth), WordSpan("three.", 9 * tenth, tenth))
            return replace(clause, words=words)

    async with a_desk() as desk:
        desk.parts = replace(desk.parts, voice=Hesitant())
        answer, running = desk.begin("One two three.")
        answer.release()
        heard = []
        for _ in range(30):
            await desk.pass_ticks(1)
            heard.append(answer.heard_text())
        assert heard.index("One") in range(3)
        assert heard.index("One two") in range(26, 29)
        assert heard[-1] == "One two three."
        running.cancel()


async def test_a_cut_silences_text_voice_sound_and_mouth() -> None:
    asked: list[str] = []

    def write(cancel: CancelToken) -> Iterator[str]:
        for word in ("one", "two", "three", "four.") * 50:
            if cancel.cancelled:
                return
            asked.append(word)
            yield word + " "

    async with a_desk() as desk:
        trace = TurnTrace(0.0)
        answer, running = desk.begin(write, trace)
        answer.release()
        await desk.pass_ticks(15)
        answer.stop()
        await desk.settle()
        assert running.done()
        assert desk.playout.end - desk.playout.position == FADE
        assert desk.face.silenced == [desk.playout.end]
        assert answer.heard_text() == "one"
        assert trace.first_sound is not None
        await desk.pass_ticks(100)
        assert answer.heard_text() == "one"
        assert answer.seconds_heard == pytest.approx((15 * TICK + FADE) / MEDIA_RATE)


async def test_stopping_twice_or_at_the_end_changes_nothing() -> None:
    async with a_desk() as desk:
        answer, running = desk.begin("One two.")
        answer.release()
        await desk.pass_ticks(21)
        assert running.done()
        desk.playout.append(np.ones(TICK * 2, dtype=np.float32))
        answer.stop()
        answer.stop()
        # What another answer says now is none of its business.
        assert desk.playout.end - desk.playout.position == TICK * 2
        assert desk.face.silenced == []
        assert answer.heard_text() == "One two."


async def test_the_text_of_a_model_that_fails_is_spoken_as_far_as_it_goes() -> None:
    def write(cancel: CancelToken) -> Iterator[str]:
        yield "This is sure. And "
        raise RuntimeError("broken")

    async with a_desk() as desk:
        answer, running = desk.begin(write)
        await desk.settle()
        answer.release()
        await desk.pass_ticks(40)
        await running
        assert answer.heard_text() == "This is sure."


@given(
    st.lists(st.text("abc ,.!?\n1", max_size=40), min_size=1, max_size=6),
    st.integers(0, 80),
    st.booleans(),
)
def test_what_was_heard_is_a_beginning_of_the_text(pieces: list[str], ticks: int, cut: bool) -> None:
    async def speak() -> None:
        async with a_desk() as desk:
            answer, running = desk.begin(lambda cancel: iter(pieces))
            answer.release()
            seen: list[str] = []
            for _ in range(ticks):
                await desk.pass_ticks(1)
                seen.append(answer.heard_text())
            if cut:
                answer.stop()
            seen.append(answer.heard_text())
            words = [word for word in "".join(pieces).split() if any(c.isalnum() for c in word)]
            for heard in seen:
                said = [word for word in heard.split() if any(c.isalnum() for c in word)]
                assert said == words[: len(said)]
            assert seen == sorted(seen, key=len)
            running.cancel()
            await asyncio.wait({running})

    asyncio.run(speak())


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_a_clause_keeps_its_length_on_the_media_clock(rate: int) -> None:
    clause = np.sin(np.arange(rate, dtype=np.float32) * 2 * np.pi * 200 / rate).astype(np.float32)
    sound = resample(clause, rate, MEDIA_RATE)
    assert sound.dtype == np.float32
    assert sound.size == pytest.approx(MEDIA_RATE, abs=100)
    assert float(np.abs(sound).max()) == pytest.approx(1.0, abs=0.05)
    assert resample(np.zeros(0, dtype=np.float32), rate, MEDIA_RATE).size == 0


def test_clauses_of_a_voice_join_on_the_media_clock_without_a_click() -> None:
    playout = Playout()
    voice = BasicVoice()
    joins = []
    for text in ("When it rains,", "we all stay at home.", "Why?", "yes"):
        clause = voice.speak(text)
        joins.append(playout.append(resample(clause.samples, clause.sample_rate, MEDIA_RATE)))
    heard = np.concatenate([playout.take() for _ in range(playout.end // TICK + 1)]).astype(np.float64) / 32_767
    for join in joins[1:]:
        assert np.abs(np.diff(heard[join - 48 : join + 48])).max() < 0.01


def test_sound_that_is_cut_fades_out_over_8_ms() -> None:
    playout = Playout()
    playout.append(np.full(MEDIA_RATE, 0.5, np.float32))
    playout.take()
    end = playout.cut()
    assert end - playout.position == FADE == 384
    rest = playout.take().astype(np.float64) / 32_767
    assert rest[0] == pytest.approx(0.5, abs=0.01)
    assert np.abs(np.diff(rest)).max() < 0.002
    assert not rest[FADE:].any()
