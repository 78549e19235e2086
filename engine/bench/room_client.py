"""A person made of files: joins a room over WebRTC, speaks WAVs into it, and notes when each sound, picture and message arrived."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from numpy.typing import NDArray

from engine.room.consent import ask_patiently
from engine.room.loopback import bind_to_loopback
from engine.room.playout import MEDIA_RATE, TICK
from engine.room.sound_arrivals import SoundArrivals

AUDIBLE = 0.003
"""Level (of 1.0) from which received sound counts as not silent."""
OVER = "the connection is over"

Signal = Callable[[str], Awaitable[str]]
"""Takes an SDP offer to the room, brings back the answer."""


@dataclass(frozen=True, slots=True)
class ReceivedSound:
    """20 ms of sound as it came out of the decoder."""

    time: float
    """Monotonic seconds at arrival of its end."""
    samples: NDArray[np.float32]
    """Mono, 48 kHz."""

    @property
    def level(self) -> float:
        """Root mean square."""
        return float(np.sqrt(np.mean(np.square(self.samples)))) if self.samples.size else 0.0


@dataclass(frozen=True, slots=True)
class ReceivedPicture:
    """One decoded frame, reduced to what tests and the bench look at."""

    time: float
    luma: NDArray[np.uint8]
    """Every fourth pixel of the picture, shape [height // 4, width // 4]."""


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """One message of the data channel."""

    time: float
    message: dict[str, Any]

    @property
    def event_type(self) -> str:
        """Its event type; empty when it has none."""
        return str(self.message.get("event_type", ""))


@dataclass(slots=True)
class Received:
    """Everything that came out of the room so far."""

    sound: list[ReceivedSound] = field(default_factory=list)
    pictures: list[ReceivedPicture] = field(default_factory=list)
    messages: list[ReceivedMessage] = field(default_factory=list)
    picture_times: list[float] = field(default_factory=list)
    """Monotonic seconds at which each whole frame arrived, whether it was decoded or not."""
    missing_sound: float = 0.0
    """Seconds of sound between two packets that came."""

    def forget(self, before: float) -> None:
        """Drop sound, pictures and messages that arrived before a moment; what was counted stays."""
        self.sound = [chunk for chunk in self.sound if chunk.time >= before]
        self.pictures = [picture for picture in self.pictures if picture.time >= before]
        self.messages = [message for message in self.messages if message.time >= before]


class RoomClient:
    """A participant. `join`, then `speak` and look at `received`; `close` in the end."""

    def __init__(
        self,
        *,
        keep_pictures: bool = True,
        keep_sent: bool = True,
        decodes: bool = True,
        on_picture: Callable[[float, av.VideoFrame], None] | None = None,
    ) -> None:
        """`on_picture`: is given each whole decoded frame and when (monotonic) it arrived, before it is reduced; `keep_sent`: what was
        spoken can be asked for; without `decodes` pictures are only counted."""
        self.received = Received()
        self._on_picture = on_picture
        self._decodes = decodes
        self._expected_sound: int | None = None
        self.microphone = FileMicrophone(keep=keep_sent)
        self._keep_pictures = keep_pictures
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channel: RTCDataChannel | None = None
        self._connected = asyncio.Event()
        self._arrivals: list[SoundArrivals] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, signal: Signal, *, within: float = 15.0) -> None:
        """Connect; raises TimeoutError."""
        connection = self._connection
        connection.on("track", self._take_track)
        connection.on("connectionstatechange", self._changed)
        channel = self._channel = connection.createDataChannel("app-messages")
        channel.on("message", self._take_message)
        channel.on("open", self._changed)
        connection.addTransceiver(self.microphone, direction="sendrecv")
        connection.addTransceiver("video", direction="recvonly")
        offer = await connection.createOffer()
        bind_to_loopback(connection)
        ask_patiently(connection)
        await connection.setLocalDescription(offer)
        for transceiver in connection.getTransceivers():
            if transceiver.kind == "audio":
                # The probe's own jitter buffer must not count as the room's delay.
                self._arrivals.append(SoundArrivals(transceiver.receiver))
            elif not self._decodes:
                FrameCounter(transceiver.receiver, self.received.picture_times)
        answer = await signal(connection.localDescription.sdp)
        await connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        await asyncio.wait_for(self._connected.wait(), within)

    def send(self, event_type: str, conversation_id: str, **properties: Any) -> None:
        """Send one interaction."""
        message = {
            "message_type": "conversation",
            "event_type": event_type,
            "conversation_id": conversation_id,
            "properties": properties,
        }
        self.send_text(json.dumps(message))

    def send_text(self, text: str) -> None:
        """Send any text over the data channel; raises ConnectionError when the connection has ended."""
        if self._channel is None:
            raise RuntimeError("not joined")
        try:
            self._channel.send(text)
        except InvalidStateError:
            raise ConnectionError(OVER) from None

    async def speak(self, samples: NDArray[np.float32]) -> float:
        """Speak mono samples at 48 kHz in real time; return when (monotonic) the first of them was sent. Raises ConnectionError
        when the connection ends before."""
        return await self.microphone.speak(samples)

    async def event(
        self, event_type: str, *, after: float = 0.0, within: float = 20.0, **wanted: Any
    ) -> ReceivedMessage:
        """Wait for a message of this type that arrived after `after` and whose properties hold `wanted`; raises TimeoutError."""
        deadline = time.monotonic() + within
        seen = 0
        while time.monotonic() < deadline:
            messages = self.received.messages
            for received in messages[seen:]:
                properties = received.message.get("properties") or {}
                if (
                    received.event_type == event_type
                    and received.time > after
                    and all(properties.get(name) == value for name, value in wanted.items())
                ):
                    return received
            seen = len(messages)
            await asyncio.sleep(0.01)
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

    @property
    def connected(self) -> bool:
        """Whether the connection is up."""
        return self._connection.connectionState == "connected"

    async def close(self) -> None:
        """Leave by closing the connection."""
        for arrivals in self._arrivals:
            arrivals.close()
        await self._connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _changed(self) -> None:
        channel_open = self._channel is not None and self._channel.readyState == "open"
        if self._connection.connectionState == "connected" and channel_open:
            self._connected.set()

    def _take_message(self, text: str | bytes) -> None:
        self.received.messages.append(ReceivedMessage(time.monotonic(), json.loads(text)))

    def _take_track(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(self._take_media(track)))

    async def _take_media(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                now = time.monotonic()
                if isinstance(frame, av.AudioFrame):
                    interleaved = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
                    samples = interleaved[:, 0].astype(np.float32) / 32768.0
                    self._count_missing(frame)
                    self.received.sound.append(ReceivedSound(now, samples))
                elif isinstance(frame, av.VideoFrame):
                    self.received.picture_times.append(now)
                    if self._on_picture is not None:
                        self._on_picture(now, frame)
                    if not self._keep_pictures:
                        continue
                    plane = frame.planes[0]
                    luma = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(plane.height, plane.line_size)
                    picture = np.ascontiguousarray(luma[::4, : frame.width : 4])
                    self.received.pictures.append(ReceivedPicture(now, picture))
        except MediaStreamError:
            return

    def _count_missing(self, frame: av.AudioFrame) -> None:
        if frame.pts is not None:
            if self._expected_sound is not None and frame.pts > self._expected_sound:
                self.received.missing_sound += (frame.pts - self._expected_sound) / frame.sample_rate
            self._expected_sound = frame.pts + frame.samples


class FrameCounter:
    """Stands in for the decoder of a receiver: notes when each whole frame arrived, and leaves it undecoded."""

    def __init__(self, receiver: RTCRtpReceiver, times: list[float]) -> None:
        self._times = times
        self._queue: Any = receiver._RTCRtpReceiver__decoder_queue  # type: ignore[attr-defined]
        receiver._RTCRtpReceiver__decoder_queue = self  # type: ignore[attr-defined]

    def get(self) -> object:
        """Let the decoder's thread wait for its end."""
        return self._queue.get()

    def put(self, work: object) -> None:
        """Take a frame from aiortc; None ends the decoder's thread."""
        if work is None:
            self._queue.put(None)
        else:
            self._times.append(time.monotonic())


class FileMicrophone(MediaStreamTrack):
    """A microphone that hears silence, or what it is told to; 20 ms at absolute deadlines."""

    kind = "audio"

    def __init__(self, *, keep: bool = True) -> None:
        """`keep`: all that is sent, for `sent`."""
        super().__init__()
        self._keep = keep
        self._speech: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._begun: asyncio.Future[float] | None = None
        self._done: asyncio.Future[None] | None = None
        self._sent = 0
        self._origin: float | None = None
        self._kept: list[NDArray[np.float32]] = []

    async def speak(self, samples: NDArray[np.float32]) -> float:
        """Play samples from the next tick on; returns after the last one, with the time of the first. Raises ConnectionError
        when the connection ends before."""
        if self.readyState != "live":
            raise ConnectionError(OVER)
        loop = asyncio.get_running_loop()
        self._begun, self._done = loop.create_future(), loop.create_future()
        self._speech = samples.astype(np.float32, copy=True)
        begun = await self._begun
        await self._done
        return begun

    def stop(self) -> None:
        """End the track, as aiortc does when the connection is over; nobody waits for speech that is sent to no one."""
        super().stop()
        for waited in (self._begun, self._done):
            if waited is not None and not waited.done():
                waited.set_exception(ConnectionError(OVER))
                # Whoever waits for the first sample does not come to wait for the last one.
                waited.exception()

    def sent(self) -> tuple[float, NDArray[np.float32]] | None:
        """Return when (monotonic) the stream began and all its samples; None before it did, or when they are not kept."""
        return None if self._origin is None or not self._kept else (self._origin, np.concatenate(self._kept))

    async def recv(self) -> av.AudioFrame:
        """Return the next 20 ms."""
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        if self._origin is None:
            self._origin = now
        due = self._origin + self._sent / MEDIA_RATE
        if due > now:
            await asyncio.sleep(due - now)
        samples = np.zeros(TICK, dtype=np.float32)
        part = self._speech[:TICK]
        samples[: part.size] = part
        self._speech = self._speech[TICK:]
        if self._keep:
            self._kept.append(samples)
        if part.size and self._begun is not None and not self._begun.done():
            self._begun.set_result(time.monotonic())
        if not self._speech.size and self._done is not None and not self._done.done() and part.size:
            self._done.set_result(None)
        pcm = np.clip(samples * 32767, -32768, 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate = MEDIA_RATE
        frame.pts = self._sent
        frame.time_base = Fraction(1, MEDIA_RATE)
        self._sent += TICK
        return frame
