"""`visavis bench tts`: how fast a voice speaks, what a listener understands of it, and how close it comes to a person's recordings."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.bench.listening import Held, held_out, listen
from engine.bench.statistics import percentile
from engine.errors import ModelUnavailableError
from engine.layers.audio import Samples
from engine.layers.tts.loudness import loudness, true_peak
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.protocol import Voice
from engine.layers.tts.stored_voices import StoredVoices
from engine.loading import machine_tier
from models.errors import ModelError
from models.store import ModelStore
from models.training.voice.evaluation.sentences import ASSISTANT

FIRST_CLAUSE: Final = "Your order has arrived and will be delivered on Monday,"
"""Ten words, as an answer may begin."""
TIMES: Final = 21
"""How often it is spoken."""
LANGUAGE: Final = "en"

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Loaded:
    voice: Voice
    megabytes: float | None
    """Of the network; None for a voice that has none."""


def bench_tts(home: Path, data: Path | None, name: str | None, note: Note) -> dict[str, Any]:
    """Measure a voice and return the report; what could not be measured is null, and `note` is told why.

    `name` is that of a voice in the store of `home`, the path of an ONNX file with its configuration beside it, or `basic`; None takes
    the one that a call would have. `data` holds `metadata.csv` and `flac/` of a person. Raises ModelUnavailableError.
    """
    loaded = _load(home, name, note)
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


def _load(home: Path, name: str | None, note: Note) -> _Loaded:
    if name is not None and name.endswith(".onnx"):
        network = Path(name)
        return _Loaded(PiperVoiceEngine(network, Path(f"{name}.json")), _megabytes(network.parent.glob(network.name)))
    store = ModelStore(home)
    source = StoredVoices(store, machine_tier())
    choice = source.named(name) if name else source.choose(LANGUAGE)
    if choice is None:
        raise ModelUnavailableError(f"voice {name!r} is not in the store; see what is with `visavis voices list`")
    if choice.basic:
        if name is None:
            note("no voice is in the store, the basic one is measured; fetch one with `visavis models pull --default`")
        return _Loaded(source.open(choice), None)
    return _Loaded(source.open(choice), _megabytes(store.path(choice.name).glob("*.onnx")))


def _megabytes(files: Iterable[Path]) -> float:
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)


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
