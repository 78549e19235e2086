"""Neural voices in the Piper format."""

import json
import threading
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.errors import ModelUnavailableError
from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.onnx_session import open_session
from engine.layers.tts.loudness import active_level, amplify, gain_towards
from engine.layers.tts.pauses import end_with_pause, pause_after, spans_covering
from engine.layers.tts.phoneme_tokens import merge_tokens, spread_evenly
from engine.layers.tts.protocol import PhonemeSpan, SpokenClause
from engine.layers.tts.text_normalisation import normalise

_CALIBRATION: Final = "The quick brown fox jumps over the lazy dog, and nobody minds."
_LONGEST_SECONDS: Final = 60.0


class PiperVoiceEngine:
    """A Piper voice (ONNX file and JSON configuration) as a Voice.

    Phonemes are timed exactly when the model's second output is durations, else spread over the voiced part in
    proportion to typical lengths. The gain is found once, on a fixed sentence spoken while loading, which also warms the
    session up.
    """

    basic: Final = False

    def __init__(self, onnx_path: Path, config_path: Path) -> None:
        """Load the voice.

        Raises ModelUnavailableError, with the path and a remedy, when a file is missing, damaged or of another kind.
        """
        self._turn = threading.Lock()
        config = _read_config(config_path)
        self.name: str = onnx_path.stem
        self.language: str = _language(config)
        self._voice = _load(onnx_path, config_path, config)
        self.sample_rate: int = int(self._voice.config.sample_rate)
        self._gain = 1.0
        try:
            samples, _ = self._synthesise(_CALIBRATION, 1.0)
        except Exception as error:  # whatever onnxruntime or a configuration with wrong types raises
            raise _unavailable(onnx_path, f"it does not speak ({error})") from error
        if not samples.size or not np.isfinite(samples).all():
            raise _unavailable(onnx_path, "it speaks no valid sound")
        self._gain = gain_towards(active_level(samples, self.sample_rate))

    def speak(self, text: str, *, speed: float = 1.0, cancel: CancelToken | None = None) -> SpokenClause:
        """Synthesise one clause (see `Voice.speak`); cancelling takes effect between its sentences."""
        speed = min(max(speed, 0.5), 2.0)
        spoken = normalise(text, self.language)
        samples, spans = self._synthesise(spoken, speed, cancel)
        if cancel is not None and cancel.cancelled:
            samples, spans = np.zeros(0, np.float32), ()
        samples = end_with_pause(samples, self.sample_rate, pause_after(spoken) / speed)
        return SpokenClause(
            text, samples, self.sample_rate, spans_covering([(s.phoneme, s.start) for s in spans], samples.size)
        )

    def _synthesise(
        self, text: str, speed: float, cancel: CancelToken | None = None
    ) -> tuple[Samples, tuple[PhonemeSpan, ...]]:
        from piper.config import SynthesisConfig

        pieces: list[Samples] = []
        onsets: list[tuple[str, int]] = []
        position = 0
        settings = SynthesisConfig(length_scale=self._voice.config.length_scale / speed)
        known = self._voice.config.phoneme_id_map
        with self._turn:
            # Piper takes [[...]] for raw phonemes; text is data.
            for sentence in self._voice.phonemize(text.replace("[[", "[ [")):
                if cancel is not None and cancel.cancelled:
                    break
                phonemes = [phoneme for phoneme in sentence if phoneme in known]
                if not any(phoneme.isalpha() for phoneme in phonemes):
                    continue
                ids = self._voice.phonemes_to_ids(phonemes)
                audio, lengths = self._voice.phoneme_ids_to_audio(ids, settings, include_alignments=True)
                audio = np.asarray(audio, np.float32).reshape(-1)[: int(_LONGEST_SECONDS * self.sample_rate)]
                audio = amplify(audio, self._gain)
                tokens = ["^", *phonemes, "$"]
                exact = _token_samples(tokens, known, len(ids), lengths)
                timed = merge_tokens(tokens, exact) if exact else spread_evenly(phonemes, audio, self.sample_rate)
                onsets += [(phoneme, position + start) for phoneme, start in timed]
                pieces.append(audio)
                position += audio.size
        samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        return samples, spans_covering(onsets, samples.size)


def _token_samples(tokens: list[str], known: Any, id_count: int, lengths: Any) -> list[int] | None:
    """Sum the model's samples per id to samples per token; each token but the last is followed by padding."""
    if lengths is None or np.size(lengths) != id_count:
        return None
    totals: list[int] = []
    index = 0
    for symbol in tokens:
        count = len(known[symbol]) + (len(known["_"]) if symbol != "$" else 0)
        totals.append(int(np.sum(np.reshape(lengths, -1)[index : index + count])))
        index += count
    return totals if index == id_count else None


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise _unavailable(path, "the file is missing") from error
    except (OSError, ValueError) as error:
        raise _unavailable(path, f"it is not a readable JSON file ({error})") from error
    if not isinstance(config, dict):
        raise _unavailable(path, "it is not the configuration of a Piper voice")
    return config


def _load(onnx_path: Path, config_path: Path, config: dict[str, Any]) -> Any:
    from piper import PiperVoice
    from piper.config import PhonemeType, PiperConfig

    try:
        piper_config = PiperConfig.from_dict(config)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unavailable(config_path, f"it is not the configuration of a Piper voice ({error!r})") from error
    if piper_config.phoneme_type not in (PhonemeType.ESPEAK, PhonemeType.TEXT):  # the others download dictionaries
        raise _unavailable(config_path, f"phoneme_type {piper_config.phoneme_type.value!r} is not supported")
    session = open_session(onnx_path)
    missing = {"input", "input_lengths", "scales"} - {node.name for node in session.get_inputs()}
    if missing:
        raise _unavailable(onnx_path, f"it is not a Piper voice: no input {', '.join(sorted(missing))}")
    return PiperVoice(session=session, config=piper_config)


def _language(config: dict[str, Any]) -> str:
    language = config.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    espeak = config.get("espeak")
    if not isinstance(code, str):
        code = espeak.get("voice") if isinstance(espeak, dict) else None
    primary, *region = str(code or "und").replace("_", "-").split("-")
    return "-".join([primary.lower(), *(part.upper() if len(part) == 2 else part for part in region)])


def _unavailable(path: Path, why: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"voice {path}: {why}; fetch it again with `visavis models pull`, or choose another voice"
    )
