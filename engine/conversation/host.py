"""All running calls: what the machine carries, and what is written down when a call ends."""

import asyncio
import logging
import random
from dataclasses import dataclass, field
from typing import Any

from engine.conversation.call import Call
from engine.conversation.calls import JoinAnswer
from engine.conversation.engines import Engines
from engine.conversation.languages import iso_code
from engine.errors import CapacityError, InvalidInputError, SignallingError
from engine.layers.llm.protocol import Sampling
from engine.memory import give_back
from engine.store.call_events import ShutdownReason, internal_error, replica_joined, shutdown, transcription_ready
from engine.store.conversations import ConversationRepository
from engine.store.records import ConversationRecord, PersonaRecord, ReplicaRecord

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Place:
    """One of the conversations that the machine carries, from the first step of its start to the last word written."""

    call: Call | None = None
    """None while the room is not open yet, and once it is closed."""
    end_reason: str | None = None
    """Why it is to end, when that was asked for before the room was open."""
    task: asyncio.Task[None] | None = None
    free: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the place is free again."""


class Calls:
    """The running calls of this appliance (the API's CallHost)."""

    def __init__(
        self,
        engines: Engines,
        conversations: ConversationRepository,
        *,
        limit: int,
        loopback: bool,
        language: str,
        seed: int | None,
    ) -> None:
        self._engines = engines
        self._conversations = conversations
        self._limit = limit
        self._loopback = loopback
        self._language = language
        self._seed = seed
        self._places: dict[str, _Place] = {}
        self._stopping = False

    @property
    def basic_voice(self) -> bool:
        """Whether calls speak with the voice of last resort."""
        return self._engines.voice.basic

    def reserve(self) -> None:
        """Raise CapacityError when the machine carries no further conversation."""
        if self._stopping:
            raise CapacityError("this appliance is stopping; start the conversation again when it is back")
        if len(self._places) >= self._limit:
            raise CapacityError(
                f"this machine carries {self._limit} conversations at once and all are in use; "
                "end one, or raise VISAVIS_MAX_CONVERSATIONS on a machine that can carry more"
            )

    async def start(self, conversation: ConversationRecord, persona: PersonaRecord, replica: ReplicaRecord) -> None:
        """Open the room. Raises CapacityError, and InvalidInputError for a language that no model here knows."""
        self.reserve()
        language = self._language_of(conversation)
        conversation_id = conversation.conversation_id
        place = self._places[conversation_id] = _Place()
        try:
            call = await Call.open(
                conversation,
                persona,
                replica,
                self._engines,
                language=language,
                loopback=self._loopback,
                seed=random.getrandbits(31) if self._seed is None else self._seed,
                sampling=Sampling(seed=self._seed),
            )
        except BaseException:
            self._leave_place(conversation_id)
            raise
        place.call = call
        if place.end_reason is not None:
            call.end(place.end_reason)
        place.task = asyncio.create_task(self._run(call), name=f"call-{conversation_id}")
        place.task.add_done_callback(lambda _: give_back())
        try:
            await self._conversations.record_event(conversation_id, replica_joined(replica.replica_id))
        except BaseException:
            # Nobody learns of a call whose start failed, so nobody would end it.
            await self.end(conversation_id, ShutdownReason.EXCEPTION_DURING_STARTUP)
            raise

    def is_live(self, conversation_id: str) -> bool:
        """Whether the call runs."""
        place = self._places.get(conversation_id)
        return place is not None and place.call is not None

    async def join(self, conversation_id: str, sdp: str, user_name: str) -> JoinAnswer:
        """Answer an SDP offer. Raises KeyError, SignallingError, CapacityError."""
        call = self._live(conversation_id)
        try:
            answer, session_id = await call.room.join(sdp, user_name)
        except SignallingError:
            self._live(conversation_id)
            raise
        # The call may have ended in the meantime, and its room is closed or about to be.
        self._live(conversation_id)
        return JoinAnswer(answer, session_id, call.persona.persona_name)

    async def leave(self, conversation_id: str, session_id: str) -> None:
        """Let a participant go; unknown ids are ignored."""
        place = self._places.get(conversation_id)
        if place is not None and place.call is not None:
            await place.call.room.leave(session_id)

    async def end(self, conversation_id: str, reason: str) -> None:
        """End the call and wait until its transcript is written; one that is still opening ends when it is open."""
        place = self._places.get(conversation_id)
        if place is None:
            return
        if place.end_reason is None:
            place.end_reason = reason
        if place.call is not None:
            place.call.end(reason)
        await place.free.wait()

    async def interact(self, conversation_id: str, message: dict[str, Any]) -> None:
        """Handle a message as if a participant had sent it. Raises KeyError, InvalidInputError."""
        self._live(conversation_id).director.interact(message)

    def traces(self, conversation_id: str) -> list[dict[str, object]]:
        """Return where the time of each turn of a running call went. Raises KeyError."""
        return [trace.as_json() for trace in self._live(conversation_id).director.traces]

    async def close(self, reason: str) -> None:
        """End all calls; no further ones begin."""
        self._stopping = True
        await asyncio.gather(*(self.end(conversation_id, reason) for conversation_id in self._places))

    def _live(self, conversation_id: str) -> Call:
        call = self._places[conversation_id].call
        if call is None or call.over:
            raise KeyError(conversation_id)
        return call

    def _leave_place(self, conversation_id: str) -> None:
        self._places.pop(conversation_id).free.set()

    def _language_of(self, conversation: ConversationRecord) -> str:
        asked = conversation.properties.get("language") or self._language
        code = iso_code(str(asked))
        if code not in self._engines.languages:
            known = ", ".join(sorted(self._engines.languages))
            raise InvalidInputError("properties.language", asked, f"a language whose models are here ({known}) is")
        return code

    async def _run(self, call: Call) -> None:
        conversation_id, replica_id = call.conversation.conversation_id, call.replica.replica_id
        reason = internal_error("conversation")
        try:
            reason = await call.run()
        except Exception:
            log.exception("call %s failed", conversation_id)
        finally:
            self._places[conversation_id].call = None
            try:
                events = [shutdown(replica_id, reason), transcription_ready(replica_id, call.director.transcript())]
                await self._conversations.end(conversation_id, events)
            except Exception:
                # The next start ends what the store still calls active.
                log.exception("the end of call %s could not be written", conversation_id)
            finally:
                self._leave_place(conversation_id)
