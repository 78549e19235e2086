"""A small room for tests of the page alone: answers offers with a test picture and a tone, keeps what the page sends.

It speaks the same HTTP, WebRTC and data channel as the appliance, but says only what a test tells it to say.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from aiortc import (
    AudioStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamTrack
from av import AudioFrame, VideoFrame
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

PAGE = Path(__file__).parents[2] / "engine" / "room" / "page"
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors *"
)
SIZE = 512
FRAMES_PER_SECOND = 25
SAMPLE_RATE = 48000
TONE_HZ = 330.0
MOUTH_BOX = (0.35, 0.62, 0.3, 0.16)
"""Left, top, width, height as shares of the picture: what moves while the tone sounds."""


FEWEST_SOUND_FRAMES = 20
"""A second, of 50: fewer are no silence but a machine that stands still."""


def is_sounding(seconds: float) -> bool:
    """Whether the tone sounds at this time of the call: each second second."""
    return int(seconds) % 2 == 1


class TestPicture(VideoStreamTrack):
    """A face of rectangles, 512x512 at 25 fps: its eyes move always, its mouth while the tone sounds."""

    def __init__(self, clock: "Clock") -> None:
        super().__init__()
        self._clock = clock
        self.sent = 0
        self._face = np.full((SIZE, SIZE, 3), (58, 74, 92), np.uint8)
        rows, columns = np.ogrid[:SIZE, :SIZE]
        self._face[((columns - 256) / 165) ** 2 + ((rows - 265) / 215) ** 2 < 1] = (222, 184, 160)

    async def recv(self) -> VideoFrame:
        seconds = self.sent / FRAMES_PER_SECOND
        await self._clock.wait_until(seconds)
        picture = self._face.copy()
        look = round(18 * np.sin(seconds * 2))
        for left in (165, 295):
            picture[195:225, left : left + 52] = 250
            picture[200:220, left + 16 + look : left + 36 + look] = (40, 50, 60)
        opening = 6 + (round(28 * abs(np.sin(seconds * 14))) if is_sounding(seconds) else 0)
        picture[358 - opening : 358 + opening, 200:312] = (120, 40, 50)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = self.sent * 90000 // FRAMES_PER_SECOND
        frame.time_base = Fraction(1, 90000)
        self.sent += 1
        return frame


class TestTone(AudioStreamTrack):
    """A tone of 330 Hz, one second on, one off: 20 ms of mono int16 at 48 kHz per frame."""

    def __init__(self, clock: "Clock") -> None:
        super().__init__()
        self._clock = clock
        self._samples = 0

    async def recv(self) -> AudioFrame:
        seconds = self._samples / SAMPLE_RATE
        await self._clock.wait_until(seconds)
        count = SAMPLE_RATE // 50
        times = (self._samples + np.arange(count)) / SAMPLE_RATE
        loudness = 0.3 if is_sounding(seconds) else 0.0
        samples = (np.sin(2 * np.pi * TONE_HZ * times) * loudness * 32767).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.pts = self._samples
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        self._samples += count
        return frame


class Clock:
    """One clock for sound and picture of a participant."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    async def wait_until(self, seconds: float) -> None:
        """Sleep until so many seconds after the start; late callers go on at once."""
        await asyncio.sleep(max(0.0, self._start + seconds - time.monotonic()))


@dataclass
class Heard:
    """What came in from the page's tracks, measured as it came."""

    audio_frames: int = 0
    video_frames: int = 0
    loudness: float = 0.0
    """Root mean square of the last 20 ms, full scale = 1."""
    loudest: float = 0.0

    async def listen(self, track: MediaStreamTrack) -> None:
        """Read a track until it ends."""
        while True:
            try:
                frame = await track.recv()
            except Exception:  # aiortc ends a track with a MediaStreamError, a closed connection with others
                return
            if isinstance(frame, AudioFrame):
                self.audio_frames += 1
                self.loudness = float(np.sqrt(np.mean((frame.to_ndarray() / 32768.0) ** 2)))
                self.loudest = max(self.loudest, self.loudness)
            else:
                self.video_frames += 1

    async def falls_silent(self, seconds: float, threshold: float, within_s: float = 30.0) -> None:
        """Wait until nothing loud has come for so long, although sound goes on coming; what was on its way comes before."""
        async with asyncio.timeout(within_s):
            while True:
                self.loudest, before = 0.0, self.audio_frames
                await asyncio.sleep(seconds)
                if self.loudest < threshold and self.audio_frames - before > seconds * FEWEST_SOUND_FRAMES:
                    return

    async def sees_nothing(self, seconds: float, within_s: float = 30.0) -> None:
        """Wait until no picture has come for so long."""
        async with asyncio.timeout(within_s):
            while True:
                before = self.video_frames
                await asyncio.sleep(seconds)
                if self.video_frames == before:
                    return


@dataclass
class StandInRoom:
    """One conversation, its settings free to change between requests."""

    conversation_id: str = "c0ffee"
    conversation_name: str = "Planning the garden"
    replica_name: str = "Ada"
    status: str = "active"
    closed_captions: bool = True
    audio_only: bool = False
    basic_voice: bool = False
    stock_voice: bool = False
    recording_enabled: bool = False
    ice_servers: list[dict[str, Any]] = field(default_factory=list)
    join_refusal: tuple[int, str] | None = None
    joins: list[dict[str, Any]] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    may_return: list[bool] = field(default_factory=list)
    """Of each leave."""
    received: list[dict[str, Any]] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)
    peers: dict[str, RTCPeerConnection] = field(default_factory=dict)
    pictures: list[TestPicture] = field(default_factory=list)
    """One for each participant."""
    channels: list[RTCDataChannel] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    seq: int = 0

    def say(self, event_type: str, /, **properties: Any) -> None:
        """Send an event to everybody in the room."""
        self.seq += 1
        message = {
            "message_type": event_type.split(".", maxsplit=1)[0],
            "event_type": event_type,
            "conversation_id": self.conversation_id,
            "inference_id": "i-1",
            "seq": self.seq,
            "turn_idx": 0,
            "properties": properties,
        }
        for channel in self.channels:
            if channel.readyState == "open":
                channel.send(json.dumps(message))

    def introduce(self, *others: dict[str, Any]) -> None:
        """Tell who is there: the replica, the one who joined first, and these."""
        replica = {
            "session_id": "r",
            "user_id": f"tavus-replica-{self.conversation_id}",
            "user_name": self.replica_name,
        }
        everybody = [{**replica, "audio": True, "video": True}, *others, {**person("s1", "Grace"), "local": True}]
        self.say("room.participants", participants=everybody)

    def utter(self, role: str, speech: str, **more: Any) -> None:
        """Send a finished utterance."""
        self.say("conversation.utterance", **{"role": role, "speech": speech, "interrupted": False, **more})

    async def answer(self, offer: dict[str, Any]) -> dict[str, Any]:
        """Let a participant in."""
        self.joins.append(offer)
        session_id = str(offer.get("resume_token") or f"token of s{len(self.joins)}").removeprefix("token of ")
        await self.drop(session_id)
        # aiortc leaves further sections of a kind on a transport that is closed, unless all begin on one.
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.peers[session_id] = peer

        @peer.on("datachannel")
        def _(channel: RTCDataChannel) -> None:
            self.channels.append(channel)
            channel.on("message", lambda text: self.received.append(json.loads(text)))

        @peer.on("track")
        def _(track: MediaStreamTrack) -> None:
            task = asyncio.create_task(self.heard.listen(track))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

        clock = Clock()
        await peer.setRemoteDescription(RTCSessionDescription(without_mdns(offer["sdp"]), "offer"))
        peer.addTrack(TestTone(clock))
        self.pictures.append(TestPicture(clock))
        peer.addTrack(self.pictures[-1])
        await peer.setLocalDescription(await peer.createAnswer())
        return {
            "sdp": peer.localDescription.sdp,
            "type": "answer",
            "session_id": session_id,
            "resume_token": f"token of {session_id}",
            "replica_name": self.replica_name,
        }

    async def drop(self, session_id: str) -> None:
        """Close a participant's connection."""
        peer = self.peers.pop(session_id, None)
        if peer:
            await peer.close()


def person(session_id: str, name: str, **states: bool) -> dict[str, Any]:
    """Return a participant as the room tells of them: with `audio` on, `video` and `screen` off."""
    told = {"session_id": session_id, "user_id": session_id, "user_name": name, "local": False}
    return {**told, "audio": True, "video": False, "screen": False, "network": "good", **states}


def without_mdns(sdp: str) -> str:
    """Drop candidates that hide behind a .local name, as a browser makes them before it has granted a microphone.

    Resolving them would ask the whole network; the browser's own checks tell the address anyway.
    """
    return "".join(line for line in sdp.splitlines(True) if not (line.startswith("a=candidate") and ".local" in line))


class StandInServer:
    """The page, its files, and the rooms, on one loopback port."""

    def __init__(self) -> None:
        self.rooms: dict[str, StandInRoom] = {}
        self.port = 0

    def url(self, conversation_id: str) -> str:
        """Return the address of a conversation."""
        return f"http://127.0.0.1:{self.port}/{conversation_id}"

    def open_room(self, **settings: Any) -> StandInRoom:
        """Make a room of its own for a test."""
        room = StandInRoom(conversation_id=f"c{len(self.rooms) + 1:07x}", **settings)
        self.rooms[room.conversation_id] = room
        return room

    def app(self) -> FastAPI:
        """Return the routes."""
        app = FastAPI()
        app.mount("/room/static", StaticFiles(directory=PAGE))

        @app.middleware("http")
        async def secure(request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
            response.headers["Referrer-Policy"] = "no-referrer"
            return response

        @app.get("/rooms/{conversation_id}")
        async def describe(conversation_id: str) -> Response:
            room = self.rooms.get(conversation_id)
            if room is None:
                return JSONResponse({"message": "Unknown conversation."}, 404)
            shown = ("conversation_id", "conversation_name", "replica_name", "status")
            flags = ("closed_captions", "audio_only", "basic_voice", "stock_voice", "recording_enabled", "ice_servers")
            return JSONResponse({name: getattr(room, name) for name in shown + flags})

        @app.post("/rooms/{conversation_id}/join")
        async def join(conversation_id: str, offer: dict[str, Any]) -> Response:
            room = self.rooms[conversation_id]
            if room.join_refusal:
                status, message = room.join_refusal
                return JSONResponse({"message": message}, status)
            return JSONResponse(await room.answer(offer))

        @app.post("/rooms/{conversation_id}/leave")
        async def leave(conversation_id: str, body: dict[str, Any]) -> dict[str, str]:
            room = self.rooms[conversation_id]
            session_id = body["resume_token"].removeprefix("token of ")
            room.leaves.append(session_id)
            room.may_return.append(body["may_return"])
            await room.drop(session_id)
            return {}

        @app.get("/embed/{conversation_id}")
        async def embed(conversation_id: str) -> Response:
            frame = f'<iframe src="/{conversation_id}" allow="camera; microphone; autoplay" width="640" height="400">'
            return Response(f"<!doctype html><title>Embedding</title>{frame}</iframe>", media_type="text/html")

        @app.get("/{conversation_id}")
        async def page(conversation_id: str) -> Response:
            return FileResponse(PAGE / "index.html")

        return app

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["StandInServer"]:
        """Serve on a free loopback port, on the running event loop."""
        server = uvicorn.Server(uvicorn.Config(self.app(), host="127.0.0.1", port=0, log_level="warning"))
        server.capture_signals = nullcontext  # type: ignore[assignment,method-assign]
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        self.port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            for room in self.rooms.values():
                for session_id in list(room.peers):
                    await room.drop(session_id)
            server.should_exit = True
            await task


async def _main() -> None:
    async with StandInServer().serve() as server:
        rooms = [server.open_room(), server.open_room(audio_only=True, basic_voice=True)]
        print(*(server.url(room.conversation_id) for room in rooms), sep="\n")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
