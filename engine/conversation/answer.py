"""One answer in the making: text -> clauses -> sound on the media clock -> mouth.

It is prepared while the person may still go on (speculation), is heard once it is released, and is thrown away as a whole when
it becomes useless.
"""

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from engine.conversation.apologies import apology
from engine.conversation.call_language import CallLanguage
from engine.conversation.clauses import ClauseSplitter
from engine.conversation.inflow import STARVED, TextStream
from engine.conversation.mien import NO_MIEN, RestingMien, mien_of
from engine.conversation.placed_speech import PlacedSpeech
from engine.conversation.speech import Speech
from engine.conversation.trace import TurnTrace
from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.cancel import CancelToken
from engine.layers.llm.protocol import Piece, ToolCall
from engine.layers.llm.remote_errors import RemoteModelError
from engine.layers.replica.protocol import ReplicaSession
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

NEARLY_OVER = 1.2
"""Seconds that are left to be heard of an answer whose listeners may be answering already."""

LINGERING = MEDIA_RATE
"""Media samples that the face keeps the emotion of an answer once it is over."""

WriteText = Callable[[CancelToken], Iterator[Piece]]
"""Yields the answer's text in pieces, and calls of tools; runs in a worker thread."""


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
    speculative: bool = True
    """Whether a text is written before the person has finished; else it begins with the release."""
    language: CallLanguage | None = None
    """In which the replica says that it has no answer; None: that of the voice."""


class Answer:
    """An answer; `on_clause` is called on the loop as each clause begins to be heard, with all the words so far.

    `write` makes its text, or is the text, or brings it piece by piece. `on_call` is called on the loop with each tool that the
    text asks for, once the answer is released and not before.
    """

    def __init__(
        self,
        write: WriteText | TextStream | str,
        parts: AnswerParts,
        *,
        inference_id: str | None = None,
        trace: TurnTrace | None = None,
        on_clause: Callable[[Speech, str], None] | None = None,
        on_call: Callable[[Speech, ToolCall], None] | None = None,
    ) -> None:
        self.inference_id = inference_id or str(uuid.uuid4())
        self.trace = trace
        self._write = write
        self._parts = parts
        self._on_clause = on_clause
        self._on_call = on_call
        self._calls: list[ToolCall] = []
        """Calls of tools that wait for the release."""
        self._has_called = False
        self._cancel = CancelToken()
        self._released = asyncio.Event()
        self._voiced = threading.Event()
        """The first clause has its sound, or needs none any more."""
        self._style = parts.style
        self._clauses: asyncio.Queue[str | None] = asyncio.Queue()
        self._placed = PlacedSpeech(parts.playout, parts.face, parts.voice_thread)
        self._mien = parts.resting.mien
        self._announcements: list[asyncio.Task[None]] = []
        self._ended = False
        """All of its text has its place on the clock."""

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
            if not self._placed.was_cut:
                self._ended = True
                self._settle(self._placed.end + LINGERING)
                await self._placed.over()
        finally:
            self._cancel.cancel()
            self._placed.close()
            for announcement in self._announcements:
                announcement.cancel()

    def release(self) -> None:
        """Let it be heard, and what it asks of tools be known."""
        self._released.set()
        self._tell_calls()

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
        return self._placed.seconds_heard

    @property
    def text(self) -> str:
        """Its words as far as they are known, heard or not."""
        return self._placed.text

    @property
    def binding(self) -> bool:
        """Whether a tool was asked to do something."""
        return self._has_called

    @property
    def nearly_over(self) -> bool:
        """Whether next to nothing of it is left to be heard."""
        return self._ended and self._placed.seconds_left < NEARLY_OVER

    def hold(self) -> bool:
        """Fall silent until `go_on` or `stop`; return whether anything was being said."""
        return self._placed.hold(more=not self._ended)

    def go_on(self) -> None:
        """Say the rest, from the beginning of the word that was broken off."""
        self._placed.go_on()

    def stop(self) -> None:
        """Fall silent at once: text, synthesis, queued sound and mouth."""
        self._cancel.cancel()
        silent_from = self._placed.cut()
        if silent_from is not None:
            self._settle(silent_from)
        self._released.set()
        self._voiced.set()
        self._clauses.put_nowait(None)
        if isinstance(self._write, TextStream):
            self._write.wake()

    def heard_text(self) -> str:
        """Return the words that were heard: whole clauses, and of a cut one the words that were over by then."""
        return self._placed.heard_text()

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
            deadline = (max(latest, self._placed.end) if self._placed else latest) + STARVED
            if stream.ended:
                break
            if playout.position >= deadline:
                stream.end()
            else:
                await stream.more(playout, deadline)
        for rest in (*splitter.flush(), None):
            self._clauses.put_nowait(rest)

    async def _write_clauses(self, write: WriteText) -> None:
        if not self._parts.speculative:
            await self._released.wait()
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
            if self._cancel.cancelled:
                return
            splitter = ClauseSplitter()
            for piece in write(self._cancel):
                if self._cancel.cancelled:
                    return
                if isinstance(piece, ToolCall):
                    loop.call_soon_threadsafe(self._call, piece)
                    continue
                pass_on(splitter.feed(piece))
                if not first:
                    # The model would take memory bandwidth from the voice while people wait for its first sound; later words have time.
                    self._voiced.wait(VOICE_PATIENCE)
            pass_on(splitter.flush())

        try:
            await loop.run_in_executor(self._parts.text_thread, pump)
        except RemoteModelError as error:
            log.warning("the text of an answer broke off: %s", error)
            self._apologise(f"llm_{error.failure}", started, silent=first)
        except Exception:
            log.exception("the text of an answer broke off")
            self._apologise("llm_failed", started, silent=first)
        finally:
            self._clauses.put_nowait(None)

    def _apologise(self, stage: str, started: float, *, silent: bool) -> None:
        """Note a failure of the text; when nothing of it can be heard, the replica says so instead of keeping silent."""
        self._note(stage, started)
        if silent and not self._cancel.cancelled:
            language = self._parts.language
            for clause in apology(language.tag if language is not None else self._parts.voice.language):
                self._clauses.put_nowait(clause)

    def _call(self, call: ToolCall) -> None:
        self._calls.append(call)
        if self._released.is_set():
            self._tell_calls()

    def _tell_calls(self) -> None:
        calls, self._calls = self._calls, []
        if self._on_call is not None and not self._cancel.cancelled:
            for call in calls:
                self._has_called = True
                self._on_call(self, call)

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
                await self._parts.playout.played(self._placed.end - LOOK_AHEAD)
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
        first = not self._placed
        start = await self._placed.place(spoken, sound)
        if start is None:
            return
        mien = mien_of(self._style.emotions)
        if mien == NO_MIEN:
            mien = self._parts.resting.mien
        if mien != self._mien:
            self._parts.face.feel(mien[0], start, mien[1])
            self._mien = mien
        words = self._placed.text
        self._announcements.append(asyncio.create_task(self._announce(start, words, first), name="answer-announce"))
        if not spoken.timed:
            await self._placed.read_mouth(start, sound)

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
