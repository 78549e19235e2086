"""`python -m tests.recording.killed_recorder TARGET`: records a call at its own speed until it is killed.

Prints each whole second (of the media clock) that was handed to the recorder.
"""

import sys
import time
from pathlib import Path

from engine.recording.layout import REPLICA
from engine.recording.recorder import Recorder
from tests.recording.films import FRAME, HEIGHT, RATE, TICK, WIDTH, plain, tone


def record(target: Path) -> None:
    """Record until killed."""
    recorder = Recorder(target, width=WIDTH, height=HEIGHT, frames_per_second=25)
    begun, at, voice = time.monotonic(), 0, tone(450, TICK)
    while True:
        time.sleep(max(0.0, begun + at / RATE - time.monotonic()))
        recorder.sound(REPLICA, at, voice)
        if at % FRAME == 0:
            recorder.picture(REPLICA, at, plain(40 + at // RATE * 20 % 160))
        if at % RATE == 0:
            recorder.caption(at, "Replica", f"Second {at // RATE}", 1.0)
            print(at // RATE, flush=True)
        at += TICK


if __name__ == "__main__":
    record(Path(sys.argv[1]))
