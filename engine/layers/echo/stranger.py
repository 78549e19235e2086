"""Telling a person from an echo that has not been found yet: by whether the sound itself is in what was played."""

from enum import Enum, auto
from typing import Final

import numpy as np

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.echo.reference import Reference

_SIZE: Final = 16_384
"""Samples of the reference in which a sound is looked for: the last second."""
_SPAN: Final = 4096
"""Samples (256 ms) that are looked for at most."""
_FEWEST: Final = 2048
"""Samples from which a sound can be told at all."""
_OFTEN: Final = 512
"""Samples between two looks, as long as there is no answer."""
_PATIENCE: Final = 6144
"""Samples after which it is no longer waited for."""
_PAUSE: Final = 300 * HEARING_RATE // 1000
"""Samples of quiet after which the next sound is another one."""
_STANDS_OUT: Final = 1e3
"""Times the strength of the noise (30 dB) from which a comparison says anything."""
_CLEAR: Final = 1e4
"""Times the strength of the noise (40 dB) from which all frequencies of a sound can be compared."""
_AUDIBLE: Final = 1e-6
"""Mean square (-60 dB of full scale) below which nothing is looked for."""
_FLOOR: Final = 1e-10
_RISE: Final = 0.3
"""Decades by which the noise may rise in a second."""
_LOUD: Final = 10.0**-1.2
"""Share of what is played (-12 dB) from which an echo would be a loud one, and stand out clearly from all other places."""
_LOWEST: Final = 150 * _SIZE // HEARING_RATE
_HIGHEST: Final = 6_800 * _SIZE // HEARING_RATE
_FAINT: Final = 0.1
"""Share of the mean strength from which a frequency counts in full."""
_BLUR: Final = 16
_SILENT: Final = 0.02
"""Share of the loudest place below which nothing was played at a place, so that it does not count as a place."""
_FILLED: Final = 0.7
"""Share of places at which something was played from which a faint sound can be told: less says little of it."""
_EDGE: Final = np.hanning(1024).astype(np.float32)


class Verdict(Enum):
    """What a sound is, as long as no echo is known."""

    UNKNOWN = auto()
    """Nothing stands out, or nothing could be found out."""
    UNSURE = auto()
    """It will be known in a moment."""
    PERSON = auto()


class Strangers:
    """Looks at one microphone; used by one thread at a time.

    Measured over two voices of the replica, 25 people and Opus both ways, the peaks of 256 ms of an echo are 20 and more high (at -30 dB,
    28 at -20 dB) as long as there is no noise to speak of, those of people 17 and less for 19 in 20, and 15 for three in four.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._window = np.zeros(_SPAN, dtype=np.float32)
        self._floor: float | None = None
        self._since = 0
        """Samples since the sound began; 0: there is none."""
        self._quiet = 0
        self._looked = 0
        self._verdict = Verdict.UNKNOWN

    def hear(self, samples: Samples, loudest: float | None) -> Verdict:
        """Take a block of the microphone, and the mean square of the loudest of what was played that it may hold; None: there is nothing
        to find out."""
        power = float(np.dot(samples, samples)) / max(1, samples.size)
        self._keep(samples)
        seconds = samples.size / HEARING_RATE
        floor = power if self._floor is None else min(power, self._floor * 10.0 ** (_RISE * seconds))
        self._floor = max(floor, _FLOOR)
        if power > max(_AUDIBLE, _STANDS_OUT * self._floor):
            self._quiet = 0
        else:
            self._quiet += samples.size
        if loudest is None or self._quiet > _PAUSE or (self._quiet and not self._since):
            self._since, self._verdict = 0, Verdict.UNKNOWN
            return self._verdict
        if not self._since:
            self._verdict, self._looked = Verdict.UNSURE, 0
        self._since += samples.size
        step = _SPAN if self._verdict is Verdict.PERSON else _OFTEN
        if self._since >= _FEWEST and self._since - self._looked >= step:
            self._looked = self._since
            self._look(loudest)
        return self._verdict

    def _look(self, loudest: float) -> None:
        assert self._floor is not None
        sound = self._window[-min(self._since, _SPAN) :]
        power = float(np.dot(sound, sound)) / sound.size
        loud, clear = power > _LOUD * loudest, power > _CLEAR * self._floor
        tellable = power > _AUDIBLE and (clear or (loud and power > _STANDS_OUT * self._floor))
        if tellable and (loud or sound.size == _SPAN) and self._height(sound, loud) < _highest(sound.size, loud):
            self._verdict = Verdict.PERSON
        elif self._verdict is Verdict.PERSON or not tellable or self._since > _PATIENCE:
            self._verdict = Verdict.UNKNOWN

    def _height(self, sound: Samples, loud: bool) -> float:
        """Return the height of the highest peak against the root mean square of all places."""
        end = self._reference.end
        if end is None:
            return 0.0
        played, heard = np.zeros(_SIZE, dtype=np.float32), np.zeros(_SIZE, dtype=np.float32)
        self._reference.read(end - _SIZE, played)
        played[:512] *= _EDGE[:512]
        heard[: sound.size] = sound * np.hanning(sound.size)
        across = np.fft.rfft(played) * np.conj(np.fft.rfft(heard))
        size = np.abs(across)
        across /= size + _FAINT * float(size.mean()) + np.finfo(np.float64).tiny
        across[:_LOWEST] = 0.0
        across[_HIGHEST:] = 0.0
        power = np.square(np.fft.irfft(across)[: _SIZE - sound.size + 1])
        total = np.cumsum(power)
        level = np.cumsum(np.square(played, dtype=np.float64))
        level = level[sound.size - 1 :] - np.concatenate(([0.0], level[: -sound.size]))
        played_at = level > _SILENT * level.max()
        if not played_at.any() or not (loud or played_at.mean() > _FILLED):
            return np.inf
        usual = float(power[played_at].mean())
        if not loud:
            usual = min(usual, float(power.mean()))
        return float(np.sqrt((total[_BLUR:] - total[:-_BLUR]).max() / usual))

    def _keep(self, samples: Samples) -> None:
        size = min(samples.size, _SPAN)
        self._window[: -size or None] = self._window[size:]
        self._window[_SPAN - size :] = samples[samples.size - size :]


def _highest(size: int, loud: bool) -> float:
    """Return the height of a peak up to which a sound of `size` samples is no echo; one as loud would stand out more."""
    if loud:
        return 16.0 if size < _FEWEST + _OFTEN else 20.0
    return 16.0
