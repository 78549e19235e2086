"""One answer in the making: text -> clauses -> sound on the media clock -> mouth.

It is prepared while the person may still go on (speculation), is heard once it is released, and is thrown away as a whole when
it becomes useless.
"""

import asyncio
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from engine.conversation.clauses import ClauseSplitter
from engine.conversation.inflow import STARVED, TextStream
from engine.conversation.mien import NO_MIEN, RestingMien, mien_of
from engine.conversation.speech import Speech
from engine.conversation.trace import TurnTrace
from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.cancel import CancelToken
from engine.layers.replica.protocol import FaceSpeech, ReplicaSession
from engine.layers.resampling import resample
from engine.layers.tts.emotions import emotion_of, without_marks
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.style import NATURAL, SpeakingStyle
from engine.room.playout import Playout

log = logging.getLogger(__name__)

LOOK_AHEAD = 20 * MEDIA_RATE
"""Media samples that are synthesised ahead of the clock: a long text neither fills the memory nor keeps the voice from other calls."""

VOICE_PATIENCE = 0.5
"""Seconds that the text waits for the sound of its first clause at most."""

LINGERING = MEDIA_RATE
"""Media samples that the face keeps the emotion of an answer once it is over."""

WriteText = Callable[[CancelToken], Iterator[str]]
"""Yields the answer's text in pieces; runs in a worker thread."""


@dataclass(frozen=True, slots=True)
class AnswerParts:
    """What an answer needs of its call."""

    voice: Voice
    face: ReplicaSession
    playout: Playout
    text_thread: Executor
    voice_thread: Executor
    style: SpeakingStyle = NATURAL
    """How the persona speaks."""
    emotion_marks: bool = True
    """Whether marks such as `<emotion value="excited"/>` in the text act on the voice; nobody hears or reads them either way."""
    resting: RestingMien = field(default_factory=RestingMien)
    """What the face shows while the voice feels nothing."""


@dataclass(frozen=True, slots=True)
class _Placed:
    text: str
    start: int
    length: int
    ends: tuple[int, ...]
    """Media samples from `start` after which each word was heard; none when the voice does not tell."""

    def heard(self, until: int) -> str:
        """Return the words that were heard up to a place on the clock: whole ones only."""
        if until >= self.start + self.length:
            return self.text
        words = self.text.split()
        if len(self.ends) == len(words):
            count = sum(self.start + end <= until for end in self.ends)
        else:
            count = int(len(words) * max(0, until - self.start) / self.length)
        return " ".join(words[:count])


class Answer:
    """An answer; `on_clause` is called on the loop as each clause begins to be heard, with all the words so far.

    `write` makes its text, or is the text, or brings it piece by piece.
    """

    def __init__(
        self,
        write: WriteText | TextStream | str,
        parts: AnswerParts,
        *,
        inference_id: str | None = None,
        trace: TurnTrace | None = None,
        on_clause: Callable[[Speech, str], None] | None = None,
    ) -> None:
        self.inference_id = inference_id or str(uuid.uuid4())
        self.trace = trace
        self._write = write
        self._parts = parts
        self._on_clause = on_clause
        self._cancel = CancelToken()
        self._released = asyncio.Event()
        self._voiced = threading.Event()
        """The first clause has its sound, or needs none any more."""
        self._style = parts.style
        self._clauses: asyncio.Queue[str | None] = asyncio.Queue()
        self._placed: list[_Placed] = []
        self._mien = parts.resting.mien
        self._announcements: list[asyncio.Task[None]] = []
        self._cut_at: int | None = None

    async def run(self) -> None:
        """Prepare and, once released, speak; returns when all of it was heard or it was cut.

        When text or voice fail half-way, what there is of it until then is heard.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._compose(), name="answer-compose")
                tasks.create_task(self._speak(), name="answer-speak")
            # One that came to nothing is over when it is its turn, not before.
            await self._released.wait()
            if self._cut_at is None:
                self._settle(self._end + LINGERING)
                await self._parts.playout.played(self._end)
        finally:
            self._cancel.cancel()
            for announcement in self._announcements:
                announcement.cancel()

    def release(self) -> None:
        """Let it be heard."""
        self._released.set()

    def again(self) -> Speech | None:
        """Return one that says the same; None when a model was to write it."""
        if not isinstance(self._write, str | TextStream):
            return None
        return Answer(self._write, self._parts, inference_id=self.inference_id, on_clause=self._on_clause)

    def forget(self) -> None:
        """Nobody will hear what still comes of it."""
        if isinstance(self._write, TextStream):
            self._write.drop()

    @property
    def seconds_heard(self) -> float:
        """Seconds of sound that were played."""
        if not self._placed:
            return 0.0
        return max(0, min(self._heard_until, self._end) - self._placed[0].start) / MEDIA_RATE

    def stop(self) -> None:
        """Fall silent at once: text, synthesis, queued sound and mouth."""
        self._cancel.cancel()
        if self._cut_at is None:
            self._cut_at = self._parts.playout.position
            if self._cut_at < self._end:
                self._cut_at = self._parts.playout.cut()
                self._parts.face.silence_from(self._cut_at)
                self._settle(self._cut_at)
        self._released.set()
        self._voiced.set()
        self._clauses.put_nowait(None)
        if isinstance(self._write, TextStream):
            self._write.wake()

    def heard_text(self) -> str:
        """Return the words that were heard: whole clauses, and of a cut one the words that were over by then."""
        heard = (placed.heard(self._heard_until) for placed in self._placed)
        return " ".join(part for part in heard if part)

    @property
    def _end(self) -> int:
        return self._placed[-1].start + self._placed[-1].length if self._placed else self._parts.playout.position

    @property
    def _heard_until(self) -> int:
        return self._parts.playout.position if self._cut_at is None else self._cut_at

    async def _compose(self) -> None:
        if isinstance(self._write, str):
            splitter = ClauseSplitter()
            for clause in (*splitter.feed(self._write), *splitter.flush(), None):
                self._clauses.put_nowait(clause)
        elif isinstance(self._write, TextStream):
            await self._follow(self._write)
        else:
            await self._write_clauses(self._write)

    async def _follow(self, stream: TextStream) -> None:
        splitter, taken, playout = ClauseSplitter(), 0, self._parts.playout
        latest = playout.position
        while not self._cancel.cancelled:
            if taken < len(stream.pieces):
                for clause in splitter.feed(stream.pieces[taken]):
                    self._clauses.put_nowait(clause)
                taken, latest = taken + 1, playout.position
                continue
            # Whoever streams has as much time after the last word that was heard as after the last one that came.
            deadline = (max(latest, self._end) if self._placed else latest) + STARVED
            if stream.ended:
                break
            if playout.position >= deadline:
                stream.end()
            else:
                await stream.more(playout, deadline)
        for rest in (*splitter.flush(), None):
            self._clauses.put_nowait(rest)

    async def _write_clauses(self, write: WriteText) -> None:
        loop = asyncio.get_running_loop()
        started, first = time.monotonic(), True

        def pass_on(clauses: list[str]) -> None:
            nonlocal first
            for clause in clauses:
                if first:
                    loop.call_soon_threadsafe(self._note, "llm_first_clause", started)
                    first = False
                loop.call_soon_threadsafe(self._clauses.put_nowait, clause)

        def pump() -> None:
            splitter = ClauseSplitter()
            for piece in write(self._cancel):
                if self._cancel.cancelled:
                    return
                pass_on(splitter.feed(piece))
                if not first:
                    # The model would take memory bandwidth from the voice while people wait for its first sound; later words have time.
                    self._voiced.wait(VOICE_PATIENCE)
            pass_on(splitter.flush())

        try:
            await loop.run_in_executor(self._parts.text_thread, pump)
        except Exception:
            log.exception("the text of an answer broke off")
        finally:
            self._clauses.put_nowait(None)

    async def _speak(self) -> None:
        try:
            while (clause := await self._clauses.get()) is not None and not self._cancel.cancelled:
                clause = self._felt(clause)
                if not clause:
                    self._voiced.set()
                    continue
                started = time.monotonic()
                spoken, sound = await self._synthesise(clause)
                self._voiced.set()
                if not self._placed:
                    self._note("tts_first_clause", started)
                await self._released.wait()
                if self._cancel.cancelled:
                    return
                if sound.size:
                    await self._place(spoken, sound)
                await self._parts.playout.played(self._end - LOOK_AHEAD)
        except Exception:
            log.exception("the voice of an answer broke off")
            self._cancel.cancel()
        finally:
            self._voiced.set()

    def _felt(self, clause: str) -> str:
        """Take the marks of emotion out of a clause; the last one holds from this clause to the next mark."""
        clause, mark = without_marks(clause)
        if mark is not None and self._parts.emotion_marks:
            emotion = emotion_of(mark)
            emotions = (emotion,) if emotion is not None else self._parts.style.emotions
            self._style = replace(self._parts.style, emotions=emotions)
        return clause

    def _settle(self, position: int) -> None:
        """Let go of the emotion of this answer."""
        if self._mien != self._parts.resting.mien:
            emotion, strength = self._parts.resting.mien
            self._parts.face.feel(emotion, position, strength)

    async def _place(self, spoken: SpokenClause, sound: Samples) -> None:
        start = self._parts.playout.append(sound)
        mien = mien_of(self._style.emotions)
        if mien == NO_MIEN:
            mien = self._parts.resting.mien
        if mien != self._mien:
            self._parts.face.feel(mien[0], start, mien[1])
            self._mien = mien
        self._placed.append(_Placed(spoken.text, start, sound.size, _word_ends(spoken)))
        if spoken.timed:
            self._parts.face.say(FaceSpeech(start, spoken.sample_rate, spoken.phonemes))
        words = " ".join(placed.text for placed in self._placed)
        first = len(self._placed) == 1
        self._announcements.append(asyncio.create_task(self._announce(start, words, first), name="answer-announce"))
        if not spoken.timed:
            hear = self._parts.face.hear
            await asyncio.get_running_loop().run_in_executor(self._parts.voice_thread, hear, start, sound)
            if self._cut_at is not None:
                # It was cut while the mouth was being read.
                self._parts.face.silence_from(self._cut_at)

    async def _announce(self, start: int, words: str, first: bool) -> None:
        if await self._parts.playout.played(start + 1):
            if first and self.trace is not None:
                self.trace.first_sound = time.monotonic()
            if self._on_clause is not None:
                self._on_clause(self, words)

    async def _synthesise(self, clause: str) -> tuple[SpokenClause, Samples]:
        def work() -> tuple[SpokenClause, Samples]:
            spoken = self._parts.voice.speak(clause, style=self._style, cancel=self._cancel)
            return spoken, resample(spoken.samples, spoken.sample_rate, MEDIA_RATE)

        return await asyncio.get_running_loop().run_in_executor(self._parts.voice_thread, work)

    def _note(self, stage: str, started: float) -> None:
        if self.trace is not None:
            self.trace.add(stage, started, time.monotonic(), cancelled=self._cancel.cancelled)


def _word_ends(spoken: SpokenClause) -> tuple[int, ...]:
    """Return where each word between spaces ends, in media samples; none where the voice does not tell.

    What says nothing ends with the word before.
    """
    scale = MEDIA_RATE / spoken.sample_rate
    left = deque(spoken.words)
    ends: list[int] = []
    for word in spoken.text.split():
        if left and left[0].text == word:
            span = left.popleft()
            ends.append(round((span.start + span.length) * scale))
        else:
            ends.append(ends[-1] if ends else 0)
    return () if left or not spoken.words else tuple(ends)
