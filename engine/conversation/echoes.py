"""What is echoed: texts and sounds from outside, whole or as streams under one `inference_id` (seed: Echo Interaction)."""

from typing import Final, TypeAlias, TypeVar

from engine.conversation.inflow import Inflow, TextStream
from engine.conversation.interactions import USUAL_RATE, Echo, EchoSound
from engine.conversation.sound_stream import SoundStream
from engine.conversation.speaker import Speaker
from engine.errors import InvalidInputError

MOST_WAITING: Final = 1000
"""Echoes that may wait for their turn: whoever is in the room may send them as fast as they like."""
MOST_OPEN: Final = 64
"""Streams that were begun and not finished."""
LONGEST_STREAM: Final = 200_000
"""Characters of one streamed text."""
MOST_SOUND: Final = 300.0
"""Seconds of sound that may wait to be played, all streams together."""

Key: TypeAlias = tuple[str | None, str | None, type[Inflow]]
"""Who sends what under which `inference_id`. Without one, all that somebody sends until `done` or an interruption is one stream."""

Stream = TypeVar("Stream", bound=Inflow)


class Echoes:
    """The streams of one call. Each method raises InvalidInputError for what it does not take, and has then taken nothing of it."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._open: dict[Key, Inflow] = {}
        self._sounds: list[SoundStream] = []
        """Those with sound that was not played yet."""

    def text(self, echo: Echo, sender: str | None) -> None:
        """Say a text, or the next piece of one."""
        key = sender, echo.inference_id, TextStream
        stream = self._going_on(key, TextStream)
        if stream is None:
            if not echo.text.strip():
                raise InvalidInputError("properties.text", echo.text, "a text that is not empty is")
            self._check_waiting()
            if echo.done:
                self._speaker.say(echo.text.strip(), echo.inference_id)
                return
            stream = TextStream()
            self._begin(key, stream)
            stream.add(echo.text)
            self._speaker.say(stream, echo.inference_id)
        elif not stream.dropped:
            if stream.length + len(echo.text) > LONGEST_STREAM:
                accepted = f"at most {LONGEST_STREAM} characters under one inference_id are"
                raise InvalidInputError("properties.text", echo.text, accepted)
            stream.add(echo.text)
        self._close(key, stream, done=echo.done)

    def sound(self, echo: EchoSound, sender: str | None) -> None:
        """Say the next piece of a sound."""
        key = sender, echo.inference_id, SoundStream
        stream = self._going_on(key, SoundStream)
        rate = echo.sample_rate or (stream.rate if stream is not None else USUAL_RATE)
        if stream is not None and rate != stream.rate:
            raise InvalidInputError("properties.sample_rate", rate, f"{stream.rate} (Hz), as before in this stream, is")
        self._check_room(len(echo.pcm) / 2 / rate)
        if stream is None:
            if not echo.pcm:
                # The end of what was never begun, or a beginning without sound.
                return
            self._check_waiting()
            stream = SoundStream(rate)
            self._begin(key, stream)
            self._sounds.append(stream)
            stream.add(echo.pcm)
            self._speaker.play(stream, echo.inference_id)
        else:
            stream.add(echo.pcm)
        self._close(key, stream, done=echo.done)

    def _going_on(self, key: Key, kind: type[Stream]) -> Stream | None:
        """Return the stream that was begun under a key; None when what comes now begins one."""
        stream = self._open.get(key)
        if not isinstance(stream, kind):
            return None
        if stream.dropped:
            # What still comes under its id belongs to what was interrupted; without an id nobody can tell.
            return stream if key[1] is not None else None
        return None if stream.ended else stream

    def _begin(self, key: Key, stream: Inflow) -> None:
        if len(self._open) >= MOST_OPEN and key not in self._open:
            # Those whose rest nobody wants, or that starved, give way.
            useless = next((key for key, other in self._open.items() if other.ended), None)
            if useless is None:
                raise InvalidInputError("inference_id", key[1], f"at most {MOST_OPEN} streams that are not `done` are")
            del self._open[useless]
        self._open[key] = stream

    def _close(self, key: Key, stream: Inflow, *, done: bool) -> None:
        if done:
            stream.end()
            self._open.pop(key, None)

    def _check_waiting(self) -> None:
        if self._speaker.waiting >= MOST_WAITING:
            accepted = f"at most {MOST_WAITING} texts that wait to be said are"
            raise InvalidInputError("event_type", "conversation.echo", accepted)

    def _check_room(self, seconds: float) -> None:
        self._sounds = [stream for stream in self._sounds if not stream.drained]
        held = sum(stream.seconds_held for stream in self._sounds)
        if held + seconds > MOST_SOUND:
            accepted = f"at most {MOST_SOUND:g} s of sound that waits to be played are"
            raise InvalidInputError("properties.audio", f"{seconds:.3f} s after {held:.1f} s", accepted)
