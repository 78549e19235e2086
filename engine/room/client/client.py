"""A participant of a room as an asyncio object."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from aiortc import RTCIceServer
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.room.client.address import RoomAddress
from engine.room.client.connection import Ears, Published, RoomConnection
from engine.room.client.echo import echo_messages
from engine.room.client.errors import ConversationEndedError, NotConnectedError, RoomError
from engine.room.client.pcm import Sound, StreamResampler, read_sound
from engine.room.client.pictures import Lookers, Origin
from engine.room.client.publishing import Camera, Microphone, Speech, check_picture
from engine.room.client.received import ReceivedPicture, ReceivedSound
from engine.room.client.recording import RecordingOrders
from engine.room.client.roster import REPLICA, Participant, Recording, RoomChange, Roster, is_room_message
from engine.room.client.signalling import Signalling
from engine.room.client.stay import State, Stay
from engine.room.client.subscribers import Stream, Subscribers
from engine.room.people_pictures import Kind
from engine.room.playout import MEDIA_RATE

CONNECT_WITHIN = 20.0
"""Seconds from the room's answer to the first media."""
MOST_OTHERS = 16
OTHERS = 4
"""Cameras and screens of other people that can be seen at a time, unless `join` says otherwise."""


class RoomClient:
    """One stay in a room. `join`, and `leave` in the end; callbacks run on the event loop and must not block it.

    A connection that breaks is made again by itself, in the same place, where the room keeps one (`state` says so).
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        """`tls`: what trusts the certificate of an `https` appliance that has one of its own."""
        self._tls = tls
        self._address: RoomAddress | None = None
        self._stay: Stay | None = None
        self._roster = Roster()
        self._told_roster = False
        self._messages: Stream[dict[str, Any]] = Stream()
        self._on_message: Subscribers[dict[str, Any]] = Subscribers()
        self._on_sound: Subscribers[ReceivedSound] = Subscribers()
        self._lookers = Lookers()
        self._on_change: Subscribers[RoomChange] = Subscribers()
        self._on_state: Subscribers[State] = Subscribers()
        self.microphone = Microphone()
        self.camera = Camera()
        self.screen = Camera(on=False)
        self._recording = RecordingOrders(self.send_app_message)
        self._others = OTHERS
        self._cancels_noise = False

    @property
    def state(self) -> State:
        """Where the stay stands."""
        return self._stay.state if self._stay else "idle"

    @property
    def error(self) -> RoomError | None:
        """Why the stay ended, when it did so by itself."""
        return self._stay.error if self._stay else None

    @property
    def replica_name(self) -> str:
        """The replica's name; empty before joining."""
        return self._stay.replica_name if self._stay else ""

    @property
    def conversation_id(self) -> str:
        """The conversation's id; empty before joining."""
        return self._address.conversation_id if self._address else ""

    @property
    def session_id(self) -> str:
        """This client's name in the room; empty before joining."""
        return self._roster.session_id

    @property
    def participants(self) -> Mapping[str, Participant]:
        """Everybody else in the room by session id, the replica too; empty when the room does not tell."""
        return dict(self._roster.participants)

    @property
    def local(self) -> Participant | None:
        """This client as the room sees it, if the room told of it."""
        return self._roster.local

    @property
    def replica(self) -> Participant | None:
        """The replica as a participant, if the room told of it."""
        return self._roster.replica

    @property
    def recording(self) -> Recording | None:
        """The recording of the conversation that runs, if one does."""
        return self._roster.recording

    async def join(
        self,
        url: str,
        token: str | None = None,
        *,
        user_name: str = "",
        microphone: bool = True,
        camera: bool = True,
        others: int = OTHERS,
        noise_cancellation: bool = False,
        within: float = CONNECT_WITHIN,
    ) -> None:
        """Enter the room of a `conversation_url`; a private one with its meeting token, here or as `?t=` of the URL.

        `microphone`, `camera`: whether they begin switched on; `others`: how many cameras and screens of other people can be seen at a
        time; `noise_cancellation`: whether the room takes the noise out of what this client's microphone sends. Raises
        InvalidInputError, and RoomError by its kinds: UnknownRoomError, ConversationEndedError, RoomFullError, NotAdmittedError,
        TokenExpiredError, UnreachableError, ConnectionLostError.
        """
        if self.state != "idle":
            raise RuntimeError("a client joins one room once; make another one")
        address = RoomAddress.of(url, token)
        if isinstance(others, bool) or not 0 <= others <= MOST_OTHERS:
            raise InvalidInputError("others", others, f"a number from 0 to {MOST_OTHERS} is")
        self._address, self._others, self._cancels_noise = address, others, noise_cancellation
        self.microphone.on, self.camera.on = microphone, camera
        self._stay = Stay(
            Signalling(address, self._tls),
            user_name,
            connect=self._connection,
            on_session=self._take_session,
            on_state=self._become,
        )
        await self._stay.join(within)

    async def leave(self) -> None:
        """Leave, and tell the room. Can be called again."""
        if self._stay is not None:
            await self._stay.leave()

    async def wait_closed(self) -> State:
        """Wait until the stay is over; return how it ended: `left`, `ended` or `lost`. Raises NotConnectedError before joining."""
        if self._stay is None:
            raise NotConnectedError("join the room before its end is waited for")
        return await self._stay.wait_closed()

    async def __aenter__(self) -> "RoomClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    def send_app_message(self, message: Mapping[str, Any]) -> None:
        """Send a JSON object over the data channel, or, while that is being made again, as soon as it is there.

        Raises NotConnectedError, RoomError (too long), TypeError (no JSON).
        """
        if self._stay is None:
            raise NotConnectedError("join the room before anything is sent")
        self._stay.send(json.dumps(message))

    def interact(self, event_type: str, **properties: Any) -> None:
        """Send one interaction, such as `conversation.respond` with `text=...`. Raises as `send_app_message`."""
        self.send_app_message(
            {
                "message_type": "conversation",
                "event_type": event_type,
                "conversation_id": self.conversation_id,
                "properties": properties,
            }
        )

    async def send_audio(self, pcm: Sound, sample_rate: int, inference_id: str, done: bool = True) -> None:
        """Make the replica say this sound (`conversation.echo`): mono, any rate, as fast as the connection takes it.

        Speech that is still being made comes in pieces under one `inference_id`, `done` with the last. Raises InvalidInputError,
        NotConnectedError.
        """
        for message in echo_messages(pcm, sample_rate, inference_id, conversation_id=self.conversation_id, done=done):
            self.send_app_message(message)
            if self._stay is not None:
                await self._stay.drained()

    def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Return the app messages that come from now on; ends with the stay."""
        return self._messages.read()

    def on_message(self, callback: Callable[[dict[str, Any]], object]) -> Callable[[], None]:
        """Call this with each app message. Like all of its kind it returns what takes the callback away again."""
        return self._on_message.add(callback)

    def on_sound(
        self, callback: Callable[[ReceivedSound], object], *, sample_rate: int = MEDIA_RATE
    ) -> Callable[[], None]:
        """Call this with the room's sound: as received, or at a rate of one's own (Hz). Raises InvalidInputError."""
        resampler = StreamResampler(MEDIA_RATE, sample_rate)
        if sample_rate == MEDIA_RATE:
            return self._on_sound.add(callback)

        def resample(sound: ReceivedSound) -> None:
            pcm = resampler.feed(sound.pcm)
            if pcm.size:
                callback(ReceivedSound(sound.time, sound.arrived, sample_rate, pcm))

        return self._on_sound.add(resample)

    def on_picture(self, callback: Callable[[ReceivedPicture], object]) -> Callable[[], None]:
        """Call this with each picture of the replica."""
        return self._lookers.add(callback, REPLICA)

    def on_video(
        self,
        callback: Callable[[ReceivedPicture], object],
        *,
        session_id: str | None = None,
        kind: Kind | None = None,
    ) -> Callable[[], None]:
        """Call this with the pictures of other people, or of one of them; of their cameras and screens, or of one `kind`.

        The room shows as many at a time as `join` made room for, screens and the active speaker first. What nobody asked for here is
        not decoded.
        """
        return self._lookers.add(callback, session_id, kind)

    def on_room_change(self, callback: Callable[[RoomChange], object]) -> Callable[[], None]:
        """Call this when somebody joins, changes or leaves, when another one speaks, and with the quality of the network."""
        return self._on_change.add(callback)

    def on_state(self, callback: Callable[[State], object]) -> Callable[[], None]:
        """Call this with each new `state`."""
        return self._on_state.add(callback)

    def publish_audio(self, pcm: Sound, sample_rate: int, *, last: bool = True) -> Speech:
        """Say mono sound of any rate (Hz) into the room, in real time after what is still waiting. Raises as `Microphone.push`."""
        return self.microphone.push(pcm, sample_rate, last=last)

    async def publish_file(self, path: Path | str) -> Speech:
        """Say a WAV, or any other sound file. Raises InvalidInputError, OSError, NotConnectedError."""
        pcm, rate = await asyncio.to_thread(read_sound, Path(path))
        return self.microphone.push(pcm, rate)

    def publish_video(self, rgb: NDArray[np.uint8]) -> None:
        """Show a picture (RGB, uint8 [height, width, 3]) until the next one. Raises InvalidInputError."""
        self.camera.show(rgb)

    def share_screen(self, rgb: NDArray[np.uint8]) -> None:
        """Show a picture of a screen (RGB, uint8 [height, width, 3]) until the next one; the first one begins the sharing, and the room
        tells the others. Raises InvalidInputError."""
        check_picture(rgb)
        begins, self.screen.on = not self.screen.on, True
        self.screen.show(rgb)
        if begins:
            self._tell_state()

    def stop_sharing(self) -> None:
        """End the sharing of the screen."""
        self.screen.on = False
        self.screen.clear()
        self._tell_state()

    def cancel_noise(self, on: bool) -> None:
        """Let the room take the noise out of what this client's microphone sends, or leave it as it is."""
        self._cancels_noise = on
        self._tell_state()

    async def start_recording(self) -> Recording:
        """Record the conversation; everybody in the room is told. Raises RoomError when the room refuses or fails."""
        return await self._recording.give("start")

    async def stop_recording(self) -> Recording:
        """End the recording, whoever began it. Raises RoomError when the room refuses or fails."""
        return await self._recording.give("stop")

    def mute(self, *, microphone: bool | None = None, camera: bool | None = None) -> None:
        """Switch the microphone or the camera off (True) or on (False); None leaves it as it is. The room tells the others."""
        self.microphone.on = self.microphone.on if microphone is None else not microphone
        self.camera.on = self.camera.on if camera is None else not camera
        self._tell_state()

    def _connection(self, ice_servers: list[RTCIceServer], on_closed: Callable[[], None]) -> RoomConnection:
        return RoomConnection(
            Published(self.microphone, self.camera, self.screen),
            Ears(self._take_message, self._on_sound.tell, self._lookers.tell, self._lookers.wanted),
            replica=Origin(f"{REPLICA}-{self.conversation_id}", "camera"),
            others=self._others,
            loopback=self._address is not None and self._address.is_loopback,
            ice_servers=ice_servers,
            on_closed=on_closed,
        )

    def _take_session(self, session_id: str) -> None:
        self._roster.session_id = session_id

    def _take_message(self, message: dict[str, Any]) -> None:
        if is_room_message(message):
            for change in self._roster.follow(message):
                if isinstance(change, Recording):
                    self._recording.follow(change)
                self._on_change.tell(change)
            if message.get("event_type") == "room.participants":
                self._told_roster = True
                self._tell_state()
            return
        self._recording.refused(message)
        self._messages.put(message)
        self._on_message.tell(message)
        if message.get("event_type") == "system.shutdown":
            properties = message.get("properties")
            reason = properties.get("shutdown_reason") if isinstance(properties, dict) else None
            error = ConversationEndedError(f"the conversation has ended: {reason or 'no reason given'}")
            if self._stay is not None:
                self._stay.finish("ended", error)

    def _tell_state(self) -> None:
        # A room that keeps no roster takes this for an interaction that it does not know.
        if self._told_roster:
            properties = {
                "audio": self.microphone.on,
                "video": self.camera.on,
                "screen": self.screen.on,
                "noise_cancellation": self._cancels_noise,
            }
            message = {"message_type": "room", "event_type": "room.state", "properties": properties}
            # Who is away tells it when they are back.
            with contextlib.suppress(NotConnectedError):
                self.send_app_message(message)

    def _become(self, state: State) -> None:
        if state == "joined":
            # The roster may have come before messages could be sent.
            self._tell_state()
        elif state in {"left", "ended", "lost"}:
            self.microphone.close()
            self._messages.close()
            self._recording.close()
        self._on_state.tell(state)
