"""The replica's side of the floor: which answer is being prepared, which is heard, which waits."""

import asyncio
import logging
from collections import deque
from typing import Protocol

from engine.conversation.answer import Answer, AnswerParts, WriteText
from engine.conversation.echoed_sound import EchoedSound
from engine.conversation.inflow import TextStream
from engine.conversation.listener import Spawn
from engine.conversation.sound_stream import SoundStream
from engine.conversation.speech import Speech
from engine.conversation.trace import TurnTrace
from engine.layers.llm.protocol import ToolCall

log = logging.getLogger(__name__)


class SpeechObserver(Protocol):
    """Who is told how the replica speaks."""

    def answer_began(self, answer: Speech) -> None:
        """The first sample of an answer is heard."""

    def answer_proceeds(self, answer: Speech, words: str) -> None:
        """A clause begins to be heard; `words` are all up to and with it."""

    def answer_over(self, answer: Speech, heard: str, *, interrupted: bool) -> None:
        """An answer that was heard has ended, or was cut: `heard` holds the words that reached people."""

    def tool_called(self, answer: Speech, call: ToolCall) -> None:
        """An answer that was released asks for a function to be called."""

    def answer_unheard(self, answer: Speech) -> None:
        """A released answer came to nothing: there was nothing to say, or the model or the voice failed."""


class Speaker:
    """At most one answer is heard at a time; what is echoed queues behind it."""

    def __init__(self, parts: AnswerParts, observer: SpeechObserver, spawn: Spawn) -> None:
        self._parts = parts
        self._observer = observer
        self._spawn = spawn
        self._current: Speech | None = None
        self._began = False
        self._held = False
        self._waiting: deque[Speech] = deque()
        self._prepared: Speech | None = None
        self._running: dict[Speech, asyncio.Task[None]] = {}

    @property
    def audible(self) -> bool:
        """Whether the replica can be heard."""
        return self._current is not None and self._began

    @property
    def held(self) -> bool:
        """Whether it has fallen silent in the midst of what it says, for now."""
        return self._held

    @property
    def asks(self) -> bool:
        """Whether there is a question in what it says."""
        return self._current is not None and "?" in self._current.text

    @property
    def nearly_over(self) -> bool:
        """Whether next to nothing is left to be heard of what it says."""
        return self._current is None or self._current.nearly_over

    @property
    def pending(self) -> bool:
        """Whether an answer was released and is not heard yet."""
        return self._current is not None and not self._began

    @property
    def preparing(self) -> bool:
        """Whether an answer is being prepared in case the turn ends."""
        return self._prepared is not None

    @property
    def waiting(self) -> int:
        """Texts and sounds from outside that nobody has begun to say."""
        return len(self._waiting)

    def prepare(self, write: WriteText, trace: TurnTrace | None = None, inference_id: str | None = None) -> None:
        """Begin an answer that nobody hears before `release`."""
        self.withdraw()
        self._prepared = self._make(write, trace=trace, inference_id=inference_id)
        self._run(self._prepared)

    def withdraw(self) -> None:
        """Throw away what was prepared."""
        if self._prepared is not None:
            self._abandon(self._prepared, "resumed")
            self._prepared = None

    def release(self) -> None:
        """Let the prepared answer be heard, and nothing else."""
        self.silence()
        answer, self._prepared = self._prepared, None
        if answer is not None:
            self._begin(answer)

    def say(self, text: TextStream | str, inference_id: str | None = None) -> None:
        """Say a fixed text, after whatever is being said."""
        self._waiting.append(self._make(text, inference_id=inference_id))
        self.proceed()

    def play(self, sound: SoundStream, inference_id: str | None = None) -> None:
        """Say what a sound says, after whatever is being said."""
        self._waiting.append(EchoedSound(sound, self._parts, inference_id=inference_id, on_begin=self._clause))
        self.proceed()

    def proceed(self) -> None:
        """Say what waits, if nothing is being said."""
        if self._current is None and self._waiting:
            answer = self._waiting.popleft()
            self._run(answer)
            self._begin(answer)

    def take_back(self) -> None:
        """Withdraw what was released and is not heard yet; what is echoed waits again, before all others."""
        answer = self._current
        if answer is not None and not self._began and not answer.binding:
            self._current = None
            self._abandon(answer, "resumed")
            again = answer.again()
            if again is not None:
                self._waiting.appendleft(again)

    def hold(self) -> None:
        """Fall silent at once, until `go_on` or `silence`; what cannot be held is silenced."""
        if self._current is not None and self.audible and not self._held:
            self._held = self._current.hold()
            if not self._held:
                self.silence()

    def go_on(self) -> None:
        """Say the rest of what was held."""
        if self._held and self._current is not None:
            self._current.go_on()
        self._held = False

    def silence(self) -> None:
        """Fall silent at once and forget what waits."""
        for waiting in self._waiting:
            waiting.forget()
        self._waiting.clear()
        answer, heard = self._current, self._began
        self._current, self._began, self._held = None, False, False
        if answer is None:
            return
        self._abandon(answer, "interrupted" if heard else "resumed")
        answer.forget()
        if heard:
            self._observer.answer_over(answer, answer.heard_text(), interrupted=True)

    def close(self) -> None:
        """Stop everything; what was heard of an answer is told."""
        self.silence()
        self._prepared = None
        for answer, task in self._running.items():
            answer.stop()
            task.cancel()

    def _make(
        self, write: WriteText | TextStream | str, *, trace: TurnTrace | None = None, inference_id: str | None = None
    ) -> Answer:
        return Answer(
            write,
            self._parts,
            inference_id=inference_id,
            trace=trace,
            on_clause=self._clause,
            on_call=self._called,
        )

    def _begin(self, answer: Speech) -> None:
        self._current, self._began = answer, False
        answer.release()

    def _run(self, answer: Speech) -> None:
        self._running[answer] = self._spawn(self._follow(answer))

    async def _follow(self, answer: Speech) -> None:
        try:
            await answer.run()
        except Exception:
            log.exception("an answer failed")
            answer.forget()
        finally:
            self._running.pop(answer, None)
        if answer is not self._current:
            return
        heard = self._began
        self._current, self._began, self._held = None, False, False
        if heard:
            self._close_trace(answer, "answered")
            self._observer.answer_over(answer, answer.heard_text(), interrupted=False)
        else:
            self._close_trace(answer, "dropped")
            self._observer.answer_unheard(answer)
        self.proceed()

    def _abandon(self, answer: Speech, outcome: str) -> None:
        answer.stop()
        self._close_trace(answer, outcome)

    def _clause(self, answer: Speech, words: str) -> None:
        if answer is not self._current:
            return
        if not self._began:
            self._began = True
            self._observer.answer_began(answer)
        self._observer.answer_proceeds(answer, words)

    def _called(self, answer: Speech, call: ToolCall) -> None:
        if answer is self._current:
            self._observer.tool_called(answer, call)

    @staticmethod
    def _close_trace(answer: Speech, outcome: str) -> None:
        if answer.trace is not None:
            answer.trace.outcome = outcome
