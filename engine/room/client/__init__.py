"""A Python client of the room, for integrators, tests and benches.

`RoomClient` is the asyncio face. A replica that speaks with another engine's voice, by echo audio alone (a conversation of the echo-mode
persona `pipecat0`; seed: Echo Interaction):

    import asyncio
    import wave

    from engine.room.client import RoomClient

    async def say(conversation_url: str, path: str) -> None:
        with wave.open(path) as file:
            rate, pcm = file.getframerate(), file.readframes(file.getnframes())
        async with RoomClient() as room:
            messages = room.messages()
            await room.join(conversation_url, user_name="my engine")
            step = rate // 10 * 2  # bytes of 100 ms: pieces as an engine would make them, faster than real time
            for start in range(0, len(pcm), step):
                await room.send_audio(pcm[start : start + step], rate, "utterance-1", done=start + step >= len(pcm))
            async for message in messages:
                if message["event_type"] == "conversation.replica.stopped_speaking":
                    return

    asyncio.run(say("http://127.0.0.1:8765/c1234", "speech.wav"))

Other people are heard with `on_sound`, mixed with the replica, and seen with `on_video`, each camera and each screen by itself; nothing is
decoded that nobody asked for. `publish_audio`, `publish_video` and `share_screen` are the way back. A connection that breaks is made again
in the same place, and what was sent meanwhile arrives.

`Daily`, `CallClient` and `EventHandler` are a synchronous face with the names of daily-python: a program written for those changes
`from daily import ...` to `from engine.room.client import ...`.
"""

from engine.room.client.client import RoomClient
from engine.room.client.daily_client import CallClient, Daily
from engine.room.client.daily_events import EventHandler
from engine.room.client.daily_media import AudioData, VideoFrame
from engine.room.client.echo import echo_messages
from engine.room.client.errors import (
    ConnectionLostError,
    ConversationEndedError,
    NotAdmittedError,
    NotConnectedError,
    RoomError,
    RoomFullError,
    TokenExpiredError,
    UnknownRoomError,
    UnreachableError,
)
from engine.room.client.publishing import Speech
from engine.room.client.received import ReceivedPicture, ReceivedSound
from engine.room.client.roster import (
    ActiveSpeaker,
    Joined,
    Left,
    NetworkQuality,
    Participant,
    Recording,
    RoomChange,
    Updated,
)
from engine.room.client.stay import State

__all__ = [
    "ActiveSpeaker",
    "AudioData",
    "CallClient",
    "ConnectionLostError",
    "ConversationEndedError",
    "Daily",
    "EventHandler",
    "Joined",
    "Left",
    "NetworkQuality",
    "NotAdmittedError",
    "NotConnectedError",
    "Participant",
    "ReceivedPicture",
    "ReceivedSound",
    "Recording",
    "RoomChange",
    "RoomClient",
    "RoomError",
    "RoomFullError",
    "Speech",
    "State",
    "TokenExpiredError",
    "UnknownRoomError",
    "UnreachableError",
    "Updated",
    "VideoFrame",
    "echo_messages",
]
