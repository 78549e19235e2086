"""One presenter, drawn in a process of its own so that nothing but drawing is in it and nothing else disturbs it.

`python -m engine.bench.replica_drawing` reads a `DrawingPlan` as JSON from standard input, writes a `DrawingResult` as JSON to standard
output, and what it drew into `DrawingPlan.drawn` (npz): `weights` [n, shapes], `gaze` [n, 2] degrees, `mouths` [n, h, w] every fourth
pixel of the mouth's luma, `frame_ms` [n]; and of the acting alone, for longer, `acted_weights`, `acted_gaze`.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FRAME = 1_920
"""Media samples from one frame to the next."""
FRAMES_PER_SECOND = 25
ENCODED = 150
"""Frames that are encoded to see what that costs."""

_TOLD = ("VmRSS", "VmHWM")

SpanRow = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class DrawingPlan:
    """What is drawn of whom."""

    folder: str
    """The presenter's bundle."""
    width: int
    height: int
    seed: int
    clauses: list[tuple[int, int, list[SpanRow]]]
    """Start (media sample), rate of the spans, and phoneme, start and length of each."""
    speaking: int
    """Frames until the presenter listens."""
    frames: int
    """All frames; 0: only start."""
    acted: int
    """Frames of acting that are not drawn: the same speech and listening over and over."""
    drawn: str
    """Where to write what was drawn; empty: nowhere."""


@dataclass(frozen=True, slots=True)
class DrawingResult:
    """Milliseconds, and MB of resident memory."""

    import_ms: float
    """Importing what drawing and acting need."""
    start_ms: float
    """From the constructor's call to its end: the first picture is drawn then."""
    start_cpu_ms: float
    rss_mb: float
    """Once all frames are drawn."""
    peak_rss_mb: float | None
    encode_ms: float | None
    """CPU of all threads for one encoded frame."""
    mouth_box: tuple[int, int, int, int]


def draw_apart(plan: DrawingPlan) -> DrawingResult:
    """Run a plan in a process of its own. Raises RuntimeError with what that process said when it fails."""
    command = [sys.executable, "-m", "engine.bench.replica_drawing"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{plan.folder} could not be drawn: {done.stderr[-2000:]}")
    result = json.loads(done.stdout)
    return DrawingResult(**{**result, "mouth_box": tuple(result["mouth_box"])})


def draw(plan: DrawingPlan) -> DrawingResult:
    """Import, start, draw, act and encode, in this order and in this process."""
    began = time.perf_counter()
    import numpy as np

    from engine.layers.replica.performance.expression import Expression
    from engine.layers.replica.performance.performance import Performance
    from engine.layers.replica.presenter.replica import PresenterReplica
    from engine.layers.replica.protocol import FaceSpeech, ReplicaState
    from engine.layers.tts.spans import PhonemeSpan

    imported = time.perf_counter()
    busy = time.process_time()
    shown: list[Expression] = []

    class Noted(Performance):
        def at(self, position: int, state: ReplicaState) -> Expression:
            shown.append(super().at(position, state))
            return shown[-1]

    replica = PresenterReplica(Path(plan.folder), Noted, plan.width, plan.height)
    started, started_cpu = time.perf_counter(), time.process_time()
    x0, y0, x1, y1 = box = replica.mouth_box

    def speech(by: int) -> list[FaceSpeech]:
        return [
            FaceSpeech(start + by, rate, [PhonemeSpan(*span) for span in spans]) for start, rate, spans in plan.clauses
        ]

    def state(frame: int) -> ReplicaState:
        return ReplicaState.SPEAKING if frame < plan.speaking else ReplicaState.LISTENING

    def arrays(prefix: str = "") -> dict[str, Any]:
        return {
            f"{prefix}weights": np.stack([expression.weights for expression in shown]),
            f"{prefix}gaze": np.array([(expression.gaze_x, expression.gaze_y) for expression in shown]),
        }

    session = replica.open_session(plan.seed)
    for clause in speech(0):
        session.say(clause)
    frame_ms, mouths = [], []
    for frame in range(plan.frames):
        worked = time.thread_time()
        picture = session.frame(frame * FRAME, state(frame))
        frame_ms.append((time.thread_time() - worked) * 1000.0)
        mouths.append(picture[: plan.height : 4, ::4][y0 // 4 : y1 // 4, x0 // 4 : x1 // 4].copy())
    rss, peak = _memory()
    encode_ms = None
    if plan.frames and plan.drawn:
        found = {**arrays(), "mouths": np.stack(mouths), "frame_ms": np.array(frame_ms)}
        shown.clear()
        acting = Noted(plan.seed)
        for frame in range(plan.acted):
            rounds, within = divmod(frame, plan.frames)
            if not within:
                for clause in speech(rounds * plan.frames * FRAME):
                    acting.say(clause)
            acting.at(frame * FRAME, state(within))
        np.savez(plan.drawn, **found, **(arrays("acted_") if shown else {}))
        for clause in speech(plan.frames * FRAME):
            session.say(clause)
        pictures = (session.frame((plan.frames + frame) * FRAME, state(frame)).copy() for frame in range(ENCODED))
        encode_ms = encoding_ms(list(pictures))
    return DrawingResult(
        (imported - began) * 1000.0,
        (started - imported) * 1000.0,
        (started_cpu - busy) * 1000.0,
        rss,
        peak,
        encode_ms,
        box,
    )


def encoding_ms(pictures: Sequence[Any]) -> float:
    """Return the milliseconds of CPU that one of these pictures (YUV 4:2:0) costs as the room sends it."""
    from fractions import Fraction

    import av
    from aiortc.codecs.vpx import Vp8Encoder

    encoder = Vp8Encoder()
    frames = [av.VideoFrame.from_ndarray(picture, format="yuv420p") for picture in pictures]
    for number, frame in enumerate(frames):
        frame.pts, frame.time_base = number * FRAME, Fraction(1, FRAME * FRAMES_PER_SECOND)
    # The first one is a key frame and opens the encoder.
    encoder.encode(frames[0])
    busy = time.process_time()
    for frame in frames[1:]:
        encoder.encode(frame)
    return (time.process_time() - busy) * 1000.0 / max(1, len(frames) - 1)


def _memory() -> tuple[float, float | None]:
    """Return the resident memory of this process in MB (10^6 bytes), and the most it ever was where the system tells."""
    try:
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
        told = {
            name: int(rest.split()[0]) * 1024 / 1e6
            for name, _, rest in (line.partition(":") for line in lines)
            if name in _TOLD
        }
        return told["VmRSS"], told["VmHWM"]
    except (OSError, KeyError):
        # Only here: importing it is memory too.
        import psutil

        return psutil.Process().memory_info().rss / 1e6, None


def main() -> None:
    """Run the plan on standard input."""
    json.dump(asdict(draw(DrawingPlan(**json.load(sys.stdin)))), sys.stdout)


if __name__ == "__main__":
    main()
