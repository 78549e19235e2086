"""`visavis bench stt`: what is understood on windows as short as the sound, against the full window, and how soon.

The same weights both times. Ours is the appliance's recogniser; the full window is faster-whisper's own transcription with five
beams, as pipelines made of this model use it. Partials are those of an utterance as it grows.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.bench.statistics import quantiles
from engine.bench.utterances import Utterance, clips_with_text, sentences
from engine.bench.word_errors import HeardTwice, difference_interval, error_rates
from engine.conversation.listener import PARTIAL_EVERY
from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.stt.edits import edits_to_prefixes
from engine.layers.stt.partials import StablePartials
from engine.layers.stt.protocol import Recognizer, Transcription
from engine.layers.stt.whisper import WhisperRecognizer
from engine.loading import machine_tier
from engine.model_folders import best_folder
from models.store import ModelStore
from models.tiers import Tier
from models.training.voice.evaluation.words import plain_words

_LANGUAGE: Final = "en"
_BEAMS: Final = 5

Note = Callable[[str], None]
Understand = Callable[[Samples], str]


def bench_stt(home: Path, data: Path | None, folder: Path | None, note: Note, *, count: int) -> dict[str, Any]:
    """Let the recogniser in the store of `home` hear all clips with text, and return the report.

    `data` is laid out as the README says, None takes the shipped clips; `folder` adds `count` read sentences. Raises
    InvalidInputError naming a folder without them and ModelUnavailableError.
    """
    utterances = clips_with_text(data)
    if folder is not None:
        utterances += sentences(folder, count)
    tier = machine_tier()
    weights = best_folder(ModelStore(home), tier, "stt", _LANGUAGE)
    note(f"{weights.name} is listening to {len(utterances)} clips ...")
    recognizer = WhisperRecognizer(weights, device="cpu" if tier is Tier.CPU else "cuda")
    return {"model": weights.name} | measure(utterances, recognizer, full_window(weights, tier), note)


def full_window(weights: Path, tier: Tier) -> Understand:
    """Load faster-whisper and return what understands sound (16 kHz, English) with it: 30 s windows, five beams, one thread."""
    from faster_whisper import WhisperModel

    on_cpu = tier is Tier.CPU
    model = WhisperModel(
        str(weights),
        device="cpu" if on_cpu else "cuda",
        compute_type="int8" if on_cpu else "int8_float16",
        cpu_threads=1,
    )

    def understand(sound: Samples) -> str:
        segments, _ = model.transcribe(sound, language=_LANGUAGE, beam_size=_BEAMS)
        return " ".join(segment.text.strip() for segment in segments)

    return understand


@dataclass(slots=True)
class _Measured:
    heard: list[HeardTwice] = field(default_factory=list)
    partial_ms: list[float] = field(default_factory=list)
    final_ms: list[float] = field(default_factory=list)
    full_window_ms: list[float] = field(default_factory=list)
    fell_back: int = 0
    stable: int = 0
    revised: int = 0


def measure(utterances: Sequence[Utterance], recognizer: Recognizer, peer: Understand, note: Note) -> dict[str, Any]:
    """Let both hear the utterances, one after the other, and return the figures. Raises ValueError for no utterance."""
    measured = _Measured()
    for number, utterance in enumerate(utterances, 1):
        sound = utterance.sound()
        if number == 1:
            # The first call of a runtime allocates.
            recognizer.transcribe(sound)
            peer(sound)
        _hear(utterance.said, sound, recognizer, peer, measured)
        if number % 25 == 0:
            note(f"{number} of {len(utterances)} clips were heard")
    return _report(measured)


def _hear(said: str, sound: Samples, recognizer: Recognizer, peer: Understand, measured: _Measured) -> None:
    partials = StablePartials()
    stable: tuple[str, ...] = ()
    for begun in beginnings(sound):
        partial = _timed(recognizer, begun, measured.partial_ms, partial=True)
        stable = partials.feed(partial.text.split()).stable
    final = _timed(recognizer, sound, measured.final_ms)
    measured.fell_back += final.used_full_window
    wanted = plain_words(" ".join(stable))
    measured.stable += len(wanted)
    measured.revised += min(edits_to_prefixes(wanted, plain_words(final.text)))
    asked = time.perf_counter()
    text = peer(sound)
    measured.full_window_ms.append((time.perf_counter() - asked) * 1000)
    measured.heard.append(HeardTwice.of(said, final.text, text))


def beginnings(sound: Samples) -> Iterator[Samples]:
    """Yield an utterance (16 kHz) as far as it is heard each time a partial is asked for, without the whole of it."""
    step = round(PARTIAL_EVERY * HEARING_RATE)
    for length in range(step, len(sound), step):
        yield sound[:length]


def _timed(
    recognizer: Recognizer, sound: Samples, milliseconds: list[float], *, partial: bool = False
) -> Transcription:
    asked = time.perf_counter()
    heard = recognizer.transcribe(sound, partial=partial)
    milliseconds.append((time.perf_counter() - asked) * 1000)
    return heard


def _report(measured: _Measured) -> dict[str, Any]:
    ours, theirs = error_rates(measured.heard)
    return {
        "wer": round(ours, 4),
        "wer_full_window": round(theirs, 4),
        "wer_difference": round(ours - theirs, 4),
        "wer_difference_interval": [round(bound, 4) for bound in difference_interval(measured.heard)],
        "partial_ms": quantiles(measured.partial_ms),
        "final_ms": quantiles(measured.final_ms),
        "full_window_ms": quantiles(measured.full_window_ms),
        "clips": len(measured.heard),
        "words": sum(one.words for one in measured.heard),
        "partials": len(measured.partial_ms),
        "fell_back": round(measured.fell_back / len(measured.heard), 4),
        "stable_words": measured.stable,
        "stable_words_revised": round(measured.revised / max(measured.stable, 1), 4),
    }
