"""One call from the moment the replica enters the room until everybody is gone."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.conversation.answer import AnswerParts
from engine.conversation.call_language import CallLanguage, spoken_languages
from engine.conversation.call_recording import CallRecording, is_recordable
from engine.conversation.call_voice import CallVoice, wished_voice
from engine.conversation.calls import SpeakingVoice
from engine.conversation.casting import face_for
from engine.conversation.director import Director
from engine.conversation.engines import Engines
from engine.conversation.feed import Feed
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.lifetime import Lifetime
from engine.conversation.prompt import PromptBuilder
from engine.conversation.recordings import Recordings
from engine.conversation.thinker import Thinker, begins_early
from engine.conversation.trace import TurnTrace
from engine.conversation.voice_settings import emotion_control, speaking_style
from engine.errors import InvalidInputError, VisavisError
from engine.layers.llm.protocol import Sampling
from engine.layers.replica.protocol import Replica, ReplicaSession
from engine.layers.replica.unseen import Unseen
from engine.layers.tts.pronunciations import NO_PRONUNCIATIONS, Pronunciations
from engine.room.own_relay import OwnRelay
from engine.room.participant import Participant
from engine.room.room import SEATS, Room
from engine.room.roster import refusal
from engine.store.call_events import internal_error
from engine.store.records import ConversationRecord, PersonaRecord, ReplicaRecord

log = logging.getLogger(__name__)

CHECK_EVERY = 0.5
"""Seconds between two looks at the call's limits."""
FAREWELL = 0.05
"""Seconds."""


class Call:
    """A room, a director and the limits of the call. `open` it, then `run` it until it is over."""

    def __init__(
        self,
        conversation: ConversationRecord,
        persona: PersonaRecord,
        replica: ReplicaRecord,
        engines: Engines,
        thinker: Thinker,
        voice: CallVoice,
        face: Replica | None,
        *,
        language: CallLanguage,
        loopback: bool,
        seed: int,
        pronunciations: Pronunciations = NO_PRONUNCIATIONS,
        recordings: Recordings | None = None,
        relay: OwnRelay | None = None,
        on_turn: Callable[[TurnTrace], None] | None = None,
    ) -> None:
        self.conversation = conversation
        self.persona = persona
        self.replica = replica
        self._thinker = thinker
        self._lifetime = Lifetime.of(conversation.properties)
        self._started = time.monotonic()
        self._emptied: float | None = None
        self._greeting = conversation.custom_greeting
        self._voice = voice
        layers: Mapping[str, Any] = persona.fields.get("layers") or {}
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self.feed = Feed()
        self.room = Room(
            self,
            renderer=engines.render_thread,
            frames_per_second=face.frames_per_second if face else 0,
            loopback=loopback,
            conversation_id=conversation.conversation_id,
            replica_name=persona.persona_name,
            seats=_seats(conversation),
            video=face is not None,
            recordable=is_recordable(conversation),
            relay=relay,
        )
        self.recording = CallRecording(
            conversation,
            self.room,
            recordings,
            replica_name=persona.persona_name,
            frames_per_second=face.frames_per_second if face else 0,
            spawn=self._spawn,
        )
        self._face: ReplicaSession = face.open_session(seed) if face else Unseen()
        self.director = Director(
            conversation.conversation_id,
            engines=engines,
            thinker=thinker,
            parts=AnswerParts(
                voice,
                self._face,
                self.room.playout,
                thinker.thread,
                engines.tts_thread,
                style=speaking_style(layers, pronunciations),
                emotion_marks=emotion_control(layers),
                speculative=begins_early(layers.get("llm") or {}),
                language=language,
            ),
            prompt=PromptBuilder(
                persona,
                conversation.conversational_context,
                datetime.now().astimezone(),
                language=spoken_languages(language),
            ),
            language=language,
            flow=FlowSettings.of(layers),
            hotwords=str((layers.get("stt") or {}).get("hotwords") or ""),
            # In echo mode somebody else hears and thinks: the replica says what it is given (seed: Overview of the persona).
            echo=persona.fields.get("pipeline_mode") == "echo",
            send=self.tell,
            spawn=self._spawn,
            on_turn=on_turn,
        )

    @classmethod
    async def open(
        cls,
        conversation: ConversationRecord,
        persona: PersonaRecord,
        replica: ReplicaRecord,
        engines: Engines,
        *,
        language: CallLanguage,
        loopback: bool,
        seed: int,
        sampling: Sampling,
        pronunciations: Pronunciations = NO_PRONUNCIATIONS,
        recordings: Recordings | None = None,
        relay: OwnRelay | None = None,
        on_turn: Callable[[TurnTrace], None] | None = None,
    ) -> "Call":
        """Bring the replica into the room; its prompt is evaluated while people are still on their way.

        Raises CapacityError, ModelUnavailableError for a voice or face that cannot be loaded.
        """
        seen = asyncio.wrap_future(engines.cast_thread.submit(face_for, engines, conversation, replica))
        voice = await asyncio.wrap_future(
            engines.voices.background(lambda: _open_voice(engines, persona, replica, language))
        )
        face = await seen
        thinker = await Thinker.open(engines.chat, sampling)
        try:
            call = cls(
                conversation,
                persona,
                replica,
                engines,
                thinker,
                voice,
                face,
                language=language,
                loopback=loopback,
                seed=seed,
                pronunciations=pronunciations,
                recordings=recordings,
                relay=relay,
                on_turn=on_turn,
            )
        except BaseException:
            await thinker.close()
            raise
        call.director.warm()
        return call

    async def run(self) -> str:
        """Live until a limit is reached or `end` is called; return the `shutdown_reason`."""
        reason = internal_error("conversation")
        try:
            while not self._over.done():
                await asyncio.wait({self._over}, timeout=CHECK_EVERY)
                due = self._reason_to_end()
                if due is not None:
                    self.end(due)
                self.recording.check()
            reason = self._over.result()
        finally:
            await self._close(reason)
        return reason

    @property
    def speaking_voice(self) -> SpeakingVoice:
        """What voice the replica speaks with now."""
        return SpeakingVoice(basic=self._voice.basic, own=self._voice.own)

    @property
    def over(self) -> bool:
        """Whether the call has ended or is about to."""
        return self._over.done()

    def end(self, reason: str) -> None:
        """Ask the call to end; the first reason counts."""
        if not self._over.done():
            self._over.set_result(reason)

    # --- what the room tells (RoomListener) ---

    def joined(self, participant: Participant) -> None:
        """Greet the first person as soon as their connection is up."""
        self._emptied = None
        greeting, self._greeting = self._greeting, ""
        self.director.join(participant.session_id, user_name=participant.user_name, greeting=greeting)

    def left(self, session_id: str) -> None:
        """Note when the room became empty."""
        self.director.leave(session_id)
        if not self.room.present:
            self._emptied = time.monotonic()
            self.recording.rest()

    def heard(self, participant: Participant, samples: NDArray[np.float32]) -> None:
        """Pass a microphone on."""
        self.director.hear(participant.session_id, samples)

    def noise_cancellation(self, participant: Participant, on: bool) -> None:
        """Pass on whether somebody's sound is to be rid of noise."""
        self.director.suppress_noise(participant.session_id, on)

    def recording_wished(self, participant: Participant, on: bool) -> None:
        """Begin or end recording. Raises InvalidInputError."""
        self.recording.wish(on, participant.session_id)

    def played(self, position: int, sound: NDArray[np.int16]) -> None:
        """Pass on what comes back from loudspeakers."""
        self.director.played(position, sound)

    def received(self, participant: Participant, message: dict[str, Any]) -> None:
        """Handle a message; what is wrong with it is told to everyone in the room, as its sender is one of them."""
        try:
            self.director.interact(message, sender=participant.session_id)
        except InvalidInputError as error:
            self.tell(refusal(self.conversation.conversation_id, message.get("event_type"), error))

    def tell(self, message: dict[str, Any]) -> None:
        """Tell everyone in the room, and who follows the call from outside."""
        self.feed.publish(message)
        self.recording.take(message)
        self.room.broadcast(message)

    def draw(self, position: int) -> NDArray[np.uint8]:
        """Draw the replica (renderer thread)."""
        return self._face.frame(position, self.director.state)

    def failed(self) -> None:
        """End a call whose media came to a halt: nobody would hear anything any more."""
        self.end(internal_error("room"))

    # --- inside ---

    def _reason_to_end(self) -> str | None:
        now = time.monotonic()
        return self._lifetime.reason_to_end(
            now,
            started=self._started,
            last_activity=now if self.director.speech else self.director.last_activity,
            people=self.room.present,
            emptied=self._emptied,
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of call %s failed", self.conversation.conversation_id, exc_info=error)

    async def _close(self, reason: str) -> None:
        async with AsyncExitStack() as parts:
            # Each is closed even if another one fails; the last one named here goes first.
            parts.callback(self._face.close)
            parts.push_async_callback(self._thinker.close)
            parts.push_async_callback(self.room.close)
            parts.push_async_callback(self._stop_tasks)
            self.director.close()
            await self.recording.close()
            self.room.broadcast(
                {
                    "message_type": "system",
                    "event_type": "system.shutdown",
                    "conversation_id": self.conversation.conversation_id,
                    "properties": {"shutdown_reason": reason, "reason": reason},
                }
            )
            # This lets the farewell leave the data channel before the connections close.
            await asyncio.sleep(FAREWELL)

    async def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _open_voice(engines: Engines, persona: PersonaRecord, replica: ReplicaRecord, language: CallLanguage) -> CallVoice:
    """Open the voice that the call begins with; blocking."""
    try:
        own = engines.own_voice(replica.fields)
    except VisavisError:
        # The API and the app say so too, before and during the call.
        log.exception("the own voice of replica %s cannot be used: a stock voice speaks for it", replica.replica_id)
        own = None
    usual = "" if engines.voice_named else str(replica.fields.get("default_voice") or "")
    name = wished_voice(persona.fields.get("layers") or {}) or usual
    voice = CallVoice(engines.voices, language, name=name, own=own)
    voice.open()
    return voice


def _seats(conversation: ConversationRecord) -> int:
    # The replica counts (seed: Participant Limits).
    wanted = conversation.fields.get("max_participants")
    return SEATS if wanted is None else int(wanted) - 1
