"""The mouth on the media clock."""

import math
import threading
from dataclasses import dataclass
from typing import Final

from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.protocol import FaceSpeech
from engine.layers.replica.visemes import CLOSED, SILENCE, MouthShape, Viseme, visemes_of

_MILLISECOND: Final = MEDIA_RATE // 1000
_REACH: Final = 36 * _MILLISECOND  # neighbours blend over twice this: coarticulation
_LEAD: Final = 15 * _MILLISECOND  # lips are in place a little before the sound
_SEAL: Final = 56 * _MILLISECOND  # no closure is so short that it falls between two frames at 25 fps
_PARTING: Final = 30 * _MILLISECOND
_HELD_OVER: Final = 60 * _MILLISECOND  # a gap so short is no pause: the mouth does not close for it


@dataclass(slots=True)
class _Segment:
    start: int
    end: int
    viseme: Viseme


class MouthTrack:
    """What the mouth does when, in media samples (48 kHz). Thread-safe.

    Holds only what lies ahead of the last position sampled.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._segments: list[_Segment] = []
        self._position = 0

    def say(self, speech: FaceSpeech) -> None:
        """Add the phonemes of a clause."""
        added = _segments_of(speech)
        with self._turn:
            self._segments.extend(segment for segment in added if segment.end > self._position - _REACH)
            self._segments.sort(key=lambda segment: segment.start)

    def silence_from(self, position: int) -> None:
        """Drop what lies at or after `position`; the mouth is closed 36 ms later."""
        with self._turn:
            self._segments = [segment for segment in self._segments if segment.start < position]
            for segment in self._segments:
                segment.end = min(segment.end, position)

    def at(self, position: int) -> MouthShape:
        """Return the mouth at a media sample; what ended before it is forgotten, so positions should grow."""
        centre = position + _LEAD
        with self._turn:
            self._position = position
            self._segments = [segment for segment in self._segments if segment.end > position - _REACH]
            near = [segment for segment in self._segments if segment.start < centre + _REACH + _PARTING]
        return _blend(near, centre) if near else CLOSED

    def __len__(self) -> int:
        return len(self._segments)


def _segments_of(speech: FaceSpeech) -> list[_Segment]:
    segments: list[_Segment] = []
    scale = MEDIA_RATE / speech.sample_rate
    for span in speech.phonemes:
        start = speech.start + round(span.start * scale)
        end = speech.start + round((span.start + span.length) * scale)
        if not span.phoneme:
            if segments and end - start < _HELD_OVER and span is not speech.phonemes[-1]:
                segments[-1].end = end
            continue
        visemes = visemes_of(span.phoneme)
        bounds = [start + (end - start) * index // len(visemes) for index in range(len(visemes) + 1)]
        segments += [_Segment(bounds[i], bounds[i + 1], viseme) for i, viseme in enumerate(visemes)]
    return segments


def _blend(segments: list[_Segment], centre: int) -> MouthShape:
    """Weigh each segment by how much of a cosine window around `centre` it fills; what nothing fills is silence."""
    total = openness = width = rounding = teeth = tongue = 0.0
    filled = closure = 0.0
    for segment in segments:
        share = _filled((segment.end - centre) / _REACH) - _filled((segment.start - centre) / _REACH)
        if segment.viseme.closes:
            closure = max(closure, _closure(segment, centre))
        filled += share
        weight = share * segment.viseme.dominance
        shape = segment.viseme.shape
        total += weight
        openness += weight * shape.openness
        width += weight * shape.width
        rounding += weight * shape.rounding
        teeth += weight * shape.teeth
        tongue += weight * shape.tongue
    total += max(0.0, 1.0 - filled) * SILENCE.dominance
    if total <= 0.0:
        return CLOSED
    parted = (1.0 - closure) / total
    return MouthShape(openness * parted, width / total, rounding / total, teeth * parted, tongue * parted)


def _filled(place: float) -> float:
    """Integrate the window from its left end to `place` (-1..1)."""
    place = min(1.0, max(-1.0, place))
    return 0.5 + place / 2.0 + math.sin(math.pi * place) / (2.0 * math.pi)


def _closure(segment: _Segment, centre: int) -> float:
    lacking = max(0, _SEAL - (segment.end - segment.start)) // 2
    away = max(segment.start - lacking - centre, centre - segment.end - lacking, 0)
    return max(0.0, 1.0 - away / _PARTING)
