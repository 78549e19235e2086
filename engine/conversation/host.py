"""All running calls: what the machine carries, and what is written down when a call ends."""

import asyncio
import logging
import random
from typing import Any

from engine.conversation.call import Call
from engine.conversation.calls import JoinAnswer
from engine.conversation.engines import Engines
from engine.conversation.languages import iso_code
from engine.errors import CapacityError, InvalidInputError
from engine.layers.llm.protocol import Sampling
from engine.memory import give_back
from engine.store.call_events import internal_error, replica_joined, shutdown, transcription_ready
from engine.store.conversations import ConversationRepository
from engine.store.records import ConversationRecord, PersonaRecord, ReplicaRecord

log = logging.getLogger(__name__)


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
        self._calls: dict[str, Call] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._opening = 0

    @property
    def basic_voice(self) -> bool:
        """Whether calls speak with the voice of last resort."""
        return self._engines.voice.basic

    def reserve(self) -> None:
        """Raise CapacityError when the machine carries no further conversation."""
        if len(self._running) + self._opening >= self._limit:
            raise CapacityError(
                f"this machine carries {self._limit} conversations at once and all are in use; "
                "end one, or raise VISAVIS_MAX_CONVERSATIONS on a machine that can carry more"
            )

    async def start(self, conversation: ConversationRecord, persona: PersonaRecord, replica: ReplicaRecord) -> None:
        """Open the room. Raises CapacityError, and InvalidInputError for a language that no model here knows."""
        self.reserve()
        language = self._language_of(conversation)
        self._opening += 1
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
        finally:
            self._opening -= 1
        conversation_id = conversation.conversation_id
        self._calls[conversation_id] = call
        running = asyncio.create_task(self._run(call), name=f"call-{conversation_id}")
        running.add_done_callback(lambda _: give_back())
        self._running[conversation_id] = running
        await self._conversations.record_event(conversation_id, replica_joined(replica.replica_id))

    def is_live(self, conversation_id: str) -> bool:
        """Whether the call runs."""
        return conversation_id in self._calls

    async def join(self, conversation_id: str, sdp: str, user_name: str) -> JoinAnswer:
        """Answer an SDP offer. Raises KeyError, SignallingError, CapacityError."""
        call = self._calls[conversation_id]
        answer, session_id = await call.room.join(sdp, user_name)
        return JoinAnswer(answer, session_id, call.persona.persona_name)

    async def leave(self, conversation_id: str, session_id: str) -> None:
        """Let a participant go; unknown ids are ignored."""
        call = self._calls.get(conversation_id)
        if call is not None:
            await call.room.leave(session_id)

    async def end(self, conversation_id: str, reason: str) -> None:
        """End the call and wait until its transcript is written."""
        call, running = self._calls.get(conversation_id), self._running.get(conversation_id)
        if call is not None:
            call.end(reason)
        if running is not None:
            await asyncio.shield(running)

    async def interact(self, conversation_id: str, message: dict[str, Any]) -> None:
        """Handle a message as if a participant had sent it. Raises KeyError, InvalidInputError."""
        self._calls[conversation_id].director.interact(message)

    def traces(self, conversation_id: str) -> list[dict[str, object]]:
        """Return where the time of each turn of a running call went. Raises KeyError."""
        return [trace.as_json() for trace in self._calls[conversation_id].director.traces]

    async def close(self, reason: str) -> None:
        """End all calls."""
        for call in self._calls.values():
            call.end(reason)
        await asyncio.gather(*self._running.values(), return_exceptions=True)

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
            del self._calls[conversation_id]
            try:
                events = [shutdown(replica_id, reason), transcription_ready(replica_id, call.director.transcript())]
                await self._conversations.end(conversation_id, events)
            except Exception:
                # The next start ends what the store still calls active.
                log.exception("the end of call %s could not be written", conversation_id)
            finally:
                del self._running[conversation_id]
