"""The sound of a recording, whatever file it lies in."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.layers.audio import Samples

RATE: Final = 24_000
"""Hz: what the cloning model hears."""
LONGEST: Final = 600.0
"""Seconds from the beginning that are decoded: the speech that is listened to lies far before."""


def read_recording(path: Path) -> Samples:
    """Decode the first sound track of a sound or video file to mono at `RATE`. Raises InvalidInputError naming the file."""
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts: list[NDArray[Any]] = []
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InvalidInputError("recording", str(path), "a file with sound is")
            for frame in container.decode(audio=0):
                parts += [out.to_ndarray().reshape(-1) for out in resampler.resample(frame)]
                if frame.time is not None and frame.time > LONGEST:
                    break
        parts += [out.to_ndarray().reshape(-1) for out in resampler.resample(None)]
    except (OSError, ValueError, av.FFmpegError) as error:
        raise InvalidInputError("recording", str(path), f"a sound or video file is ({error})") from error
    return np.concatenate(parts).astype(np.float32, copy=False) if parts else np.zeros(0, np.float32)
