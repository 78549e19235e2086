"""How much later than it is played a sound is heard: the peak of a whitened cross-correlation."""

from typing import Final

import numpy as np

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.echo.reference import Reference

SPAN: Final = 4096
"""Samples of the microphone that are compared at once (256 ms)."""

_SIZE: Final = 16_384
"""Samples of the reference that they are compared with: every place in the last 768 ms."""
_PLACES: Final = _SIZE - SPAN
_AHEAD: Final = 1280
"""Places after the newest sample that was played when the search began: packets come early as well as late."""
_KEPT: Final = 0.75
"""Share of what was found that the next comparison keeps: about a second counts."""
_BLUR: Final = 16
"""Samples (1 ms) within which drift may move a peak between comparisons."""
_CLEAR: Final = 12.0
"""Height of a peak, against the root mean square of all places, from which it is an echo."""
_LOWEST: Final = 150 * _SIZE // HEARING_RATE
_HIGHEST: Final = 6_800 * _SIZE // HEARING_RATE
"""Bins (150 to 6,800 Hz) in which voices, loudspeakers and microphones have something to say."""
_FAINT: Final = 1e-3
"""Share of the mean strength from which a bin counts in full."""
_QUIET: Final = 1e-5
"""Root mean square below which there is nothing to compare."""

_ARCH: Final = np.hanning(SPAN).astype(np.float32)
_TAPER: Final = np.ones(_SIZE, dtype=np.float32)
_TAPER[:512] = np.hanning(1024)[:512]
_TAPER[-512:] = np.hanning(1024)[512:]


class DelayFinder:
    """Finds the place in the reference that a microphone hears, for one microphone."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._heard = np.zeros(_SIZE, dtype=np.float32)
        self._played = np.zeros(_SIZE, dtype=np.float32)
        self._found = np.zeros(_PLACES, dtype=np.float32)
        self._filled = 0
        self._base: int | None = None
        self._candidate: int | None = None

    def hear(self, position: int, samples: Samples) -> int | None:
        """Take a piece of the microphone; return how far behind the microphone's count its echo is in the reference, once that is sure.

        `position`: the microphone's own count (16 kHz) of the piece's first sample. What is returned is to be added to such a count.
        """
        count = min(samples.size, SPAN - self._filled)
        self._heard[self._filled : self._filled + count] = samples[:count]
        self._filled += count
        if self._filled < SPAN:
            return None
        found = self._compare(position + count - SPAN)
        rest = samples.size - count
        self._heard[:rest] = samples[count:]
        self._filled = rest
        return found

    def _compare(self, start: int) -> int | None:
        """Compare the span that begins at `start` of the microphone's count with all places."""
        if self._reference.end is None:
            return None
        newest = self._reference.end - SPAN - start
        if self._base is None or not _AHEAD // 4 <= self._base + _PLACES - newest <= 2 * _AHEAD:
            self._base = newest + _AHEAD - _PLACES
            self._found[:] = 0.0
            self._candidate = None
        self._reference.read(start + self._base, self._played)
        if _level(self._heard[:SPAN]) < _QUIET or _level(self._played) < _QUIET:
            return None
        # The edges of a cut are alike in all sounds, and whitening would bring them out.
        self._heard[:SPAN] *= _ARCH
        self._heard[SPAN:] = 0.0
        self._played *= _TAPER
        across = np.fft.rfft(self._played) * np.conj(np.fft.rfft(self._heard))
        size = np.abs(across)
        across /= size + _FAINT * float(size.mean())
        across[:_LOWEST] = 0.0
        across[_HIGHEST:] = 0.0
        self._found *= _KEPT
        self._found += np.fft.irfft(across)[:_PLACES]
        return self._peak()

    def _peak(self) -> int | None:
        power = np.square(self._found)
        totals = np.cumsum(power)
        blurred = totals[_BLUR:] - totals[:-_BLUR]
        peak = int(np.argmax(blurred))
        if blurred[peak] < _CLEAR**2 * totals[-1] / _PLACES:
            self._candidate = None
            return None
        assert self._base is not None
        place = self._base + peak + 1 + int(np.argmax(power[peak + 1 : peak + 1 + _BLUR]))
        sure = self._candidate is not None and abs(place - self._candidate) <= _BLUR
        self._candidate = place
        return place if sure else None


def _level(samples: Samples) -> float:
    return float(np.sqrt(np.dot(samples, samples) / samples.size))
