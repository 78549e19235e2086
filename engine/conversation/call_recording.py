"""Recording one call: begun and ended by anybody in the room or over REST, and by the call itself when it is over."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from engine.conversation.listener import Spawn
from engine.conversation.recorded_words import RecordedWords
from engine.conversation.recordings import OpenRecording, Recordings
from engine.errors import InvalidInputError, VisavisError
from engine.recording.layout import REPLICA, screen_of
from engine.room.room import Room
from engine.room.tap import SourceNames
from engine.store.records import ConversationRecord, RecordingRecord

log = logging.getLogger(__name__)

NAMES: Final = SourceNames(REPLICA, screen_of)


class RecordingStateError(VisavisError):
    """A recording is to begin while one runs, or to end while none does."""


class CallRecording:
    """At most one recording runs at a time."""

    def __init__(
        self,
        conversation: ConversationRecord,
        room: Room,
        recordings: Recordings | None,
        *,
        replica_name: str,
        frames_per_second: int,
        spawn: Spawn,
    ) -> None:
        """`recordings`: none where nothing can be recorded; no frames per second: sound alone."""
        self._conversation_id = conversation.conversation_id
        self._room = room
        self._recordings = recordings if is_recordable(conversation) else None
        self._frames_per_second = frames_per_second
        self._spawn = spawn
        self._words = RecordedWords(replica_name, lambda: room.playout.position)
        self._running: OpenRecording | None = None
        self._one_at_a_time = asyncio.Lock()
        self._closed = False

    def wish(self, on: bool, session_id: str) -> None:
        """Begin or end as somebody in the room wants. Raises InvalidInputError when that cannot be."""
        event_type = "room.start_recording" if on else "room.stop_recording"
        if self._recordings is None:
            raise InvalidInputError("event_type", event_type, "in a conversation with `enable_recording` it is")
        running = self._running is not None or self._one_at_a_time.locked()
        if running is on or self._closed:
            raise InvalidInputError("event_type", event_type, f"while {'no' if on else 'a'} recording runs it is")
        self._spawn(self._fulfil(on, session_id))

    async def begin(self, session_id: str = "") -> RecordingRecord:
        """Begin, for somebody in the room or, without `session_id`, for somebody outside.

        Raises InvalidInputError unless the conversation may be recorded, RecordingStateError, RecordingError when nothing can be
        written, StoreError.
        """
        if self._recordings is None:
            raise InvalidInputError("properties.enable_recording", False, "to record a conversation, true is")
        async with self._one_at_a_time:
            if self._running is not None or self._closed:
                raise RecordingStateError("This conversation is being recorded already")
            running = await self._recordings.begin(self._conversation_id, frames_per_second=self._frames_per_second)
            self._running = running
            self._words.sink = running.recorder
            self._room.begin_recording(
                running.recorder, NAMES, recording_id=running.record.recording_id, session_id=session_id
            )
            return running.record

    async def end(self, session_id: str = "", *, error: str = "") -> None:
        """End; the file is made whole and put where it belongs afterwards. Raises RecordingStateError."""
        async with self._one_at_a_time:
            running, self._running = self._running, None
            self._words.end()
            if running is None or self._recordings is None:
                raise RecordingStateError("This conversation is not being recorded")
            try:
                await self._room.end_recording(
                    recording_id=running.record.recording_id, session_id=session_id, error=error
                )
            finally:
                self._recordings.finish(running)

    def take(self, message: Mapping[str, Any]) -> None:
        """Take a message that the room is told, for the captions."""
        if self._recordings is not None:
            self._words.take(message)

    def check(self) -> None:
        """End a recording that has failed (a full disk), and say so; the call goes on."""
        running = self._running
        if running is not None and running.recorder.failure is not None and not self._one_at_a_time.locked():
            self._spawn(self._end_quietly(str(running.recorder.failure) or type(running.recorder.failure).__name__))

    def rest(self) -> None:
        """Everybody has gone: end."""
        if self._running is not None:
            self._spawn(self._end_quietly())

    async def close(self) -> None:
        """End for good."""
        self._closed = True
        await self._end_quietly()

    async def _fulfil(self, on: bool, session_id: str) -> None:
        try:
            if on:
                await self.begin(session_id)
            else:
                await self.end(session_id)
        except RecordingStateError:
            # Somebody else was faster, and everybody was told.
            return
        except VisavisError as error:
            log.warning("call %s cannot be recorded: %s", self._conversation_id, error)
            await self._room.end_recording(recording_id="", session_id=session_id, error=str(error))

    async def _end_quietly(self, error: str = "") -> None:
        try:
            await self.end(error=error)
        except RecordingStateError:
            return


def is_recordable(conversation: ConversationRecord) -> bool:
    """Whether a conversation may be recorded."""
    return conversation.properties.get("enable_recording") is True
