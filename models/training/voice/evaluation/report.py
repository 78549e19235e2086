"""All scores of a voice, beside the speaker's recordings and the peers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.training.voice.evaluation.listener import Listener, frechet_distance
from models.training.voice.evaluation.measures import rise_in_semitones, sharpest_step, voicing
from models.training.voice.evaluation.sentences import ASSISTANT, questions
from models.training.voice.evaluation.systems import PiperFormatVoice, System, peers
from models.training.voice.evaluation.words import WordErrors, word_errors
from models.training.voice.recipe import ACTIVE_LEVEL, SAMPLE_RATE
from models.training.voice.signals import Floats, active_level
from models.training.voice.speaker import RECORDED, Speaker

_CLAUSE = "Your order has arrived and will be delivered on Monday"


def score(
    voice: PiperFormatVoice,
    whisper: Path,
    texts: Sequence[str],
    recordings: Sequence[Floats],
    report: Callable[[str], None],
    *,
    speaker: Speaker = RECORDED,
    with_peers: bool = True,
) -> dict[str, Any]:
    """Judge a voice on our sentences and on held-out `texts`, whose `recordings` are cut to the speech."""
    listener = Listener(whisper)
    spoken = [voice.spoken(text) for text in texts]
    assistant = [voice.spoken(text) for text in ASSISTANT]
    sounds = [one.samples for one in spoken]
    real_frames = [listener.frames(_levelled(sound), SAMPLE_RATE) for sound in recordings]
    scores: dict[str, Any] = {
        "sound": _sound(voice, [*spoken, *assistant], recordings),
        "speed": _speed(voice, [*spoken, *assistant]),
        "voicing": {
            "ours": voicing(sounds, speaker).as_dict(),
            "speaker": voicing(recordings, speaker).as_dict(),
        },
        "questions": _questions(voice, speaker),
        "length_of_held_out": round(sum(s.size for s in sounds) / sum(r.size for r in recordings), 3),
    }
    report(f"measured: {scores}")
    heard = [listener.text(_levelled(sound), SAMPLE_RATE) for sound in recordings]
    scores["word_errors"] = {"speaker": {"held_out": _errors(word_errors(texts, heard))}}
    scores["embedding_distance"] = {}
    systems: list[System] = [voice, *(peers() if with_peers else [])]
    for system in systems:
        _listen(system, listener, texts, real_frames, scores)
        report(f"{system.name}: {scores['word_errors'][system.name]}, {scores['embedding_distance'][system.name]}")
    return scores


def _listen(
    system: System, listener: Listener, texts: Sequence[str], real: Sequence[Floats], scores: dict[str, Any]
) -> None:
    parts: dict[str, Any] = {}
    frames: list[Floats] = []
    for part, sentences in (("assistant", ASSISTANT), ("held_out", texts)):
        heard = []
        for sentence in sentences:
            samples, rate = system.speak(sentence)
            levelled = _levelled(samples)
            heard.append(listener.text(levelled, rate))
            if part == "held_out":
                frames.append(listener.frames(levelled, rate))
        parts[part] = _errors(word_errors(sentences, heard))
        parts[part]["misheard"] = [
            f"{sentence} -> {text}"
            for sentence, text in zip(sentences, heard, strict=True)
            if word_errors([sentence], [text]).errors
        ]
    scores["word_errors"][system.name] = parts
    scores["embedding_distance"][system.name] = round(frechet_distance(frames, real), 2)


def _sound(voice: PiperFormatVoice, spoken: Sequence[Any], recordings: Sequence[Floats]) -> dict[str, Any]:
    sounds = [one.samples for one in spoken]
    return {
        "not_finite": int(sum(not np.isfinite(sound).all() for sound in sounds)),
        "peak": round(float(max(np.abs(sound).max() for sound in sounds)), 3),
        "clipped_samples": int(sum((np.abs(sound) >= 0.999).sum() for sound in sounds)),
        "durations_off": int(sum(one.durations.sum() * voice.hop != one.samples.size for one in spoken)),
        "sharpest_step": round(max(sharpest_step(sound) for sound in sounds), 2),
        "sharpest_step_of_speaker": round(max(sharpest_step(sound) for sound in recordings), 2),
        "ends": round(float(max(max(abs(sound[0]), abs(sound[-1])) for sound in sounds)), 5),
    }


def _speed(voice: PiperFormatVoice, spoken: Sequence[Any]) -> dict[str, float]:
    voice.spoken(_CLAUSE)
    clause = [voice.spoken(_CLAUSE) for _ in range(7)]
    return {
        "real_time_factor": round(
            sum(one.processor_seconds for one in spoken) / sum(one.samples.size / voice.rate for one in spoken), 4
        ),
        "clause_ms": round(1_000 * float(np.median([one.seconds for one in clause])), 1),
        "clause_processor_ms": round(1_000 * float(np.median([one.processor_seconds for one in clause])), 1),
    }


def _questions(voice: PiperFormatVoice, speaker: Speaker) -> dict[str, Any]:
    asked = [rise_in_semitones(voice.spoken(text).samples, speaker) for text in questions()]
    stated = [rise_in_semitones(voice.spoken(text.replace("?", ".")).samples, speaker) for text in questions()]
    return {
        "count": len(asked),
        "rising": sum(rise > 1 for rise in asked),
        "median_semitones": round(float(np.median(asked)), 2),
        "median_as_statement": round(float(np.median(stated)), 2),
    }


def _errors(errors: WordErrors) -> dict[str, Any]:
    return {"errors": errors.errors, "words": errors.words, "rate": round(errors.rate, 4)}


def _levelled(samples: Floats) -> Floats:
    level = active_level(samples)
    return samples if level <= 0 else np.asarray(np.clip(samples * (ACTIVE_LEVEL / level), -1, 1), np.float32)
