"""The names of daily-python over this client, so that a program written for those runs in a room of this machine by changing its import.

Covered are the names that the seed's "Daily Python" example and Pipecat's transport use for joining, messages, participants and
renderers. As there, no call waits: `completion` is called, and events come, on a thread of the client.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, TypeAlias

from engine.errors import InvalidInputError, VisavisError
from engine.room.client.client import RoomClient
from engine.room.client.daily_events import EventHandler
from engine.room.client.daily_inputs import Inputs
from engine.room.client.daily_media import VIDEO_SOURCES, AudioData, AudioRenderer, VideoFrame, VideoRenderer
from engine.room.client.daily_participants import described, local_description
from engine.room.client.errors import NotConnectedError, RoomError
from engine.room.client.received import ReceivedSound
from engine.room.client.roster import ActiveSpeaker, Joined, Left, Participant, Recording, RoomChange, Updated
from engine.room.client.stay import State

log = logging.getLogger(__name__)

Completion: TypeAlias = Callable[..., object] | None
"""Called with the error's text, or None; that of `join` with its data before that."""

_CALL_STATES: Mapping[State, str] = {
    "joining": "joining",
    "joined": "joined",
    "idle": "left",
    "left": "left",
    "ended": "left",
    "lost": "left",
}


class Daily:
    """The library as a whole, which needs no preparation here: each `CallClient` has its own threads."""

    @staticmethod
    def init(**_options: object) -> None:
        """Do nothing; any option is taken."""

    @staticmethod
    def deinit() -> None:
        """Do nothing."""


class CallClient:
    """A participant. `join`, `leave`, and `release` when it is no longer needed."""

    def __init__(self, event_handler: EventHandler | None = None) -> None:
        self._handler = event_handler or EventHandler()
        self._user_name = ""
        self._room: RoomClient | None = None
        self._participants: dict[str, Any] = {}
        self._sound: dict[str, AudioRenderer] = {}
        self._pictures: dict[tuple[str, str], VideoRenderer] = {}
        self._looking: dict[tuple[str, str], Callable[[], None]] = {}
        """What ends each in the room that the client is in."""
        self._inputs = Inputs()
        self._recordings: set[asyncio.Task[None]] = set()
        self._events: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._commands: asyncio.Queue[Coroutine[Any, Any, None] | None] = asyncio.Queue()
        self._released = False
        # Daemons: a program that does not release its client can end all the same.
        self._threads = [
            threading.Thread(target=self._run_loop, name="call-client", daemon=True),
            threading.Thread(target=self._run_events, name="call-client-events", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def join(
        self,
        url: str,
        meeting_token: str | None = None,
        client_settings: Mapping[str, Any] | None = None,
        completion: Completion = None,
    ) -> None:
        """Enter a room; `completion(data, error)`. Of the settings, `inputs` count, as in `update_inputs`."""
        self._order(self._join(url, meeting_token, client_settings or {}, completion))

    def leave(self, completion: Completion = None) -> None:
        """Go; `completion(error)`."""
        self._order(self._leave(completion))

    def release(self) -> None:
        """Leave and end the client's threads; waits for them unless it is called on one of them."""
        if self._released:
            return
        self._order(self._leave(None))
        self._released = True
        self._loop.call_soon_threadsafe(self._commands.put_nowait, None)
        for thread in self._threads:
            if thread is threading.current_thread():
                return
            thread.join()

    def send_app_message(self, message: Any, participant: str | None = None, completion: Completion = None) -> None:
        """Send a JSON object to the room, which is the one that reads it, whoever `participant` names; `completion(error)`.

        What is sent while the client joins is sent once it is in.
        """
        self._order(self._send(message, completion))

    def update_inputs(self, input_settings: Mapping[str, Any], completion: Completion = None) -> None:
        """Switch `microphone` and `camera` on or off, and `{"microphone": {"settings": {"processor": {"type": "noise-cancellation"}}}}`,
        or "none"; what is not named stays as it is. `completion(error)`."""
        self._order(self._update_inputs(input_settings, completion))

    def start_recording(
        self,
        streaming_settings: Mapping[str, Any] | None = None,
        stream_id: str | None = None,
        force_new: bool | None = None,
        completion: Completion = None,
    ) -> None:
        """Record the conversation; `completion(error)`. There is one recording at a time, of one form: the other arguments count for
        nothing."""
        self._order(self._record(lambda room: room.start_recording(), completion))

    def stop_recording(self, stream_id: str | None = None, completion: Completion = None) -> None:
        """End the recording that runs; `completion(error)`."""
        self._order(self._record(lambda room: room.stop_recording(), completion))

    def participants(self) -> Mapping[str, Any]:
        """Return everybody by id; this client is `local`."""
        return dict(self._participants)

    def participant_counts(self) -> Mapping[str, int]:
        """Return how many people there are, this client and the replica among them."""
        return {"present": len(self._participants), "hidden": 0}

    def set_user_name(self, user_name: str) -> None:
        """Set the name under which the next `join` enters."""
        self._user_name = user_name

    def set_audio_renderer(
        self,
        participant_id: str,
        callback: Callable[[str, AudioData, str], object],
        audio_source: str = "microphone",
        sample_rate: int = 16_000,
        callback_interval_ms: int = 20,
    ) -> None:
        """Call `callback(participant_id, audio, audio_source)` with what is heard in the room: all voices come mixed.

        Raises InvalidInputError.
        """
        self._sound[participant_id] = AudioRenderer(
            participant_id, callback, audio_source, sample_rate, callback_interval_ms, self._events.put
        )

    def set_video_renderer(
        self,
        participant_id: str,
        callback: Callable[[str, VideoFrame, str], object],
        video_source: str = "camera",
        color_format: str = "RGBA",
    ) -> None:
        """Call `callback(participant_id, picture, video_source)` with the pictures of somebody's `camera` or `screenVideo`.

        Raises InvalidInputError.
        """
        if video_source not in VIDEO_SOURCES:
            raise InvalidInputError("video_source", video_source, f"one of {', '.join(VIDEO_SOURCES)} is")
        self._pictures[participant_id, video_source] = VideoRenderer(
            participant_id, callback, video_source, color_format, self._events.put
        )
        self._order(self._look(participant_id, video_source))

    async def _join(self, url: str, token: str | None, settings: Mapping[str, Any], completion: Completion) -> None:
        if self._room is not None:
            self._complete(completion, None, "this client is in a room already; leave it first")
            return
        room = self._room = RoomClient()
        room.on_state(lambda state: self._state_became(room, state))
        room.on_room_change(self._follow)
        room.on_message(self._take_message)
        room.on_sound(self._take_sound)
        for who in self._pictures:
            await self._look(*who)
        try:
            inputs = self._inputs = self._inputs.changed(settings.get("inputs") or {})
            await room.join(
                url,
                token,
                user_name=self._user_name,
                microphone=inputs.microphone,
                camera=inputs.camera,
                noise_cancellation=inputs.noise_cancellation,
            )
        except Exception as error:
            if not isinstance(error, VisavisError):
                log.exception("joining failed")
            self._room = None
            self._looking.clear()
            self._tell(self._handler.on_error, str(error))
            self._complete(completion, None, str(error))
            return
        self._remember()
        data = {"participants": dict(self._participants), "meetingSession": {"id": room.conversation_id}}
        self._complete(completion, data, None)

    async def _leave(self, completion: Completion) -> None:
        room, self._room = self._room, None
        self._looking.clear()
        if room is not None:
            if room.state in {"joined", "reconnecting"}:
                self._tell(self._handler.on_call_state_updated, "leaving")
            await room.leave()
        self._participants = {}
        self._complete(completion, None)

    async def _send(self, message: Any, completion: Completion) -> None:
        try:
            if not isinstance(message, dict):
                raise RoomError("an app message is a JSON object")
            if self._room is None:
                raise NotConnectedError("join a room before anything is sent")
            self._room.send_app_message(message)
        except (VisavisError, TypeError, ValueError) as error:
            if completion is None:
                log.warning("an app message was not sent: %s", error)
            self._complete(completion, str(error))
        else:
            self._complete(completion, None)

    async def _update_inputs(self, settings: Mapping[str, Any], completion: Completion) -> None:
        try:
            inputs = self._inputs = self._inputs.changed(settings)
        except InvalidInputError as error:
            self._complete(completion, str(error))
            return
        if self._room is not None:
            self._room.mute(microphone=not inputs.microphone, camera=not inputs.camera)
            self._room.cancel_noise(inputs.noise_cancellation)
        self._complete(completion, None)

    async def _look(self, participant_id: str, source: str) -> None:
        if self._room is not None:
            who = participant_id, source
            self._looking.pop(who, lambda: None)()
            kind = VIDEO_SOURCES[source]
            self._looking[who] = self._room.on_video(self._pictures[who].take, session_id=participant_id, kind=kind)

    async def _record(self, order: Callable[[RoomClient], Awaitable[Recording]], completion: Completion) -> None:
        if self._room is None:
            self._complete(completion, "join a room before it is recorded")
            return
        # It takes as long as the room takes: what else the program wants is done meanwhile.
        recording = asyncio.create_task(self._recorded(order(self._room), completion), name="call-client-recording")
        self._recordings.add(recording)
        recording.add_done_callback(self._recordings.discard)

    async def _recorded(self, outcome: Awaitable[Recording], completion: Completion) -> None:
        try:
            await outcome
        except RoomError as error:
            if completion is None:
                log.warning("the room took no order about a recording: %s", error)
            self._complete(completion, str(error))
        else:
            self._complete(completion, None)

    def _take_sound(self, sound: ReceivedSound) -> None:
        for renderer in list(self._sound.values()):
            renderer.take(sound)

    def _take_message(self, message: dict[str, Any]) -> None:
        if self._room is not None:
            replica = self._room.replica
            sender = replica.session_id if replica else f"tavus-replica-{self._room.conversation_id}"
            self._tell(self._handler.on_app_message, message, sender)

    def _state_became(self, room: RoomClient, state: State) -> None:
        if state == "reconnecting":
            return
        if state in {"ended", "lost"} and room.error is not None:
            self._tell(self._handler.on_error, str(room.error))
        if state in {"ended", "lost"} and not self._released:
            # As after `leave`, the client can join another room.
            self._order(self._leave(None))
        self._tell(self._handler.on_call_state_updated, _CALL_STATES[state])

    def _follow(self, change: RoomChange) -> None:
        self._remember()
        match change:
            case Joined(participant):
                self._tell(self._handler.on_participant_joined, described(participant))
            case Updated(participant):
                self._tell(self._handler.on_participant_updated, described(participant))
            case Left(participant):
                self._tell(self._handler.on_participant_left, described(participant), "leftCall")
            case ActiveSpeaker(str(session_id)):
                speaker = self._participants.get(session_id) or described(Participant(session_id))
                self._tell(self._handler.on_active_speaker_changed, speaker)
            case Recording("started", recording_id, session_id):
                status = {"streamId": recording_id, "startedBy": session_id}
                self._tell(self._handler.on_recording_started, status)
            case Recording("stopped", recording_id):
                self._tell(self._handler.on_recording_stopped, recording_id)
            case Recording("failed", recording_id, _, error):
                self._tell(self._handler.on_recording_error, recording_id, error)
        if isinstance(change, Joined | Left):
            self._tell(self._handler.on_participant_counts_updated, self.participant_counts())

    def _remember(self) -> None:
        if self._room is not None:
            others = {each.session_id: described(each) for each in self._room.participants.values()}
            self._participants = {"local": local_description(self._room, self._user_name), **others}

    def _tell(self, event: Callable[..., object], *arguments: object) -> None:
        self._events.put(partial(event, *arguments))

    def _complete(self, completion: Completion, *arguments: object) -> None:
        if completion is not None:
            self._tell(completion, *arguments)

    def _order(self, command: Coroutine[Any, Any, None]) -> None:
        if self._released:
            command.close()
            raise NotConnectedError("this client was released; make another one")
        self._loop.call_soon_threadsafe(self._commands.put_nowait, command)

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._obey())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
        self._events.put(None)

    async def _obey(self) -> None:
        while (command := await self._commands.get()) is not None:
            try:
                await command
            except Exception as error:
                log.exception("a command of the call client failed")
                self._tell(self._handler.on_error, str(error))

    def _run_events(self) -> None:
        while (event := self._events.get()) is not None:
            try:
                event()
            except Exception:
                log.exception("an event handler of the call client failed")
