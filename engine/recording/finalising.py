"""From the fragments that a recorder left, whole or killed, to a plain MP4 with its index in front."""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from engine.recording.captions import captions_of, finalise_captions
from engine.recording.fragments import whole_length
from engine.store.files import KEPT_FREE, DiskFullError, check_room
from models.durable import discard, move_durably

log = logging.getLogger(__name__)

PARTIAL: Final = ".partial"
"""Behind the final name while a recording is under way."""
_REMUX: Final = ".remux"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that is whole."""

    path: Path
    """The MP4."""
    captions: Path | None
    """The WebVTT beside it; None when nothing was said."""
    duration: float
    """Seconds."""
    size: int
    """Bytes of the MP4."""


def partial_of(target: Path) -> Path:
    """Return where a recording lies until it is whole."""
    return target.with_name(target.name + PARTIAL)


def unfinished(folder: Path) -> list[Path]:
    """Return what killed processes left below a folder, for `finalise`. Only who holds the folder alone may do this."""
    return sorted(path for path in folder.rglob(f"*.mp4{PARTIAL}") if path.is_file() and not path.is_symlink())


def finalise(partial: Path, *, kept_free: int = KEPT_FREE) -> Recorded | None:
    """Make a recording and its captions whole, without encoding anything anew; None when nothing can be played of it.

    What comes after the last whole fragment (a second at most) is cut off. It can be repeated: until the final file is on the
    disk the fragments stay. On a disk without room for a second copy (beside `kept_free` bytes) the fragments themselves get the
    final name: players show them too, and take longer to find a moment.

    Raises OSError.
    """
    target = partial.with_name(partial.name.removesuffix(PARTIAL))
    copy = target.with_name(target.name + _REMUX)
    os.truncate(partial, whole_length(partial))
    try:
        check_room(partial.parent, partial.stat().st_size, kept_free=kept_free)
        duration = _copy(partial, copy)
        if duration:
            move_durably(copy, target)
    except DiskFullError as error:
        log.warning("%s stays in fragments: %s", target.name, error)
        duration = _length(partial)
        if duration:
            move_durably(partial, target)
    finally:
        discard(copy)
    captions = finalise_captions(target)
    discard(partial)
    if not duration:
        discard(*([captions] if captions else []))
        return None
    return Recorded(target, captions, float(duration), target.stat().st_size)


def recorded_in(target: Path) -> Recorded | None:
    """Return what a file holds that was made whole before; None when there is none. Raises OSError."""
    duration = _length(target) if target.exists() else Fraction(0)
    if not duration:
        return None
    captions = captions_of(target)
    return Recorded(target, captions if captions.exists() else None, float(duration), target.stat().st_size)


def _copy(partial: Path, copy: Path) -> Fraction:
    """Copy all whole packets; return the duration in seconds, 0 when there are none."""
    try:
        source = av.open(str(partial))
    except av.error.InvalidDataError:
        return Fraction(0)
    with source, av.open(str(copy), "w", format="mp4", options={"movflags": "+faststart"}) as target:
        return _copy_packets(source, target)


def _copy_packets(source: InputContainer, target: OutputContainer) -> Fraction:
    streams = {
        stream.index: target.add_stream_from_template(stream)
        for stream in (*source.streams.video, *source.streams.audio)
    }
    span = _Span()
    for packet in _whole_packets(source):
        span.add(packet)
        packet.stream = streams[packet.stream.index]
        target.mux(packet)
    return span.length


def _length(partial: Path) -> Fraction:
    span = _Span()
    try:
        with av.open(str(partial)) as source:
            for packet in _whole_packets(source):
                span.add(packet)
    except av.error.InvalidDataError:
        pass
    return span.length


def _whole_packets(source: InputContainer) -> "Iterator[Packet[Any]]":
    try:
        for packet in source.demux():
            if packet.dts is not None and packet.size and not packet.is_corrupt:
                yield packet
    except av.error.FFmpegError as error:
        # The last fragment of a killed process may end anywhere.
        log.info("a recording ends in a piece that cannot be read: %s", error)


class _Span:
    """From the first packet's begin to the last one's end."""

    def __init__(self) -> None:
        self._begin: Fraction | None = None
        self._end = Fraction(0)

    def add(self, packet: "Packet[Any]") -> None:
        base, pts = packet.time_base, packet.pts
        if base is None or pts is None:
            return
        self._begin = min(pts * base, pts * base if self._begin is None else self._begin)
        self._end = max(self._end, (pts + (packet.duration or 0)) * base)

    @property
    def length(self) -> Fraction:
        return Fraction(0) if self._begin is None else self._end - self._begin
