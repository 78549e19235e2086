"""What a trained voice is delivered as: the file, its configuration, pictures, scores and the card."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.training.voice.arrays import save_arrays, save_text
from models.training.voice.card import Making, model_card
from models.training.voice.evaluation.report import score
from models.training.voice.evaluation.systems import PiperFormatVoice
from models.training.voice.export import configuration, export, quantise, save_configuration
from models.training.voice.pictures import save_spectrograms
from models.training.voice.pipeline import Trained
from models.training.voice.recipe import HOP
from models.training.voice.signals import Floats
from models.training.voice.stages import Run

GOLDEN: Final = "All is ready."


def deliver(trained: Trained, run: Run, name: str, minutes: float | None, whisper: Path | None) -> dict[str, Any]:
    """Write `<name>.onnx`, `<name>.onnx.json`, pictures, one golden sentence and, when `whisper` is given, scores and the card.

    All files go to the `product` folder of the run. Returns the scores, empty without a Whisper model.
    """
    folder = run.folder / "product"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    whole = run.folder / f"{name}-float.onnx"
    export(trained.voice, whole)
    quantise(whole, path)
    save_configuration(path.with_suffix(".onnx.json"), trained.ids, name)
    run.report(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    voice = PiperFormatVoice(path, configuration(trained.ids, name))
    _save_golden(voice, folder / "golden_voice.npz")
    held_out = [sentence for sentence in trained.corpus.held_out if sentence.key in trained.utterances]
    recordings = [_speech(trained, sentence.key) for sentence in held_out]
    for number, (sentence, recording) in enumerate(zip(held_out[:2], recordings, strict=False), 1):
        save_spectrograms(folder / f"spectrogram-{number}.png", [recording, voice.speak(sentence.text)[0]])
    if whisper is None:
        return {}
    scores = score(
        voice, whisper, [sentence.text for sentence in held_out], recordings, run.report, speaker=trained.speaker
    )
    save_text(folder / "scores.json", json.dumps(scores, indent=2, ensure_ascii=False) + "\n")
    making = Making(
        name,
        run.seed,
        run.device.type,
        minutes,
        len(trained.utterances),
        trained.results,
        path.stat().st_size,
        trained.speaker,
        run.parent is not None,
    )
    save_text(folder / "README.md", model_card(making, scores))
    return scores


def _save_golden(voice: PiperFormatVoice, path: Path) -> None:
    """Keep one sentence for the tests to compare with."""
    spoken = voice.spoken(GOLDEN)
    samples = np.round(spoken.samples * 32_767).astype(np.int16)
    save_arrays(path, {"text": np.array(GOLDEN), "samples": samples, "durations": spoken.durations})


def _speech(trained: Trained, key: str) -> Floats:
    one = trained.utterances[key]
    return trained.recordings[key].samples[one.first * HOP : (one.first + one.frames) * HOP]
