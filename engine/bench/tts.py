"""`visavis bench tts`: how fast a voice speaks, what a listener understands of it, and how close it comes to a person's recordings."""

import os
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.bench.listening import Held, held_out, listen
from engine.bench.statistics import percentile
from engine.bench.voices import LANGUAGE, Note, load_voice
from engine.errors import ModelUnavailableError
from engine.layers.audio import Samples
from engine.layers.tts.loudness import loudness, true_peak
from engine.layers.tts.protocol import Voice
from engine.loading import machine_tier
from models.errors import ModelError
from models.store import ModelStore
from models.training.voice.evaluation.sentences import ASSISTANT

FIRST_CLAUSE: Final = "Your order has arrived and will be delivered on Monday,"
"""Ten words, as an answer may begin."""
TIMES: Final = 21
"""How often it is spoken."""


def bench_tts(home: Path, data: Path | None, name: str | None, note: Note) -> dict[str, Any]:
    """Measure a voice and return the report; what could not be measured is null, and `note` is told why.

    `name` is that of a voice in the store of `home`, the path of an ONNX file with its configuration beside it, or `basic`; None takes
    the one that a call would have. `data` holds `metadata.csv` and `flac/` of a person. Raises ModelUnavailableError.
    """
    loaded = load_voice(home, name, note)
    voice = loaded.voice
    note(f"{voice.name}: speaking ...")
    report: dict[str, Any] = {"voice": voice.name, "basic": voice.basic, "voice_mb": loaded.megabytes}
    report |= _speed(voice)
    spoken = [voice.speak(sentence) for sentence in ASSISTANT]
    report |= _levels([clause.samples for clause in spoken], spoken[0].sample_rate)
    held = held_out(data, note)
    return report | listen(_whisper(home, note), spoken, voice, held or Held((), ()), note)


def _speed(voice: Voice) -> dict[str, Any]:
    voice.speak(FIRST_CLAUSE)
    first = []
    for _ in range(TIMES):
        began = time.perf_counter()
        voice.speak(FIRST_CLAUSE)
        first.append((time.perf_counter() - began) * 1000.0)
    worked = waited = seconds = 0.0
    for sentence in ASSISTANT:
        began, busy = time.perf_counter(), time.thread_time()
        clause = voice.speak(sentence)
        worked += time.thread_time() - busy
        waited += time.perf_counter() - began
        seconds += clause.samples.size / clause.sample_rate
    return {
        "rtf": round(worked / seconds, 4),
        "rtf_wall": round(waited / seconds, 4),
        "first_clause_ms": {"p50": percentile(first, 50), "p95": percentile(first, 95)},
        "cores": os.cpu_count(),
    }


def _levels(sounds: list[Samples], rate: int) -> dict[str, Any]:
    levels = [loudness(sound, rate) for sound in sounds]
    return {
        "loudness_lufs": {"lowest": round(min(levels), 1), "highest": round(max(levels), 1)},
        "true_peak_db": round(20.0 * float(np.log10(max(true_peak(sound) for sound in sounds))), 1),
    }


def _whisper(home: Path, note: Note) -> Path | None:
    store = ModelStore(home)
    try:
        name = store.best("stt", LANGUAGE, machine_tier())
        if name is not None:
            return store.checked(name)
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error
    note("no recogniser is in the store, so nobody listens; fetch one with `visavis models pull --default`")
    return None
