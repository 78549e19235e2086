"""Sound from outside, said by the replica: into the playout in order, with the face behind it (seed: Echo Interaction)."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from functools import partial

import numpy as np

from engine.conversation.answer import AnswerParts
from engine.conversation.inflow import STARVED
from engine.conversation.sound_stream import SoundStream
from engine.conversation.speech import Speech
from engine.conversation.trace import TurnTrace
from engine.layers.audio import MEDIA_RATE, Samples

log = logging.getLogger(__name__)

NOTHING: Samples = np.zeros(0, dtype=np.float32)
"""The end of what a face hears. Nobody writes to it."""

BUFFERED = 3 * MEDIA_RATE // 10
"""Media samples that the first sound waits for while more is to come, and what ran dry: sound at real speed comes unevenly."""
SHORTEST = MEDIA_RATE // 10
"""Media samples that a later piece has at least while more is to come."""
LOOK_AHEAD = 10 * MEDIA_RATE
"""Media samples that are queued ahead of the clock."""


class EchoedSound:
    """One stream of sound; `on_begin` is called on the loop as it begins to be heard."""

    trace: TurnTrace | None = None

    def __init__(
        self,
        stream: SoundStream,
        parts: AnswerParts,
        *,
        inference_id: str | None = None,
        on_begin: Callable[[Speech, str], None] | None = None,
    ) -> None:
        self.inference_id = inference_id or str(uuid.uuid4())
        self._stream = stream
        self._parts = parts
        self._on_begin = on_begin
        self._released = asyncio.Event()
        self._placed: list[tuple[int, int]] = []
        """Start and length on the media clock of each piece."""
        self._unheard: list[Samples] = []
        """What was placed before anything was heard."""
        self._began: asyncio.Task[None] | None = None
        self._heard = False
        self._looking: set[asyncio.Task[None]] = set()
        self._cut_at: int | None = None

    @property
    def seconds_heard(self) -> float:
        """Seconds of sound that were played, without the gaps in which none came."""
        until = self._parts.playout.position if self._cut_at is None else self._cut_at
        return sum(max(0, min(until - start, length)) for start, length in self._placed) / MEDIA_RATE

    async def run(self) -> None:
        """Speak once released, as the sound comes; one that says nothing for `STARVED` without having ended is over then."""
        await self._released.wait()
        try:
            while await self._enough():
                self._place(self._stream.take())
                await self._parts.playout.played(self._end - LOOK_AHEAD)
            if self._placed and self._cut_at is None:
                self._show(self._end, NOTHING, more=False)
            if self._looking:
                await asyncio.wait(self._looking)
            if self._cut_at is None:
                await self._parts.playout.played(self._end)
        finally:
            for task in (self._began, *self._looking):
                if task is not None:
                    task.cancel()

    def release(self) -> None:
        """Let it be heard."""
        self._released.set()

    @property
    def text(self) -> str:
        """Nothing: it is sound."""
        return ""

    @property
    def binding(self) -> bool:
        """False: it does nothing."""
        return False

    @property
    def nearly_over(self) -> bool:
        """False: nobody knows what still comes."""
        return False

    def hold(self) -> bool:
        """Return False: whoever makes the sound goes on making it."""
        return False

    def go_on(self) -> None:
        """Do nothing: it was never held."""

    def stop(self) -> None:
        """Fall silent at once: queued sound and mouth."""
        if self._cut_at is None:
            self._cut_at = self._parts.playout.position
            if self._cut_at < self._end:
                self._cut_at = self._parts.playout.cut()
                self._parts.face.silence_from(self._cut_at)
        self._released.set()
        self._stream.wake()

    def heard_text(self) -> str:
        """Return nothing: it is sound, and nobody has said which words."""
        return ""

    def again(self) -> Speech | None:
        """Return it from its beginning."""
        self._stream.give_back(self._unheard)
        return EchoedSound(self._stream, self._parts, inference_id=self.inference_id, on_begin=self._on_begin)

    def forget(self) -> None:
        """Nobody will hear what still comes."""
        self._stream.drop()

    @property
    def _end(self) -> int:
        return sum(self._placed[-1]) if self._placed else self._parts.playout.position

    async def _enough(self) -> bool:
        """Wait until the next piece should be placed; False when there is none any more."""
        stream, playout = self._stream, self._parts.playout
        held, deadline = -1, 0
        while self._cut_at is None and not stream.ended:
            if stream.held >= self._wanted:
                return True
            if stream.held != held:
                held, deadline = stream.held, max(self._end, playout.position) + STARVED
            if playout.position >= deadline:
                stream.end()
            else:
                await stream.more(playout, deadline)
        return self._cut_at is None and not stream.drained

    @property
    def _wanted(self) -> int:
        return SHORTEST if self._end > self._parts.playout.position else BUFFERED

    def _place(self, sound: Samples) -> None:
        if not sound.size:
            return
        start = self._parts.playout.append(sound)
        self._placed.append((start, sound.size))
        if not self._heard:
            self._unheard.append(sound)
        if self._began is None:
            self._began = asyncio.create_task(self._begin(start), name="echo-begin")
        self._show(start, sound, more=True)

    def _show(self, start: int, sound: Samples, *, more: bool) -> None:
        # Nobody waits for it: while the thread is busy with another call's voice, the sound must not run dry.
        look = asyncio.create_task(self._look(start, sound, more=more), name="echo-look")
        self._looking.add(look)
        look.add_done_callback(self._looking.discard)

    async def _look(self, start: int, sound: Samples, *, more: bool) -> None:
        hear = partial(self._parts.face.hear, start, sound, more=more)
        try:
            await asyncio.get_running_loop().run_in_executor(self._parts.voice_thread, hear)
        except Exception:
            log.exception("the mouth of a sound could not be read")
        if self._cut_at is not None:
            # It was cut while the mouth was being read.
            self._parts.face.silence_from(self._cut_at)

    async def _begin(self, start: int) -> None:
        if await self._parts.playout.played(start + 1):
            self._heard = True
            self._unheard.clear()
            if self._on_begin is not None:
                self._on_begin(self, "")
