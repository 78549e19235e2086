"""Pocket TTS: a network that speaks in the voice of a short recording.

The package `pocket-tts` (MIT) and torch come with the extra `cloning`; they are imported when a model is loaded. The weights (CC BY 4.0)
are `model.safetensors` and a tokenizer, in the folder of a catalogue model `pocket-tts-CONFIG`; CONFIG names the architecture among those
that the package carries, unless the folder has a `config.yaml` of its own.
"""

import hashlib
import tempfile
import threading
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.errors import ModelUnavailableError
from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.resampling import resample

WEIGHTS: Final = "model.safetensors"
CONFIG: Final = "config.yaml"
PREFIX: Final = "pocket-tts-"
"""Catalogue names begin so; what follows is the name of the architecture."""
INSTALL_PACKAGE: Final = "install it with: pip install 'visavis[cloning]'"

_SPEAKER: Final = "flow_lm.speaker_proj_weight"
_ENCODER: Final = "mimi.encoder."

VoiceState = Mapping[str, Mapping[str, Any]]
"""What the network remembers of a voice: module -> name -> tensor."""


def package_installed() -> bool:
    """Whether the package is there; it is not imported."""
    return find_spec("pocket_tts") is not None


class CloningModel:
    """The network of one language, shared by all voices that were cloned with it.

    Every call is serialised inside: the network is not made for two threads.
    """

    def __init__(self, folder: Path, language: str) -> None:
        """Load the network of a folder; blocking (seconds). `language` is what it speaks, as BCP 47.

        Raises ModelUnavailableError, with a remedy, when the package is not installed, or a file is missing, damaged or of another kind.
        """
        self._turn = threading.Lock()
        self.name: str = folder.name
        self.language: str = language
        self.fingerprint, self.can_clone = _look_into(folder / WEIGHTS)
        self._model = _load(folder)
        self.sample_rate: int = int(self._model.sample_rate)

    def listen(self, samples: Samples, rate: int) -> VoiceState:
        """Make the state of the voice in a recording (mono, `rate` Hz); blocking.

        Raises ModelUnavailableError when these are the weights that were published without cloning.
        """
        if not self.can_clone:
            raise ModelUnavailableError(
                f"voice cloning: {self.name} has the weights that are published without cloning; accept the terms of "
                f"kyutai/pocket-tts on the hub, download {WEIGHTS} and fetch it with: visavis models pull {self.name} --from FOLDER"
            )
        import torch

        sound = torch.from_numpy(np.ascontiguousarray(resample(samples, rate, self.sample_rate)))[None]
        with self._turn:
            state: VoiceState = self._model.get_state_for_audio_prompt(sound)
        return state

    def read_state(self, path: Path) -> VoiceState:
        """Read a state file. Raises whatever safetensors raises."""
        state: VoiceState = self._model.get_state_for_audio_prompt(path)
        return state

    def stream(self, state: VoiceState, text: str, cancel: CancelToken | None = None) -> Iterator[Samples]:
        """Speak `text`, piece by piece as the network makes it (80 ms or more each, at `sample_rate`).

        Cancelling takes effect at the next piece. The caller takes all pieces, or closes the iterator, before the next call gets its turn.
        """
        stop = threading.Event()
        with self._turn:
            pieces = self._model.generate_audio_stream(state, text, stop=stop)
            try:
                for piece in pieces:
                    if cancel is not None and cancel.cancelled:
                        break
                    yield np.asarray(piece.numpy(), np.float32)
            finally:
                # The package's threads still use the network until they have seen the flag and the stream has ended.
                stop.set()
                for _ in pieces:
                    pass


def _look_into(weights: Path) -> tuple[str, bool]:
    """Return what tells these weights from others, and whether they can clone (the encoder of those published without it is zero)."""
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError as error:
        raise _no_package() from error
    try:
        with safe_open(weights, framework="np") as file:
            encoder = next(name for name in file.keys() if name.startswith(_ENCODER) and name.endswith("weight"))  # noqa: SIM118
    except (OSError, SafetensorError, StopIteration) as error:
        raise _unavailable(weights, _said(error)) from error
    import torch

    with safe_open(weights, framework="pt") as file:
        try:
            speaker, encoding = file.get_tensor(_SPEAKER), file.get_tensor(encoder)
        except SafetensorError as error:
            raise _unavailable(weights, "it is not the network of Pocket TTS") from error
    seen = hashlib.sha256(speaker.to(torch.float32).numpy().tobytes()).hexdigest()[:16]
    return seen, bool(speaker.any()) and bool(encoding.any())


def _load(folder: Path) -> Any:
    try:
        from pocket_tts import TTSModel
    except ImportError as error:
        raise _no_package() from error
    config = _config(folder)
    # The package reads a file: it is given one that points at these weights and at nothing on the hub.
    with tempfile.TemporaryDirectory(prefix="visavis-cloning-") as place:
        path = Path(place) / CONFIG
        path.write_text(config, "utf-8")
        try:
            return TTSModel.load_model(config=path)
        except Exception as error:  # the package lets through whatever torch, tokenizers and pydantic raise
            raise _unavailable(folder / WEIGHTS, _said(error)) from error


def _config(folder: Path) -> str:
    import yaml

    own = folder / CONFIG
    shipped = files("pocket_tts") / "config" / f"{folder.name.removeprefix(PREFIX)}.yaml"
    try:
        text = own.read_text("utf-8") if own.is_file() else shipped.read_text("utf-8")
        config = yaml.safe_load(text)
        table = config["flow_lm"]["lookup_table"]
        tokenizer = folder / Path(str(table["tokenizer_path"]).partition("@")[0]).name
    except OSError as error:
        raise _unavailable(own, f"it is missing, and the package knows no architecture {folder.name!r}") from error
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise _unavailable(own, "it is not a configuration of Pocket TTS") from error
    if not tokenizer.is_file():
        raise _unavailable(tokenizer, "the file is missing")
    table["tokenizer_path"] = str(tokenizer.absolute())
    for part in (config, config["flow_lm"], config.get("mimi", {})):
        part.pop("weights_path", None)
    config.pop("weights_path_without_voice_cloning", None)
    config["weights_path"] = str((folder / WEIGHTS).absolute())
    return str(yaml.safe_dump(config))


def _no_package() -> ModelUnavailableError:
    return ModelUnavailableError(
        f"voice cloning needs the package pocket-tts, which is not installed; {INSTALL_PACKAGE}"
    )


def _unavailable(path: Path, why: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"voice cloning: {path}: {why}; fetch it again with: visavis models pull {path.parent.name}"
    )


def _said(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file is missing"
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
