"""A performance as it was received: pictures in strips, sound, film, and the mouth against the voice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from engine.bench.evidence import placed_sound, write_wav
from engine.bench.lip_sync import Box, mouth_opening
from engine.bench.plot import Curve, plot
from engine.bench.strip import strip, write_picture
from engine.bench.tape import Tape
from engine.bench.witness import Witness
from engine.room.playout import MEDIA_RATE

EVERY: Final = 0.5
"""Seconds from one picture of the strip to the next."""
_STRIP_ROW, _STRIP_SIZE = 10, 176
_DENSE_ROW, _DENSE_SIZE = 9, 208
_DENSE: Final = 27  # pictures, about a second
_STEP: Final = 0.02  # seconds of sound that the plot draws as one
_MILLISECOND: Final = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Performed:
    """When (monotonic seconds) something was performed."""

    begun: float
    interrupted: float
    """From then on the replica listens."""
    ended: float


def write_evidence(folder: Path, performed: Performed, person: Witness, tape: Tape, mouth_box: Box) -> None:
    """Write `strip.jpg` (every half second), `dense.jpg` (the loudest second), `mouth.svg`, `received.wav`, `sent.wav`, `clip.webm`
    and `tracks.json` into a folder; all of them begin when the performance does."""
    folder.mkdir(parents=True, exist_ok=True)
    times = np.array(tape.times) - performed.begun
    length = performed.ended - performed.begun
    kept = np.flatnonzero((times >= 0.0) & (times <= length))
    if not kept.size:
        return
    times, pictures = times[kept], tape.pictures()[kept[0] : kept[-1] + 1]
    received = placed_sound(person.received.sound, performed.begun, length)
    levels = _levels(received)
    moments = np.arange(len(levels), dtype=np.float64) * _STEP
    level_at = np.interp(times, moments, levels)
    x0, y0, x1, y1 = mouth_box
    opening = mouth_opening(np.asarray(pictures[:, y0:y1:4, x0:x1:4]))
    loud = level_at / max(1e-6, float(level_at.max()))

    chosen = nearest(times, np.arange(0.0, length, EVERY))
    write_picture(folder / "strip.jpg", strip(pictures[chosen], loud[chosen], _STRIP_SIZE, _STRIP_ROW))
    dense = densest(level_at, _DENSE)
    write_picture(folder / "dense.jpg", strip(pictures[dense], loud[dense], _DENSE_SIZE, _DENSE_ROW))
    curves = [
        Curve("voice received", moments, levels, "#bbb", filled=True),
        Curve("contrast of the mouth seen", times, opening - np.percentile(opening, 2), "#06c"),
    ]
    marks = [(performed.interrupted - performed.begun, "interrupted: listens")]
    (folder / "mouth.svg").write_text(plot(curves, length, marks), encoding="utf-8")
    write_wav(folder / "received.wav", received)
    sent = person.microphone.sent()
    if sent is not None:
        write_wav(folder / "sent.wav", _cut(sent[1], sent[0] - performed.begun, length))
    write_film(folder / "clip.webm", pictures, times, received)
    tracks = {
        "interrupted": round(performed.interrupted - performed.begun, 3),
        "dense": [round(float(times[dense.start]), 3), round(float(times[dense.stop - 1]), 3)],
        "times": [round(float(moment), 4) for moment in times],
        "opening": [round(float(value), 2) for value in opening],
        "level": [round(float(value), 4) for value in level_at],
    }
    (folder / "tracks.json").write_text(json.dumps(tracks) + "\n", encoding="utf-8")


def nearest(times: NDArray[np.float64], moments: NDArray[np.float64]) -> list[int]:
    """Return for each moment which of the growing times is nearest to it."""
    after = np.clip(np.searchsorted(times, moments), 1, max(1, len(times) - 1))
    before = after - 1
    after = np.minimum(after, len(times) - 1)
    closer = moments - times[before] <= times[after] - moments
    return [int(place) for place in np.where(closer, before, after)]


def densest(values: NDArray[np.float64], count: int) -> slice:
    """Return the `count` neighbours whose sum is largest; all of them where there are fewer."""
    if len(values) <= count:
        return slice(0, len(values))
    sums = np.convolve(values, np.ones(count), "valid")
    first = int(sums.argmax())
    return slice(first, first + count)


def write_film(
    path: Path, pictures: NDArray[np.uint8], times: Sequence[float] | NDArray[np.float64], sound: NDArray[np.float32]
) -> None:
    """Write pictures (planar YUV 4:2:0) at the seconds at which they came, and sound (48 kHz from second 0 on), as WebM."""
    height, width = pictures.shape[1] * 2 // 3, pictures.shape[2]
    with av.open(str(path), "w") as film:
        video = film.add_stream("libvpx", rate=25, options={"deadline": "good", "cpu-used": "4", "crf": "12"})
        video.width, video.height, video.pix_fmt, video.bit_rate = width, height, "yuv420p", 4_000_000
        video.codec_context.time_base = _MILLISECOND
        audio = film.add_stream("libopus", rate=MEDIA_RATE, layout="mono")
        audio.codec_context.format = "flt"
        whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.reshape(1, -1)), format="flt", layout="mono")
        whole.sample_rate, whole.pts, whole.time_base = MEDIA_RATE, 0, Fraction(1, MEDIA_RATE)
        fifo = av.AudioFifo()
        fifo.write(whole)
        last = -1
        for picture, moment in zip(pictures, times, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="yuv420p")
            last = max(last + 1, round(float(moment) * 1000))
            frame.pts, frame.time_base = last, _MILLISECOND
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        while (chunk := fifo.read(960, partial=True)) is not None:
            film.mux(audio.encode(chunk))
        film.mux(audio.encode(None))


def _levels(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    size = int(_STEP * MEDIA_RATE)
    blocks = sound[: sound.size // size * size].reshape(-1, size).astype(np.float64)
    levels: NDArray[np.float64] = np.sqrt(np.mean(blocks**2, axis=1))
    return levels


def _cut(samples: NDArray[np.float32], starts: float, length: float) -> NDArray[np.float32]:
    """Return `length` seconds of samples that began at second `starts`."""
    found = np.zeros(int(length * MEDIA_RATE), np.float32)
    first = -round(starts * MEDIA_RATE)
    part = samples[max(0, first) : max(0, first + found.size)]
    at = max(0, -first)
    found[at : at + part.size] = part[: found.size - at]
    return found
