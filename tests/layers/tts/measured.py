"""What the tests measure of spoken sound."""

import numpy as np

from engine.layers.audio import Samples


def median_pitch(samples: Samples, rate: int) -> float:
    """Return the median of `pitches`; 0 without any."""
    found = pitches(samples, rate)
    return float(np.median(found)) if found else 0.0


def pitches(samples: Samples, rate: int, lowest: float = 60.0, highest: float = 450.0) -> list[float]:
    """Return the fundamental frequency in Hz of each clearly voiced 60 ms window, 10 ms apart, by autocorrelation."""
    size, step = int(0.06 * rate), int(0.01 * rate)
    shortest, longest = int(rate / highest), int(rate / lowest)
    found: list[float] = []
    for start in range(0, samples.size - size, step):
        window = samples[start : start + size].astype(np.float64)
        window -= window.mean()
        if np.sqrt(np.mean(window**2)) < 0.02:
            continue
        spectrum = np.abs(np.fft.rfft(window, 2 * size)) ** 2
        likeness = np.fft.irfft(spectrum)[:size] / np.arange(size, 0, -1)
        likeness /= likeness[0]
        # Twice the period is as good a period; the first good one counts.
        best = likeness[shortest:longest].max()
        if best > 0.6:
            good = shortest + int(np.flatnonzero(likeness[shortest:longest] > 0.93 * best)[0])
            while good + 1 < longest and likeness[good + 1] > likeness[good]:
                good += 1
            found.append(rate / good)
    return found


def pitch_range(samples: Samples, rate: int) -> float:
    """Return the semitones between the 10th and the 90th percentile of `pitches`."""
    low, high = np.percentile(pitches(samples, rate), [10, 90])
    return float(12 * np.log2(high / low))


def sharpest_step(samples: Samples) -> float:
    """Return the largest difference between neighbouring samples."""
    return float(np.max(np.abs(np.diff(samples)), initial=0.0))
