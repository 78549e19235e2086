"""The one tick of a room: every 20 ms of sound, and the frames that belong to it, at absolute deadlines."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from engine.room.opus import AudioPacket, SpeechEncoder
from engine.room.playout import MEDIA_RATE, TICK, Playout

log = logging.getLogger(__name__)

RENDER_AHEAD = 3 * TICK + TICK // 2
"""Media samples (70 ms) by which a frame is drawn ahead of its sound. Drawing, encoding and decoding take 20 to 60 ms longer than those
of sound; a picture that comes too soon is forgiven sooner than one that comes too late (ITU-R BT.1359), and a browser holds it back."""
MOST_FRAMES = 60
"""Frames a second that are told apart."""
RESYNC_AFTER = 0.5
"""Seconds of delay (a suspended machine) after which the clock starts anew instead of catching up."""


@dataclass(frozen=True, slots=True)
class SoundTick:
    """20 ms of the replica's voice."""

    position: int
    """The media sample it begins with."""
    sound: NDArray[np.int16]
    """Shape [960], mono, 48 kHz."""
    packet: AudioPacket
    """The same as Opus, for who hears nothing else."""


@dataclass(slots=True)
class PacerCounts:
    """What the tick could not do in time."""

    late_ticks: int = 0
    """Ticks of sound that left more than 10 ms late."""
    skipped_frames: int = 0
    """Frames not drawn because the one before was still being drawn."""
    failed_frames: int = 0
    """Frames that the face could not draw."""
    frames: int = 0


class Pacer:
    """Paces one room. `draw` runs in `renderer` (a thread) and returns planar YUV 4:2:0; the sinks run on the loop.
    No frames per second: sound alone."""

    def __init__(
        self,
        playout: Playout,
        *,
        draw: Callable[[int], NDArray[np.uint8]],
        renderer: Executor,
        frames_per_second: int,
        on_sound: Callable[["SoundTick"], None],
        on_picture: Callable[[av.VideoFrame], None],
    ) -> None:
        self._playout = playout
        self._draw = draw
        self._renderer = renderer
        self._frame_length = MEDIA_RATE // frames_per_second if frames_per_second else 0
        self._on_sound = on_sound
        self._on_picture = on_picture
        self._encoder = SpeechEncoder()
        self._drawing: asyncio.Future[av.VideoFrame] | None = None
        self._next_frame = 0
        self._started, self._first = time.monotonic(), 0
        self.counts = PacerCounts()
        self._drawn: deque[float] = deque(maxlen=MOST_FRAMES)

    async def run(self) -> None:
        """Tick until cancelled."""
        self._resync()
        self._next_frame = self._playout.position
        while True:
            delay = self.due(self._playout.position) - time.monotonic()
            if delay < -RESYNC_AFTER:
                self._resync()
            elif delay < -0.010:
                self.counts.late_ticks += 1
            # Also when late: whoever else is on the loop gets a turn between two ticks.
            await asyncio.sleep(max(0.0, delay))
            self._tick()

    async def rest(self) -> None:
        """Wait, once `run` has ended, until no frame is being drawn any more."""
        if self._drawing is not None:
            await asyncio.wait({self._drawing})

    def due(self, position: int) -> float:
        """Return when (monotonic seconds) a media sample is handed out."""
        return self._started + (position - self._first) / MEDIA_RATE

    @property
    def frames_per_second(self) -> int:
        """Frames drawn within the last second."""
        since = time.monotonic() - 1.0
        return sum(moment > since for moment in self._drawn)

    def _resync(self) -> None:
        self._started, self._first = time.monotonic(), self._playout.position

    def _tick(self) -> None:
        position = self._playout.position
        sound = self._playout.take()
        packet = self._encoder.encode(sound, position)
        if packet is not None:
            self._on_sound(SoundTick(position, sound, packet))
        if self._frame_length and position >= self._next_frame:
            self._next_frame += self._frame_length
            if self._next_frame <= position:
                self._next_frame = position + self._frame_length
            self._start_frame(position + RENDER_AHEAD)

    def _start_frame(self, position: int) -> None:
        if self._drawing is not None and not self._drawing.done():
            self.counts.skipped_frames += 1
            return
        loop = asyncio.get_running_loop()
        self._drawing = loop.run_in_executor(self._renderer, self._frame, position)
        self._drawing.add_done_callback(self._finish_frame)

    def _frame(self, position: int) -> av.VideoFrame:
        # from_ndarray copies, so the renderer may reuse its buffer.
        frame = av.VideoFrame.from_ndarray(self._draw(position), format="yuv420p")
        frame.pts = position
        frame.time_base = Fraction(1, MEDIA_RATE)
        return frame

    def _finish_frame(self, drawing: asyncio.Future[av.VideoFrame]) -> None:
        if drawing.cancelled():
            return
        error = drawing.exception()
        if error is None:
            self.counts.frames += 1
            self._drawn.append(time.monotonic())
            self._on_picture(drawing.result())
            return
        if not self.counts.failed_frames:
            log.error("the face could not be drawn; the picture stands still while this lasts", exc_info=error)
        self.counts.failed_frames += 1
