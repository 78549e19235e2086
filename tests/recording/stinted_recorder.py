"""`python -m tests.recording.stinted_recorder TARGET`: records until its file may not grow any further.

Prints what stopped it and how many seconds there are in the end.
"""

import resource
import sys
from pathlib import Path

import numpy as np

from engine.recording.layout import REPLICA
from engine.recording.recorder import Recorder
from tests.recording.films import FRAME, HEIGHT, RATE, WIDTH, keep_pace, tone

MOST = 1_500_000
"""Bytes."""


def record(target: Path) -> None:
    """Record until that fails, then let files grow again and close."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, hard))
    recorder = Recorder(target, width=WIDTH, height=HEIGHT, frames_per_second=25)
    noise = np.random.default_rng(7)
    for at in range(0, 60 * RATE, FRAME):
        recorder.sound(REPLICA, at, tone(450, FRAME))
        recorder.picture(REPLICA, at, noise.integers(16, 235, (HEIGHT * 3 // 2, WIDTH), np.uint8))
        keep_pace(recorder)
        if recorder.failure is not None:
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print(type(recorder.failure).__name__, recorder.close().duration)


if __name__ == "__main__":
    record(Path(sys.argv[1]))
