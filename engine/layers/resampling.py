"""Changing the sampling rate of a whole piece of sound at once."""

import av
import numpy as np

from engine.layers.audio import Samples


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """Return mono samples of `rate` Hz at `wanted` Hz; the same array when nothing is to be done."""
    if rate == wanted or not samples.size:
        return samples
    resampler = av.AudioResampler(format="flt", layout="mono", rate=wanted)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = rate
    parts = [out.to_ndarray().reshape(-1) for out in (*resampler.resample(frame), *resampler.resample(None))]
    return np.concatenate(parts).astype(np.float32, copy=False)
