"""Listening to one participant: recognition beside turn taking, so that the words are there when the turn ends."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.conversation.call_language import CallLanguage
from engine.conversation.ear import Ear, UserTurn
from engine.conversation.engines import Engines
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.trace import TurnTrace
from engine.conversation.turn_end import Understood, turn_end_of
from engine.conversation.turn_rules import rules_of
from engine.conversation.turns import Action, BargeIn, ConsiderEnd, EndTurn, Hush, Resume, StartTurn, TakeFloor
from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.echo.noise import NoiseSuppressor
from engine.layers.echo.protocol import MicrophoneGuard
from engine.layers.flow.pause_history import PauseHistory
from engine.layers.stt.protocol import Transcription

log = logging.getLogger(__name__)

PARTIAL_EVERY = 0.6
"""Seconds between two partial transcriptions of running speech."""

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class TurnObserver(Protocol):
    """Who is told how a participant's turn goes."""

    def turn_started(self, turn: UserTurn) -> None:
        """Speech began."""

    def barged_in(self, *, goes_on: bool) -> None:
        """The participant speaks while the replica does, and may not mean to stop it. `goes_on`: the replica had just begun to answer
        them, perhaps too soon."""

    def floor_taken(self) -> None:
        """The participant goes on speaking while the replica does."""

    def is_aside(self, words: str) -> bool:
        """Whether what was said before a pause is no turn: a listener's "mm-hm" into what the replica says."""

    def words_heard(self, turn: UserTurn, words: str, stable: str) -> None:
        """All words of the running turn so far; those of `stable`, with which they begin, will not change any more."""

    def turn_considered(self, turn: UserTurn, words: str, trace: TurnTrace) -> None:
        """A pause, and what was said: an answer may be prepared."""

    def turn_resumed(self) -> None:
        """The participant goes on: what was prepared is useless."""

    def turn_ended(self, turn: UserTurn, words: str, duration: float, trace: TurnTrace) -> None:
        """The turn is over; `duration` in seconds. The next one may have begun by now."""

    def turn_dropped(self, turn: UserTurn) -> None:
        """There was sound, but nothing was said, or the participant left before it was understood."""


@dataclass(slots=True, eq=False)
class _Consideration:
    """What is being found out about one silence, from the moment on in which it may become a pause."""

    pause: int
    turn: UserTurn
    trace: TurnTrace
    cancel: CancelToken = field(default_factory=CancelToken)
    frames: int = 0
    paused: asyncio.Event = field(default_factory=asyncio.Event)
    """The silence is a pause."""
    understood: asyncio.Future[Understood] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    words: str | None = None
    concluded: bool = False
    """What follows from the words was told."""
    ended: EndTurn | None = None
    task: asyncio.Task[None] | None = None

    def abandon(self) -> None:
        self.cancel.cancel()
        if self.task is not None:
            self.task.cancel()


class Listener:
    """One participant's ear, with the recognition that belongs to it."""

    def __init__(
        self,
        ear: Ear,
        guard: MicrophoneGuard,
        engines: Engines,
        observer: TurnObserver,
        spawn: Spawn,
        *,
        flow: FlowSettings,
        language: CallLanguage,
        hotwords: str = "",
    ) -> None:
        """`hotwords`: names and terms that are listened for."""
        self.ear = ear
        self._guard = guard
        self._pauses = PauseHistory()
        self._end = turn_end_of(flow, engines, self._pauses)
        ear.machine.rules = rules_of(flow, self._end.undecided)
        self._suppressor: NoiseSuppressor | None = None
        self._engines = engines
        self._observer = observer
        self._spawn = spawn
        self._language = language
        self._hotwords = hotwords
        self._spoken = language.code
        """The language that this participant spoke last; a turn too short to tell is taken to be in it."""
        self._current: _Consideration | None = None
        self._finishing: set[_Consideration] = set()
        self._partial: asyncio.Task[None] | None = None
        self._partial_cancel = CancelToken()
        self._partial_at = 0.0

    def hear(self, samples: Samples) -> None:
        """Take sound of any length at 16 kHz; what is only the replica's own voice, come back, counts for nothing."""
        counted = self._guard.hear(samples).counted
        if self._suppressor is not None:
            counted = self._suppressor.feed(counted)
        for action in self.ear.feed(counted):
            self._act(action)
        going_on = self.ear.machine.speaking and self._current is None
        if going_on and self._partial is None and self.ear.heard - self._partial_at >= PARTIAL_EVERY:
            self._partial_at = self.ear.heard
            self._partial_cancel = CancelToken()
            self._partial = self._spawn(self._hear_partial(self.ear.turn, self._partial_cancel))

    def follow(self, flow: FlowSettings) -> None:
        """Take turns by these settings from now on."""
        self._end = turn_end_of(flow, self._engines, self._pauses)
        self.ear.machine.rules = rules_of(flow, self._end.undecided)

    def suppress_noise(self, on: bool) -> None:
        """Take steady noise out of what is heard, or leave it in."""
        if not on:
            self._suppressor = None
        elif self._suppressor is None:
            self._suppressor = NoiseSuppressor()

    def close(self) -> None:
        """Stop listening; work under way is cancelled, and turns that nobody will understand any more are dropped."""
        self._partial_cancel.cancel()
        if self._partial is not None:
            self._partial.cancel()
        unfinished = {consideration.turn for consideration in self._finishing}
        if self.ear.machine.in_turn:
            unfinished.add(self.ear.turn)
        for consideration in (self._current, *self._finishing):
            if consideration is not None:
                consideration.abandon()
        for turn in unfinished:
            self._observer.turn_dropped(turn)

    def _act(self, action: Action) -> None:
        match action:
            case StartTurn():
                self._current = None
                self._partial_at = self.ear.heard
                self._observer.turn_started(self.ear.turn)
            case BargeIn():
                self._observer.barged_in(goes_on=action.goes_on)
            case TakeFloor():
                self._observer.floor_taken()
            case Hush():
                if not self.ear.turn.full:
                    self._partial_cancel.cancel()
                trace = TurnTrace(time.monotonic() - (self.ear.heard - action.last_voiced))
                self._current = _Consideration(action.pause, self.ear.turn, trace)
                self._current.task = self._spawn(self._consider(self._current))
            case ConsiderEnd() if self._current is not None:
                self._current.trace.add("pause", self._current.trace.last_voiced, time.monotonic())
                self._current.paused.set()
            case Resume() if self._current is not None:
                self._resume(self._current, action.silence)
            case EndTurn() if self._current is not None:
                self._current.ended = action
                if self._current.concluded and self._current.words is not None:
                    self._finish(self._current, action, self._current.turn.with_settled(self._current.words))
                else:
                    # The words come later, even when the next turn has begun by then.
                    self._finishing.add(self._current)

    def _resume(self, consideration: _Consideration, silence: float) -> None:
        turn = consideration.turn
        if consideration.words and turn.long:
            turn.settle(consideration.words, consideration.frames)
        consideration.abandon()
        self._current = None
        if consideration.paused.is_set():
            self._end.resumed(silence)
            self._observer.turn_resumed()

    def _finish(self, consideration: _Consideration, ended: EndTurn, words: str) -> None:
        trace = consideration.trace
        trace.add("wait", max(stage.end for stage in trace.stages), time.monotonic())
        self._observer.turn_ended(consideration.turn, words, ended.last_voiced - ended.started, trace)

    async def _consider(self, consideration: _Consideration) -> None:
        turn = consideration.turn
        try:
            others = (other for other in self._finishing if other is not consideration)
            earlier = [other.task for other in others if other.task is not None]
            if self._partial is not None:
                # Its sound may be about to be settled; the rest is recognised after that.
                earlier.append(self._partial)
            if earlier:
                await asyncio.wait(earlier)
            sound, consideration.frames = turn.sound(), len(turn.frames)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._find_wait(consideration))
                words = await self._understand(sound, consideration)
                consideration.words = words
                if all_words := turn.with_settled(words):
                    self._tell(turn, all_words)
                consideration.understood.set_result(Understood(all_words, self._spoken))
                await consideration.paused.wait()
                self._conclude(consideration, words)
        finally:
            self._finishing.discard(consideration)

    def _conclude(self, consideration: _Consideration, words: str) -> None:
        all_words = consideration.turn.with_settled(words)
        if not all_words or self._observer.is_aside(all_words):
            self._drop(consideration)
        elif consideration.ended is not None:
            self._finish(consideration, consideration.ended, all_words)
        else:
            self._observer.turn_considered(consideration.turn, all_words, consideration.trace)
            consideration.concluded = True

    def _drop(self, consideration: _Consideration) -> None:
        self.ear.machine.drop_turn(consideration.pause)
        if self._current is consideration:
            self._current = None
        self._observer.turn_dropped(consideration.turn)

    async def _find_wait(self, consideration: _Consideration) -> None:
        await consideration.paused.wait()
        turn, trace = consideration.turn, consideration.trace
        try:
            silence = await self._end.wait(turn.sound(), consideration.understood, trace, consideration.cancel)
        except Exception:
            # The turn is taken after the longer wait, and its words are not lost.
            log.exception("whether a turn is over could not be found out")
            return
        self.ear.machine.wait(consideration.pause, silence)

    async def _understand(self, sound: Samples, consideration: _Consideration) -> str:
        started = time.monotonic()
        try:
            words = await self._transcribe(sound, consideration.turn, consideration.cancel, partial=False)
        except Exception:
            log.exception("a turn could not be understood")
            words = ""
        consideration.trace.add("stt", started, time.monotonic())
        return words

    async def _transcribe(self, sound: Samples, turn: UserTurn, cancel: CancelToken, *, partial: bool) -> str:
        def work() -> Transcription | None:
            if cancel.cancelled:
                return None
            return self._engines.recognizer.transcribe(
                sound,
                language=self._spoken,
                others=self._language.others,
                hotwords=self._hotwords,
                partial=partial,
                cancel=cancel,
            )

        understood = await asyncio.get_running_loop().run_in_executor(self._engines.stt_thread, work)
        if understood is None:
            return ""
        if understood.language and self._language.multilingual:
            self._spoken = turn.language = understood.language
        return understood.text

    def _tell(self, turn: UserTurn, words: str) -> None:
        partial = turn.partials.feed(words.split())
        self._observer.words_heard(turn, " ".join((*partial.stable, *partial.tentative)), " ".join(partial.stable))
        self._end.understood(Understood(words, self._spoken))

    async def _hear_partial(self, turn: UserTurn, cancel: CancelToken) -> None:
        try:
            settles, frames = turn.full, len(turn.frames)
            words = await self._transcribe(turn.sound(), turn, cancel, partial=not settles)
            if cancel.cancelled:
                return
            if words:
                self._tell(turn, turn.with_settled(words))
            if settles:
                turn.settle(words, frames)
        except Exception:
            log.exception("a partial transcription failed")
        finally:
            self._partial = None
