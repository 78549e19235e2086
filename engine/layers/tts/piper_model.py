"""A network in the Piper format and its configuration: phonemes in, sound and durations out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnavailableError
from engine.layers.audio import Samples
from engine.layers.onnx_session import open_session
from engine.layers.tts.phonemizer import Phonemizer

_LONGEST_SECONDS: Final = 60.0
_SCALES_OF_OURS: Final = 4
_REMEMBERED_WORDS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Sound:
    """What the network made of a row of phonemes."""

    samples: Samples
    lengths: tuple[int, ...] | None
    """Samples of each token, the marks of beginning and end included; None when the network tells no durations."""
    tokens: tuple[str, ...]
    """The phonemes that the network knows, between `^` and `$`."""


class PiperModel:
    """An ONNX file in the Piper format with its JSON configuration; one thread, which never spins."""

    def __init__(self, onnx_path: Path, config_path: Path) -> None:
        """Load both files.

        Raises ModelUnavailableError, with the path and a remedy, when one is missing, damaged or of another kind.
        """
        config = _read_config(config_path)
        self.path = onnx_path
        self.language: str = _language(config)
        self._voice = _load(onnx_path, config_path, config)
        self.sample_rate: int = int(self._voice.config.sample_rate)
        self.symbols: frozenset[str] = frozenset(self._voice.config.phoneme_id_map)
        self._words = lru_cache(maxsize=_REMEMBERED_WORDS)(self._ask)
        ours = config.get("visavis")
        self.shifts_pitch: bool = isinstance(ours, dict) and ours.get("scales") == _SCALES_OF_OURS
        """Whether the third scale is the range of the melody and a fourth one moves it by semitones."""

    def phonemes(self, text: str) -> list[list[str]]:
        """Return the phonemes of each sentence of `text`, one code point each, with punctuation; `[[...]]` is taken for phonemes."""
        return [list(sentence) for sentence in Phonemizer.in_turn(self._voice.phonemize, text)]

    def word_phonemes(self, word: str) -> str:
        """Return the phonemes of one word alone."""
        return self._words(word)

    def _ask(self, word: str) -> str:
        return "".join(phoneme for sentence in self.phonemes(word.replace("[[", "[ [")) for phoneme in sentence)

    def synthesise(self, phonemes: Sequence[str], *, length: float, spread: float = 1.0, pitch: float = 0.0) -> Sound:
        """Speak one sentence; `length` is a factor on the usual durations.

        `spread` (factor on the range of the melody) and `pitch` (semitones) have an effect only where `shifts_pitch` is true.
        """
        config = self._voice.config
        known = config.phoneme_id_map
        spoken = [phoneme for phoneme in phonemes if phoneme in known]
        tokens = ("^", *spoken, "$")
        ids = self._voice.phonemes_to_ids(spoken)
        scales = [config.noise_scale, config.length_scale * length, config.noise_w_scale]
        if self.shifts_pitch:
            scales = [*scales[:2], scales[2] * spread, pitch]
        inputs = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(scales, np.float32),
        }
        if config.num_speakers > 1:
            inputs["sid"] = np.array([config.default_speaker_id or 0], np.int64)
        results = self._voice.session.run(None, inputs)
        samples = np.asarray(results[0], np.float32).reshape(-1)[: int(_LONGEST_SECONDS * self.sample_rate)]
        frames = np.reshape(results[1], -1) if len(results) > 1 else None
        lengths = None if frames is None else _token_samples(tokens, known, len(ids), frames * config.hop_length)
        return Sound(samples, lengths, tokens)


def unavailable(path: Path, why: str) -> ModelUnavailableError:
    """Return the error about a file of a voice."""
    return ModelUnavailableError(
        f"voice {path}: {why}; fetch it again with `visavis models pull`, or choose another voice"
    )


def _token_samples(
    tokens: Sequence[str], known: Any, id_count: int, lengths: NDArray[np.float32]
) -> tuple[int, ...] | None:
    """Sum the model's samples per id to samples per token; each token but the last is followed by padding."""
    if lengths.size != id_count:
        return None
    totals: list[int] = []
    index = 0
    for symbol in tokens:
        count = len(known[symbol]) + (len(known["_"]) if symbol != "$" else 0)
        totals.append(int(np.sum(lengths[index : index + count])))
        index += count
    return tuple(totals) if index == id_count else None


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise unavailable(path, "the file is missing") from error
    except (OSError, ValueError) as error:
        raise unavailable(path, f"it is not a readable JSON file ({error})") from error
    if not isinstance(config, dict):
        raise unavailable(path, "it is not the configuration of a Piper voice")
    return config


def _load(onnx_path: Path, config_path: Path, config: dict[str, Any]) -> Any:
    from piper import PiperVoice
    from piper.config import PhonemeType, PiperConfig

    try:
        piper_config = PiperConfig.from_dict(config)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise unavailable(config_path, f"it is not the configuration of a Piper voice ({error!r})") from error
    if piper_config.phoneme_type not in (PhonemeType.ESPEAK, PhonemeType.TEXT):  # the others download dictionaries
        raise unavailable(config_path, f"phoneme_type {piper_config.phoneme_type.value!r} is not supported")
    session = open_session(onnx_path)
    missing = {"input", "input_lengths", "scales"} - {node.name for node in session.get_inputs()}
    if missing:
        raise unavailable(onnx_path, f"it is not a Piper voice: no input {', '.join(sorted(missing))}")
    return PiperVoice(session=session, config=piper_config)


def _language(config: dict[str, Any]) -> str:
    language = config.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    espeak = config.get("espeak")
    if not isinstance(code, str):
        code = espeak.get("voice") if isinstance(espeak, dict) else None
    primary, *region = str(code or "und").replace("_", "-").split("-")
    return "-".join([primary.lower(), *(part.upper() if len(part) == 2 else part for part in region)])
