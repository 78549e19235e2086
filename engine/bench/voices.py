"""The voice that a bench speaks with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import ModelUnavailableError
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.protocol import Voice
from engine.layers.tts.stored_voices import StoredVoices
from engine.loading import machine_tier
from models.store import ModelStore

LANGUAGE: Final = "en"

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoadedVoice:
    """A voice and how large it is."""

    voice: Voice
    megabytes: float | None
    """Of the network; None for a voice that has none."""


def load_voice(home: Path, name: str | None, note: Note) -> LoadedVoice:
    """Open a voice of the store of `home` by its name, an ONNX file with its configuration beside it, or `basic`.

    None takes the one that a call would have; `note` is told when that is the basic one. Raises ModelUnavailableError.
    """
    if name is not None and name.endswith(".onnx"):
        network = Path(name)
        return LoadedVoice(
            PiperVoiceEngine(network, Path(f"{name}.json")), _megabytes(network.parent.glob(network.name))
        )
    store = ModelStore(home)
    source = StoredVoices(store, machine_tier())
    choice = source.named(name) if name else source.choose(LANGUAGE)
    if choice is None:
        raise ModelUnavailableError(f"voice {name!r} is not in the store; see what is with `visavis voices list`")
    if choice.basic:
        if name is None:
            note("no voice is in the store, the basic one is measured; fetch one with `visavis models pull --default`")
        return LoadedVoice(source.open(choice), None)
    return LoadedVoice(source.open(choice), _megabytes(store.path(choice.name).glob("*.onnx")))


def _megabytes(files: Iterable[Path]) -> float:
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)
