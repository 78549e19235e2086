"""A recording of the bench's call: asked for over REST, and its own lips held against its own voice."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import av
import numpy as np
from numpy.typing import NDArray

from engine.bench.appliance_process import ApplianceProcess
from engine.bench.lip_sync import Box, LipSync
from engine.bench.room_figures import Measured, RecordedFilm
from engine.bench.witnessed import Heard, Seen
from engine.errors import VisavisError
from engine.layers.audio import MEDIA_RATE
from engine.recording.layout import REPLICA, arrange
from engine.settings import PICTURES

READY_WITHIN: Final = 120.0
"""Seconds from the end of a recording until it can be fetched."""
MOST_ANSWERS: Final = 60
"""Answers of the replica that are looked at, evenly over the film."""
FILM: Final = "recording.mp4"
_TICK: Final = MEDIA_RATE // 50


async def start_recording(appliance: ApplianceProcess, conversation_id: str) -> str:
    """Begin to record; return the recording's id. Raises VisavisError."""
    answer = appliance.answer_of(await appliance.api.post(f"/v2/conversations/{conversation_id}/recordings"))
    return str(answer["recording_id"])


async def stop_recording(
    appliance: ApplianceProcess, conversation_id: str, recording_id: str, folder: Path | None
) -> Path:
    """End the recording and fetch it into the folder, or a temporary one. Raises VisavisError, TimeoutError."""
    path = f"/v2/conversations/{conversation_id}/recordings"
    stopped = await appliance.api.post(f"{path}/stop")
    if stopped.is_error:
        raise VisavisError(f"the recording could not be ended: {stopped.text}")
    if folder is None:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="visavis-bench-room-"))
    film, deadline = folder / FILM, time.monotonic() + READY_WITHIN
    while True:
        async with appliance.api.stream("GET", f"{path}/{recording_id}/video") as response:
            if response.status_code == 200:
                with film.open("wb") as file:
                    async for part in response.aiter_bytes():
                        file.write(part)
                return film
        if time.monotonic() > deadline:
            raise TimeoutError(f"the recording was not ready within {READY_WITHIN:.0f} s")
        await asyncio.sleep(0.5)


def recorded_offsets(film: Path, measured: Measured, mouth_box: Box) -> RecordedFilm:
    """Measure a film of the replica alone (nobody else shows a picture); blocking. `mouth_box`: in the replica's own picture.

    Raises VisavisError for a file that is no film.
    """
    answers = [turn.answer for turn in measured.turns if turn.av_offset_ms is not None]
    chosen = answers[:: max(1, -(-len(answers) // MOST_ANSWERS))]
    stretches = [(begun - measured.recording_begun, ended - measured.recording_begun) for begun, ended in chosen]
    try:
        with av.open(str(film)) as container:
            video = container.streams.video[0]
            lip_sync = LipSync(mouth_in(mouth_box, PICTURES["512"], (video.width, video.height)))
            seconds = max(float((stream.duration or 0) * (stream.time_base or 0)) for stream in container.streams)
        offsets = [lip_sync.offset(*read_stretch(film, begun, ended)) for begun, ended in stretches]
    except (OSError, av.FFmpegError, IndexError) as error:
        raise VisavisError(f"{film} cannot be read as a film: {error}") from error
    return RecordedFilm(
        [offset for offset in offsets if offset is not None],
        seconds,
        measured.recording_ended - measured.recording_begun,
        film.stat().st_size / 1e6,
    )


def mouth_in(box: Box, picture: tuple[int, int], film: tuple[int, int]) -> Box:
    """Return where a box of the replica's picture (width, height) lies in a film that shows the replica alone."""
    cell = arrange([REPLICA], *film)[REPLICA]
    scale = max(cell.width / picture[0], cell.height / picture[1])
    left = cell.x + (cell.width - picture[0] * scale) / 2
    top = cell.y + (cell.height - picture[1] * scale) / 2
    x0, y0, x1, y1 = (round(value * scale) for value in box)
    return round(left) + x0, round(top) + y0, round(left) + x1, round(top) + y1


def read_stretch(film: Path, begun: float, ended: float) -> tuple[list[Heard], list[Seen]]:
    """Return what is heard and seen between two moments (seconds of the film), as if it had arrived then."""
    sound = [
        Heard(at + chunk.size / MEDIA_RATE, chunk) for at, chunk in _sound(film, begun, ended) if begun <= at < ended
    ]
    pictures = [
        Seen(at, np.ascontiguousarray(frame.to_ndarray(format="gray")[::4, ::4]).astype(np.uint8))
        for at, frame in _frames(film, "video", begun, ended)
        if isinstance(frame, av.VideoFrame)
    ]
    return sound, pictures


def _sound(film: Path, begun: float, ended: float) -> Iterator[tuple[float, NDArray[np.float32]]]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=MEDIA_RATE)
    for at, frame in _frames(film, "audio", begun, ended):
        for resampled in resampler.resample(frame) if isinstance(frame, av.AudioFrame) else ():
            samples = resampled.to_ndarray().reshape(-1).astype(np.float32, copy=False)
            for start in range(0, samples.size, _TICK):
                yield at + start / MEDIA_RATE, samples[start : start + _TICK]


def _frames(
    film: Path, kind: Literal["audio", "video"], begun: float, ended: float
) -> Iterator[tuple[float, av.AudioFrame | av.VideoFrame]]:
    """Give the decoded frames between two moments (seconds of the film), each with its own."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0] if kind == "video" else container.streams.audio[0]
        container.seek(max(0, int((begun - 1.0) / (stream.time_base or 1))), stream=stream)
        for frame in container.decode(stream):
            if not isinstance(frame, av.AudioFrame | av.VideoFrame) or frame.time is None or frame.time < begun:
                continue
            if frame.time >= ended:
                return
            yield frame.time, frame
