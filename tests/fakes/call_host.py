"""A call host that opens no rooms: it keeps what it was asked and answers as it was told."""

from collections.abc import AsyncIterator
from typing import Any

from engine.conversation.call_recording import RecordingStateError, is_recordable
from engine.conversation.calls import JoinAnswer, SpeakingVoice
from engine.conversation.feed import Feed, FeedEntry
from engine.conversation.interactions import parse_interaction
from engine.conversation.languages import iso_code
from engine.errors import CapacityError, InvalidInputError, SignallingError
from engine.store.call_events import replica_joined, shutdown
from engine.store.opening import Store
from engine.store.records import ConversationRecord, PersonaRecord, RecordingRecord, ReplicaRecord


class FakeCallHost:
    """Satisfies `engine.conversation.calls.CallHost`; writes the events of a call into the store as a real one does."""

    def __init__(self, store: Store, capacity: int = 2) -> None:
        self._store = store
        self.capacity = capacity
        self.voice = SpeakingVoice(basic=False, own=False)
        self.heard_languages = frozenset({"en"})
        self.missing_languages: frozenset[str] = frozenset()
        """What `check_language` refuses, as it is written."""
        self.fails_with: Exception | None = None
        self.live: dict[str, tuple[ConversationRecord, PersonaRecord, ReplicaRecord]] = {}
        self.feeds: dict[str, Feed] = {}
        self.turns: list[dict[str, object]] = []
        self.words: list[dict[str, Any]] = []
        """The transcript of every running call."""
        self.joined: list[tuple[str, str]] = []
        self.owners: list[bool] = []
        """Of each who joined, whether as an owner."""
        self.places: list[str] = []
        """Resume tokens, in the order of joining."""
        self.left: list[tuple[str, str]] = []
        self.returning: list[bool] = []
        """Of each who left, whether they may return."""
        self.recorded: dict[str, RecordingRecord] = {}
        """The recording that runs, by conversation."""
        self.cannot_record: Exception | None = None
        self.erased: list[str] = []
        """Conversations whose recordings were to be erased."""
        self.interactions: list[tuple[str, dict[str, object]]] = []

    def speaks(self, language: str) -> bool:
        return iso_code(language) == "en"

    def voice_in(self, conversation_id: str) -> SpeakingVoice:
        return self.voice

    def check_language(self, language: str, *, echo: bool = False) -> None:
        if language in self.missing_languages:
            raise InvalidInputError("properties.language", language, "get it with `visavis models pull something`")

    def reserve(self) -> None:
        if len(self.live) >= self.capacity:
            raise CapacityError(f"This machine carries {self.capacity} conversations at once", retry_after=7)

    async def start(self, conversation: ConversationRecord, persona: PersonaRecord, replica: ReplicaRecord) -> None:
        if self.fails_with is not None:
            raise self.fails_with
        self.reserve()
        self.live[conversation.conversation_id] = (conversation, persona, replica)
        joined = replica_joined(replica.replica_id)
        await self._store.conversations.record_event(conversation.conversation_id, joined)
        feed = self.feeds[conversation.conversation_id] = Feed()
        feed.publish_event(conversation.conversation_id, joined)

    def is_live(self, conversation_id: str) -> bool:
        return conversation_id in self.live

    def holds_place(self, conversation_id: str, resume_token: str) -> bool:
        return conversation_id in self.live and resume_token in self.places

    async def join(
        self, conversation_id: str, sdp: str, user_name: str, *, owner: bool = False, resume_token: str = ""
    ) -> JoinAnswer:
        _, persona, _ = self.live[conversation_id]
        if not sdp.startswith("v=0"):
            raise SignallingError("The offer is not an SDP session description")
        self.joined.append((conversation_id, user_name))
        self.owners.append(owner)
        number = self.places.index(resume_token) + 1 if resume_token in self.places else len(self.places) + 1
        if number > len(self.places):
            self.places.append(f"resume{number}")
        return JoinAnswer("v=0\r\n", f"session{number}", self.places[number - 1], persona.persona_name)

    async def leave(self, conversation_id: str, credential: str, *, may_return: bool = False) -> None:
        self.left.append((conversation_id, credential))
        self.returning.append(may_return)

    async def begin_recording(self, conversation_id: str) -> RecordingRecord:
        conversation, _, _ = self.live[conversation_id]
        if not is_recordable(conversation):
            raise InvalidInputError("properties.enable_recording", False, "to record a conversation, true is")
        if conversation_id in self.recorded:
            raise RecordingStateError("This conversation is being recorded already")
        if self.cannot_record is not None:
            raise self.cannot_record
        made = await self._store.recordings.create(conversation_id, f"{conversation_id}/recording.mp4")
        self.recorded[conversation_id] = made
        return made

    async def end_recording(self, conversation_id: str) -> None:
        if conversation_id not in self.live:
            raise KeyError(conversation_id)
        if self.recorded.pop(conversation_id, None) is None:
            raise RecordingStateError("This conversation is not being recorded")

    async def erase_recordings(self, conversation_id: str) -> None:
        self.erased.append(conversation_id)

    async def end(self, conversation_id: str, reason: str) -> None:
        call = self.live.pop(conversation_id, None)
        if call is not None:
            last = shutdown(call[2].replica_id, reason)
            await self._store.conversations.end(conversation_id, [last])
            feed = self.feeds.pop(conversation_id)
            feed.publish_event(conversation_id, last)
            feed.close()

    async def interact(self, conversation_id: str, message: dict[str, object]) -> None:
        if conversation_id not in self.live:
            raise KeyError(conversation_id)
        parse_interaction(message)
        self.interactions.append((conversation_id, message))

    def follow(self, conversation_id: str, after: int = 0) -> AsyncIterator[FeedEntry | None]:
        return self.feeds[conversation_id].follow(after)

    def transcript(self, conversation_id: str) -> list[dict[str, Any]]:
        if conversation_id not in self.live:
            raise KeyError(conversation_id)
        return self.words

    def traces(self, conversation_id: str) -> list[dict[str, object]]:
        if conversation_id not in self.live:
            raise KeyError(conversation_id)
        return self.turns
