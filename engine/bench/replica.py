"""`visavis bench replica`: what the presenters cost to draw, and whether their faces do what their speech asks.

Each presenter is drawn by a process of its own: twenty seconds of speech in the appliance's voice, ten seconds of listening.
"""

import asyncio
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.bench.faces import shipped_presenters
from engine.bench.lip_sync import mouth_opening, shipped_reader
from engine.bench.replica_call import bench_calls
from engine.bench.replica_drawing import FRAME, FRAMES_PER_SECOND, DrawingPlan, DrawingResult, draw_apart
from engine.bench.replica_mouth import (
    Lips,
    bilabials_closed,
    blinks_per_minute,
    correlation,
    gaze_at_camera,
    viseme_track,
)
from engine.bench.replica_speech import Speech, spoken
from engine.bench.statistics import percentile
from engine.bench.voices import Note, load_voice
from engine.errors import InvalidInputError
from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.protocol import ReplicaState
from engine.layers.tts.basic_voice import BasicVoice

SPEAKING: Final = 20.0
LISTENING: Final = 10.0
"""Seconds."""
LEAD: Final = 0.5
"""Seconds before the first word."""
ACTED: Final = 300.0
"""Seconds of acting over which blinks and gaze are counted."""
STARTS: Final = 3
"""Processes that only start; the median counts. One before them is not counted: it may have to compile."""
WORST: Final[dict[str, Callable[[Sequence[float]], float]]] = {"cores": max, "fps": min, "rss_mb": max, "start_ms": max}


def bench_replica(
    home: Path,
    presenters: Path | None,
    note: Note,
    *,
    size: tuple[int, int] = (512, 512),
    beside_call: bool = False,
    frames: Path | None = None,
    seconds: tuple[float, float] = (SPEAKING, LISTENING),
    only: str = "",
) -> dict[str, Any]:
    """Measure each presenter of a folder (None: those that are shipped) and return the report.

    `beside_call`: in a conversation too, at its receiver; `frames`: write what was received there into this folder, which asks for the
    conversation; `seconds`: of speaking and listening; `only`: the presenter of this name. Raises InvalidInputError,
    ModelUnavailableError, BundleError.
    """
    folder = presenters or shipped_presenters()
    bundles = sorted(found.parent for found in folder.glob("*/presenter.json"))
    if not bundles:
        raise InvalidInputError("presenters", str(folder), "a folder with presenters (NAME/presenter.json) is")
    bundles = [bundle for bundle in bundles if only in ("", bundle.name)]
    if not bundles:
        raise InvalidInputError("only", only, "the name of a presenter that is there is")
    in_call = beside_call or frames is not None
    if in_call and folder.resolve() != shipped_presenters().resolve():
        raise InvalidInputError("presenters", str(folder), "beside a call only the presenters that are shipped are")
    voice = load_voice(home, None, note).voice
    note(f"{voice.name}: speaking ...")
    speech = spoken(voice, seconds[0] - LEAD, start=LEAD)
    other = spoken(BasicVoice(), seconds[0] - LEAD, start=LEAD)
    if voice.basic:
        note("the sound without phonemes is read of the same voice: there is no other")
    report: dict[str, Any] = {"bench": "replica", "voice": speech.voice, "size": list(size)}
    shown = {bundle.name: _presenter(bundle, speech, other, size, seconds, note) for bundle in bundles}
    if in_call:
        calls = asyncio.run(bench_calls(home, list(shown), frames, note))
        for name, figures in calls.items():
            alone = {key: shown[name].pop(key) for key in ("fps", "cores")}
            shown[name] |= {"alone": alone, "fps": figures["fps"]["p5"], "cores": figures["cores"], "call": figures}
    return report | worst(shown) | {"presenters": shown}


def worst(shown: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the least good figure over all presenters for each that stands at the top of the report."""
    found: dict[str, Any] = {
        "frame_ms": {share: max(figures["frame_ms"][share] for figures in shown.values()) for share in ("p50", "p99")}
    }
    for key, least in WORST.items():
        values = [figures[key] for figures in shown.values() if figures[key] is not None]
        found[key] = least(values) if values else None
    return found


def _presenter(
    bundle: Path, speech: Speech, other: Speech, size: tuple[int, int], seconds: tuple[float, float], note: Note
) -> dict[str, Any]:
    note(f"{bundle.name}: starting {STARTS + 1} times ...")
    spans = [
        (clause.start, clause.sample_rate, [(span.phoneme, span.start, span.length) for span in clause.phonemes])
        for clause in speech.clauses
    ]
    seed = zlib.crc32(bundle.name.encode())
    speaking, all_frames = (round(part * FRAMES_PER_SECOND) for part in (speech.seconds, speech.seconds + seconds[1]))
    with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
        drawn_file = Path(folder) / "drawn.npz"
        plan = DrawingPlan(
            str(bundle.resolve()),
            *size,
            seed,
            spans,
            speaking,
            all_frames,
            round(ACTED * FRAMES_PER_SECOND),
            str(drawn_file),
        )
        first, *starts = [draw_apart(replace(plan, frames=0)) for _ in range(STARTS + 1)]
        note(f"{bundle.name}: drawing {all_frames} frames ...")
        result = draw_apart(plan)
        with np.load(drawn_file) as archive:
            drawn = dict(archive)
    return {
        **_cost(result, starts, first, drawn["frame_ms"]),
        **_mouth(bundle, speech, other, drawn, seed),
        **_manner(drawn, speaking, all_frames),
    }


def _cost(
    result: DrawingResult, starts: Sequence[DrawingResult], first: DrawingResult, frame_ms: NDArray[np.float64]
) -> dict[str, Any]:
    work = float(frame_ms.mean())
    return {
        "frame_ms": {"p50": percentile(frame_ms.tolist(), 50), "p99": percentile(frame_ms.tolist(), 99)},
        "fps": round(1000.0 / work, 1),
        "cores": round((work + (result.encode_ms or 0.0)) * FRAMES_PER_SECOND / 1000.0, 3),
        "encode_ms": round(result.encode_ms, 2) if result.encode_ms is not None else None,
        "rss_mb": round(result.rss_mb, 1),
        "peak_rss_mb": round(result.peak_rss_mb, 1) if result.peak_rss_mb is not None else None,
        "start_ms": percentile([start.start_ms for start in starts], 50),
        "start_cpu_ms": percentile([start.start_cpu_ms for start in starts], 50),
        "import_ms": percentile([start.import_ms for start in starts], 50),
        "first_start_ms": round(first.start_ms, 1),
    }


def _mouth(bundle: Path, speech: Speech, other: Speech, drawn: dict[str, NDArray[Any]], seed: int) -> dict[str, Any]:
    """How well the mouth follows, over the frames of speech alone."""
    lips = Lips(bundle)
    times, apart = _times(speech), lips.apart(drawn["weights"])
    count = len(times)
    asked = viseme_track(speech.clauses, times)
    reader = shipped_reader()
    listening, knowing = Performance(seed, reader=reader), Performance(seed)
    listening.hear_sound(0, other.samples)
    for clause in other.clauses:
        knowing.say(clause)
    others = _times(other)
    heard, known = (
        lips.opening(np.stack([face.at(frame * FRAME, ReplicaState.SPEAKING).weights for frame in range(len(others))]))
        for face in (listening, knowing)
    )
    return {
        "viseme_corr": correlation(lips.opening(drawn["weights"][:count]), asked),
        "picture_corr": correlation(mouth_opening(drawn["mouths"][:count]), asked),
        "bilabials_closed": bilabials_closed(speech.clauses, times, apart[:count]),
        "echo_corr": correlation(heard, viseme_track(other.clauses, others)),
        "echo_to_timed_corr": correlation(heard, known),
        "echo_voice": other.voice,
    }


def _times(speech: Speech) -> NDArray[np.float64]:
    """Return the seconds of the frames in which something is said."""
    return np.arange(int(speech.seconds * FRAMES_PER_SECOND), dtype=np.float64) * FRAME / MEDIA_RATE


def _manner(drawn: dict[str, NDArray[Any]], speaking: int, frames: int) -> dict[str, Any]:
    talks = np.arange(len(drawn["acted_gaze"])) % frames < speaking
    return {
        "blinks_per_minute": blinks_per_minute(drawn["acted_weights"], FRAMES_PER_SECOND),
        "gaze_at_camera": {
            "speaking": gaze_at_camera(drawn["acted_gaze"], talks),
            "listening": gaze_at_camera(drawn["acted_gaze"], ~talks),
        },
    }
