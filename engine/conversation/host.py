"""All running calls: what the machine carries, and what is written down when a call ends."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.conversation.answer_sampling import sampling_of
from engine.conversation.call import Call
from engine.conversation.call_language import CallLanguage
from engine.conversation.calls import JoinAnswer, SpeakingVoice
from engine.conversation.engines import Engines
from engine.conversation.feed import Feed, FeedEntry
from engine.conversation.figures import CallFigures
from engine.conversation.kept_turns import KeptTurns
from engine.conversation.languages import MULTILINGUAL, iso_code, language_tag
from engine.conversation.missing_language import missing_language
from engine.conversation.recordings import Recordings
from engine.conversation.trace import TurnTrace
from engine.conversation.voice_settings import persona_pronunciations
from engine.errors import CapacityError, SignallingError
from engine.memory import give_back
from engine.room.media_counts import MediaCounts
from engine.room.own_relay import OwnRelay
from engine.store.call_events import ShutdownReason, internal_error, replica_joined, shutdown, transcription_ready
from engine.store.conversations import ConversationRepository
from engine.store.errors import StoreError
from engine.store.records import ConversationRecord, PersonaRecord, RecordingRecord, ReplicaRecord
from engine.store.resources import ResourceRepository
from engine.store.turn_traces import TurnTraceRepository

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Place:
    """One of the conversations that the machine carries, from the first step of its start to the last word written."""

    call: Call | None = None
    """None while the room is not open yet, and once it is closed."""
    feed: Feed | None = None
    """What the call tells; it is closed when the last word is written."""
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
        dictionaries: ResourceRepository,
        *,
        limit: int,
        loopback: bool,
        language: str,
        seed: int | None,
        recordings: Recordings | None = None,
        relay: OwnRelay | None = None,
        on_turn: Callable[[TurnTrace], None] | None = None,
        turn_traces: TurnTraceRepository | None = None,
    ) -> None:
        self._engines = engines
        self._conversations = conversations
        self._dictionaries = dictionaries
        self._limit = limit
        self._loopback = loopback
        self._language = language
        self._seed = seed
        self._recordings = recordings
        self._relay = relay
        self._on_turn = on_turn
        self._turn_traces = turn_traces
        self._places: dict[str, _Place] = {}
        self._stopping = False
        self._started = 0
        self._ended: Counter[str] = Counter()
        self._media = MediaCounts()
        """Of calls that are over."""

    def voice_in(self, conversation_id: str) -> SpeakingVoice:
        """Return what voice speaks in a call now, or would speak in one that is over."""
        if self.is_live(conversation_id):
            return self._live(conversation_id).speaking_voice
        return SpeakingVoice(basic=self._engines.voice.basic, own=False)

    @property
    def heard_languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that the recogniser understands."""
        return self._engines.hears

    def speaks(self, language: str) -> bool:
        """Whether a call can be held in this language, or in several for `multilingual`. Reads files."""
        if language.strip().lower() == MULTILINGUAL:
            return self._engines.multilingual
        code = iso_code(language)
        return code is not None and code in self._engines.hears and self._engines.speaks(code)

    def check_language(self, language: str, *, echo: bool = False) -> None:
        """Raise InvalidInputError when a call in this language lacks a model; in echo mode nobody listens. Reads files."""
        code = iso_code(language)
        many = language.strip().lower() == MULTILINGUAL
        heard = echo or (self._engines.multilingual if many else code in self._engines.hears)
        if heard and (many or (code is not None and self._engines.speaks(code))):
            return
        raise missing_language(
            language, code, heard=heard, here=sorted(self._engines.hears & self._engines.voices.languages())
        )

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
        """Open the room. Raises CapacityError, InvalidInputError for a persona whose language model cannot be asked."""
        self.reserve()
        language = self._language_of(conversation, persona)
        layers: Mapping[str, Any] = persona.fields.get("layers") or {}
        llm: Mapping[str, Any] = layers.get("llm") or {}
        engines = self._engines.thinking_with(llm)
        # What a server takes is the server's business.
        sampling = sampling_of({} if engines is not self._engines else llm.get("extra_body") or {}, seed=self._seed)
        conversation_id = conversation.conversation_id
        place = self._places[conversation_id] = _Place()
        try:
            pronunciations = await persona_pronunciations(layers, self._dictionaries)
            call = await Call.open(
                conversation,
                persona,
                replica,
                engines,
                language=language,
                loopback=self._loopback,
                seed=random.getrandbits(31) if self._seed is None else self._seed,
                sampling=sampling,
                pronunciations=pronunciations,
                recordings=self._recordings,
                relay=self._relay,
                on_turn=self._on_turn,
            )
        except BaseException:
            self._leave_place(conversation_id)
            raise
        place.call, place.feed = call, call.feed
        self._started += 1
        if place.end_reason is not None:
            call.end(place.end_reason)
        place.task = asyncio.create_task(self._run(call), name=f"call-{conversation_id}")
        place.task.add_done_callback(lambda _: give_back())
        try:
            joined = replica_joined(replica.replica_id)
            await self._conversations.record_event(conversation_id, joined)
            call.feed.publish_event(conversation_id, joined)
        except BaseException:
            # Nobody learns of a call whose start failed, so nobody would end it.
            await self.end(conversation_id, ShutdownReason.EXCEPTION_DURING_STARTUP)
            raise

    def is_live(self, conversation_id: str) -> bool:
        """Whether the call runs."""
        place = self._places.get(conversation_id)
        return place is not None and place.call is not None

    def holds_place(self, conversation_id: str, resume_token: str) -> bool:
        """Whether a participant of a running call has this token, with whatever connection."""
        place = self._places.get(conversation_id)
        return place is not None and place.call is not None and place.call.room.holds_place(resume_token)

    async def join(
        self, conversation_id: str, sdp: str, user_name: str, *, owner: bool = False, resume_token: str = ""
    ) -> JoinAnswer:
        """Answer an SDP offer. Raises KeyError, SignallingError, CapacityError."""
        call = self._live(conversation_id)
        try:
            joined = await call.room.join(sdp, user_name, owner=owner, resume_token=resume_token)
        except SignallingError:
            self._live(conversation_id)
            raise
        # The call may have ended in the meantime, and its room is closed or about to be.
        self._live(conversation_id)
        return JoinAnswer(joined.sdp, joined.session_id, joined.resume_token, call.persona.persona_name)

    async def leave(self, conversation_id: str, resume_token: str, *, may_return: bool = False) -> None:
        """Let a participant go; unknown ones are ignored."""
        place = self._places.get(conversation_id)
        if place is not None and place.call is not None:
            await place.call.room.leave(resume_token, may_return=may_return)

    async def begin_recording(self, conversation_id: str) -> RecordingRecord:
        """Begin to record a call. Raises KeyError, InvalidInputError, RecordingStateError, RecordingError."""
        return await self._live(conversation_id).recording.begin()

    async def end_recording(self, conversation_id: str) -> None:
        """End the recording of a call. Raises KeyError, RecordingStateError."""
        await self._live(conversation_id).recording.end()

    async def erase_recordings(self, conversation_id: str) -> None:
        """Remove the files of a conversation's recordings from this machine."""
        if self._recordings is not None:
            await self._recordings.erase(conversation_id)

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

    def follow(self, conversation_id: str, after: int = 0) -> AsyncIterator[FeedEntry | None]:
        """Return what is told, until the last word is written. Raises KeyError at once."""
        feed = self._places[conversation_id].feed
        if feed is None:
            raise KeyError(conversation_id)
        return feed.follow(after)

    def transcript(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return the words so far. Raises KeyError."""
        return self._live(conversation_id).director.transcript()

    def traces(self, conversation_id: str) -> list[dict[str, object]]:
        """Return where the time of each turn of a running call went. Raises KeyError."""
        return [trace.as_json() for trace in self._live(conversation_id).director.traces]

    def figures(self) -> CallFigures:
        """Return what can be told of all calls without naming one."""
        rooms = [place.call.room for place in self._places.values() if place.call is not None]
        speeds = [room.frames_per_second for room in rooms if room.shows_picture]
        return CallFigures(
            active=len(rooms),
            capacity=self._limit,
            started=self._started,
            ended=dict(self._ended),
            media=sum((room.media for room in rooms), self._media),
            slowest_fps=min(speeds, default=None),
        )

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

    def _language_of(self, conversation: ConversationRecord, persona: PersonaRecord) -> CallLanguage:
        own = language_tag(self._language) or "en"
        wished = str(conversation.properties.get("language") or persona.fields.get("language") or own)
        if wished.strip().lower() == MULTILINGUAL:
            several = self._engines.multilingual
            return CallLanguage(own, self._engines.hears & self._engines.voices.languages() if several else frozenset())
        tag = language_tag(wished) or own
        # One that went missing since it was asked for (`check_language`) gives way to the appliance's own.
        echo = persona.fields.get("pipeline_mode") == "echo"
        code = tag.split("-")[0]
        held = (echo or code in self._engines.hears) and self._engines.speaks(code)
        return CallLanguage(tag if held else own)

    async def _keep_turns(self, call: Call, kept: KeptTurns | None) -> None:
        """Write down after each turn what was said so far, and where its time went: a crash then takes only the turn that is being
        spoken."""
        conversation_id = call.conversation.conversation_id
        async for entry in call.feed.follow():
            if entry is None or entry.message.get("event_type") != "conversation.utterance":
                continue
            try:
                await self._conversations.keep_transcript(conversation_id, call.director.transcript())
            except StoreError:
                log.warning("the words of call %s could not be kept", conversation_id)
            if kept is not None:
                await kept.keep()

    async def _run(self, call: Call) -> None:
        conversation_id, replica_id = call.conversation.conversation_id, call.replica.replica_id
        reason = internal_error("conversation")
        kept = KeptTurns(conversation_id, call.director.traces, self._turn_traces) if self._turn_traces else None
        keeping = asyncio.create_task(self._keep_turns(call, kept), name=f"turns-{conversation_id}")
        try:
            reason = await call.run()
        except Exception:
            log.exception("call %s failed", conversation_id)
        finally:
            keeping.cancel()
            self._places[conversation_id].call = None
            self._ended[reason] += 1
            self._media += call.room.media
            try:
                if kept is not None:
                    await kept.keep(over=True)
                events = [shutdown(replica_id, reason), transcription_ready(replica_id, call.director.transcript())]
                await self._conversations.end(conversation_id, events)
                for event in events:
                    call.feed.publish_event(conversation_id, event)
            except Exception:
                # The next start ends what the store still calls active.
                log.exception("the end of call %s could not be written", conversation_id)
            finally:
                call.feed.close()
                self._leave_place(conversation_id)
