"""A person made of files: joins a room with the product's own client, speaks WAVs into it, and notes when what arrived."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from engine.bench.relay import Signal
from engine.bench.witnessed import Heard, Seen, Told, Witnessed
from engine.room.client.connection import Ears, Published, RoomConnection
from engine.room.client.errors import ConnectionLostError, NotConnectedError
from engine.room.client.pcm import Pcm
from engine.room.client.pictures import Origin
from engine.room.client.publishing import Camera, Microphone
from engine.room.client.received import ReceivedPicture, ReceivedSound
from engine.room.client.roster import REPLICA
from engine.room.playout import MEDIA_RATE

AUDIBLE: Final = 0.003
"""Level (of 1.0) from which received sound counts as not silent."""
OVER: Final = "the connection is over"
JOIN_WITHIN: Final = 15.0
"""Seconds from the room's answer until sound and messages flow."""
_FACE: Final = Origin(REPLICA, "camera")
_EVERY: Final = 4  # pixels, from one that is kept to the next
_LOOK_EVERY: Final = 0.01  # seconds between two looks at what has arrived


class KeepingMicrophone(Microphone):
    """A microphone that hears silence, or what it is told to, and knows afterwards what it has sent."""

    def __init__(self, *, keep: bool = True) -> None:
        """`keep`: all that is sent, for `sent`."""
        super().__init__()
        self._keep = keep
        self._origin: float | None = None
        self._kept: list[Pcm] = []

    async def speak(self, samples: NDArray[np.float32]) -> float:
        """Send mono samples (48 kHz) after what still waits; return after the last one when (monotonic) the first was sent.

        Raises ConnectionError when the connection ends before. Whoever gives up waiting falls silent.
        """
        try:
            speech = self.push(samples, MEDIA_RATE)
            begun = await speech.begun
            await speech.ended
        except NotConnectedError:
            raise ConnectionError(OVER) from None
        except asyncio.CancelledError:
            self.clear()
            raise
        return begun

    def take(self) -> Pcm:
        """Return the next 20 ms at 48 kHz, shape [960]."""
        if self._origin is None:
            self._origin = time.monotonic()
        pcm = super().take()
        if self._keep:
            self._kept.append(pcm)
        return pcm

    def sent(self) -> tuple[float, NDArray[np.float32]] | None:
        """Return when (monotonic) the stream began and all its samples (48 kHz); None before it did, or when they are not kept."""
        if self._origin is None or not self._kept:
            return None
        return self._origin, np.concatenate(self._kept).astype(np.float32) / 32767.0


class Witness:
    """A participant. `join`, then `speak` and look at `received`; `close` in the end."""

    def __init__(
        self,
        *,
        decodes: bool = True,
        keep_sent: bool = True,
        on_picture: Callable[[ReceivedPicture], None] | None = None,
        camera: Camera | None = None,
        screen: Camera | None = None,
        others: int = 0,
    ) -> None:
        """Without `decodes` pictures are only counted. `keep_sent`: what was spoken can be asked for; `on_picture`: is given each whole
        picture; `camera`, `screen`: what the room is shown; `others`: in how many sections it can show other people's."""
        self.received = Witnessed()
        self.microphone = KeepingMicrophone(keep=keep_sent)
        self._decodes, self._on_picture = decodes, on_picture
        self._camera, self._screen, self._others = camera, screen, others
        self._connection: RoomConnection | None = None
        self._joined = False

    @property
    def connection(self) -> RoomConnection:
        """What leads to the room; raises ConnectionError before joining."""
        if self._connection is None:
            raise ConnectionError("nobody has joined yet")
        return self._connection

    @property
    def connected(self) -> bool:
        """Whether the connection is up."""
        return self._joined and not self.connection.closed

    @property
    def missing_sound(self) -> float:
        """Seconds of sound that never came between two packets that did."""
        return self._connection.missing_sound if self._connection is not None else 0.0

    async def join(self, signal: Signal, *, within: float = JOIN_WITHIN) -> None:
        """Connect by way of `signal`. Raises ConnectionError when that takes too long, RoomError for an answer that is none, and what
        `signal` raises; nothing is left to be closed then."""
        self._connection = connection = RoomConnection(
            Published(self.microphone, self._camera, self._screen),
            Ears(self._be_told, self._hear, self._see, lambda _: self._decodes, self._count_frame),
            replica=_FACE,
            others=self._others,
            loopback=True,
            ice_servers=(),
            on_closed=self.microphone.close,
        )
        try:
            await connection.accept(await signal(await connection.offer()), within)
        except ConnectionLostError as error:
            await self.close()
            raise ConnectionError(str(error)) from error
        except BaseException:
            await self.close()
            raise
        self._joined = True

    def send(self, event_type: str, conversation_id: str, **properties: Any) -> None:
        """Send one interaction. Raises as `send_text`."""
        message = {
            "message_type": "conversation",
            "event_type": event_type,
            "conversation_id": conversation_id,
            "properties": properties,
        }
        self.send_text(json.dumps(message))

    def send_text(self, text: str) -> None:
        """Send any text over the data channel; raises ConnectionError when the connection has ended, or not begun."""
        try:
            self.connection.send(text)
        except NotConnectedError:
            raise ConnectionError(OVER) from None

    async def speak(self, samples: NDArray[np.float32]) -> float:
        """Speak mono samples at 48 kHz in real time; returns and raises as `KeepingMicrophone.speak`."""
        return await self.microphone.speak(samples)

    async def event(self, event_type: str, *, after: float = 0.0, within: float = 20.0, **wanted: Any) -> Told:
        """Wait for a message of this type that arrived after `after` and whose properties hold `wanted`; raises TimeoutError."""
        deadline = time.monotonic() + within
        looked_at = 0
        while time.monotonic() < deadline:
            messages = self.received.messages
            for told in messages[looked_at:]:
                properties = told.message.get("properties") or {}
                if (
                    told.event_type == event_type
                    and told.time > after
                    and all(properties.get(name) == value for name, value in wanted.items())
                ):
                    return told
            looked_at = len(messages)
            await asyncio.sleep(_LOOK_EVERY)
        raise TimeoutError(f"no {event_type} {wanted or ''} within {within} s")

    def first_sound(self, after: float) -> float | None:
        """Return when the first sound that is not silent arrived after `after` (monotonic)."""
        for chunk in self.received.sound:
            if chunk.time > after and chunk.level > AUDIBLE:
                return chunk.time
        return None

    def last_sound(self, before: float = float("inf")) -> float | None:
        """Return when the last sound that is not silent arrived before `before`."""
        for chunk in reversed(self.received.sound):
            if chunk.time < before and chunk.level > AUDIBLE:
                return chunk.time
        return None

    async def close(self) -> None:
        """Leave by closing the connection. Can be called again."""
        self.microphone.close()
        if self._connection is not None:
            await self._connection.close()

    def _be_told(self, message: dict[str, Any]) -> None:
        self.received.messages.append(Told(time.monotonic(), message))

    def _hear(self, sound: ReceivedSound) -> None:
        self.received.sound.append(Heard(sound.arrived, sound.pcm.astype(np.float32) / 32768.0))

    def _see(self, picture: ReceivedPicture) -> None:
        if picture.session_id == REPLICA:
            self.received.pictures.append(Seen(picture.arrived, _reduced(picture.frame)))
        if self._on_picture is not None:
            self._on_picture(picture)

    def _count_frame(self, origin: Origin) -> None:
        if origin == _FACE:
            self.received.picture_times.append(time.monotonic())


def _reduced(frame: av.VideoFrame) -> NDArray[np.uint8]:
    plane = frame.planes[0]
    luma = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(plane.height, plane.line_size)
    return np.ascontiguousarray(luma[::_EVERY, : frame.width : _EVERY])
