"""Sound played faster or slower at the same pitch, or higher or lower at the same length."""

import av
import numpy as np

from engine.layers.audio import Samples
from engine.layers.resampling import resample


def at_tempo(samples: Samples, rate: int, tempo: float, semitones: float = 0.0) -> Samples:
    """Return mono samples of `rate` Hz as spoken `tempo` times as fast, and `semitones` higher; the same array when nothing is asked.

    Waveform similarity overlap-add (the filter `atempo`), a quarter to 100 times; a pitch is moved by resampling first.
    """
    raised = 2.0 ** (semitones / 12.0)
    moved = resample(samples, round(rate * raised), rate) if semitones else samples
    factor = tempo / raised
    if abs(factor - 1.0) < 1e-3 or not moved.size:
        return moved
    stretched = _stretched(moved, rate, factor)
    # A few milliseconds are less than the filter looks at.
    return stretched if stretched.size else moved


def _stretched(samples: Samples, rate: int, factor: float) -> Samples:
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout="mono")
    last = source
    # One filter does no less than half the tempo.
    for part in (factor,) if factor >= 0.5 else (0.5, factor / 0.5):
        stretch = graph.add("atempo", f"{part:.5f}")
        last.link_to(stretch)
        last = stretch
    last.link_to(graph.add("abuffersink"))
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = rate
    source.push(frame)
    source.push(None)
    pieces = []
    while True:
        try:
            pulled = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            break
        if isinstance(pulled, av.AudioFrame):
            pieces.append(pulled.to_ndarray().reshape(-1))
    return np.concatenate(pieces).astype(np.float32, copy=False) if pieces else np.zeros(0, np.float32)
