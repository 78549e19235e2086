"""A director on a clock that the test moves: whole conversations without a network, the same way each time."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import numpy as np

from engine.conversation.answer import AnswerParts
from engine.conversation.call_language import CallLanguage
from engine.conversation.call_voice import CallVoice
from engine.conversation.director import Director
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.prompt import PromptBuilder
from engine.conversation.thinker import Thinker
from engine.layers.llm.protocol import Sampling
from engine.room.playout import MEDIA_RATE, TICK, Playout
from engine.store.records import PersonaRecord
from tests.fakes.layers import FakeLayers, GreyFace

STAMP = "2026-01-01T00:00:00.000000Z"
PERSONA = PersonaRecord("p1", "Ada", {"system_prompt": "You are Ada."}, "user", STAMP, STAMP)
TICK_HEARD = TICK // 3
"""Samples at 16 kHz in one tick."""


class Stage:
    """People speak by levels of sound; `pass_time` moves the clock and waits until all that follows from it is done."""

    def __init__(
        self, layers: FakeLayers, thinker: Thinker, language: CallLanguage, flow: FlowSettings | None, hotwords: str
    ) -> None:
        self.layers = layers
        voice = CallVoice(layers.engines.voices, language) if language.multilingual else layers.voice
        self.face = GreyFace()
        self.playout = Playout()
        self.messages: list[dict[str, Any]] = []
        self.loudness: list[float] = []
        """Of what the replica said, one a tick."""
        self.tasks: set[asyncio.Task[None]] = set()
        self.levels: dict[str, float] = {}
        self.loudspeaker = 0.0
        """How loud everybody's microphone hears what the replica said one tick ago; 0: they wear headsets."""
        self._echo = np.zeros(TICK_HEARD, dtype=np.float32)
        self.director = Director(
            "c1",
            engines=layers.engines,
            thinker=thinker,
            parts=AnswerParts(voice, self.face, self.playout, thinker.thread, layers.engines.tts_thread),
            prompt=PromptBuilder(PERSONA, "", datetime(2026, 1, 1, tzinfo=UTC)),
            language=language,
            flow=flow,
            hotwords=hotwords,
            send=self.messages.append,
            spawn=self._spawn,
        )
        self._threads = [
            thinker.thread,
            layers.engines.tts_thread,
            layers.engines.stt_thread,
            layers.engines.flow_thread,
        ]
        self.busy: set[object] = set()
        """Threads that a test keeps busy, so that nobody waits for them."""

    def join(self, *names: str, greeting: str = "", called: Mapping[str, str] | None = None) -> None:
        for name in names:
            self.levels[name] = 0.0
            self.director.join(name, user_name=(called or {}).get(name, ""), greeting=greeting)

    async def pass_time(self, seconds: float, **levels: float) -> None:
        """Let everybody speak at these levels (silence for those not named)."""
        for _ in range(round(seconds * MEDIA_RATE / TICK)):
            for name in self.levels:
                own = np.full(TICK_HEARD, levels.get(name, 0.0), dtype=np.float32)
                self.director.hear(name, own + self.loudspeaker * self._echo)
            position, sound = self.playout.position, self.playout.take()
            self.director.played(position, sound)
            self._echo = sound[:: TICK // TICK_HEARD].astype(np.float32) / 32768.0
            self.loudness.append(float(np.abs(sound).max()))
            await self.settle()

    async def settle(self) -> None:
        """Wait until the worker threads have nothing to do and what they did has been taken."""
        loop = asyncio.get_running_loop()
        for _ in range(3):
            for thread in self._threads:
                if thread not in self.busy:
                    await loop.run_in_executor(thread, lambda: None)
            for _ in range(5):
                await asyncio.sleep(0)

    def send(self, event_type: str, *, sender: str | None = None, **properties: Any) -> None:
        self.director.interact({"event_type": event_type, "properties": properties}, sender=sender)

    def events(self, *, captions: bool = False) -> list[tuple[str, str]]:
        """Return what was told: short event types, with who says it or the words."""
        return [
            (
                message["event_type"].removeprefix("conversation."),
                message["properties"].get("speech", ""),
            )
            for message in self.messages
            if captions or "streaming" not in message["event_type"]
        ]

    def said(self, role: str) -> list[str]:
        """Return the finished utterances of `user` or `replica`."""
        return [
            message["properties"]["speech"]
            for message in self.messages
            if message["event_type"] == "conversation.utterance" and message["properties"]["role"] == role
        ]

    def ids(self, event_type: str) -> list[str]:
        return [m["inference_id"] for m in self.messages if m["event_type"] == f"conversation.{event_type}"]

    def seconds_loud(self) -> float:
        """Return for how long the replica could be heard."""
        return sum(level > 0 for level in self.loudness) * TICK / MEDIA_RATE

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


@asynccontextmanager
async def stage_of(
    layers: FakeLayers, language: CallLanguage | None = None, flow: FlowSettings | None = None, hotwords: str = ""
) -> AsyncIterator[Stage]:
    """Raise the curtain. Whatever fails in a task of the director fails the test."""
    thinker = await Thinker.open(layers.chat, Sampling(seed=1))
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    stage = Stage(layers, thinker, language or CallLanguage("en"), flow, hotwords)
    try:
        yield stage
    finally:
        stage.director.close()
        for task in list(stage.tasks):
            task.cancel()
        await asyncio.gather(*stage.tasks, return_exceptions=True)
        await thinker.close()
        layers.engines.close()
    assert not failures
