"""Every kind of voice that ships, and a tiny one."""

from pathlib import Path

import pytest

import models
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.protocol import Voice
from tests.layers.tts.tiny_piper_voice import write_tiny_voice

SHIPPED = sorted((Path(models.__file__).parent / "voices").glob("*/*.onnx"))


def natural_voices() -> list[str]:
    """Return the names of the voices that sound like speech."""
    return ["basic", *(path.stem for path in SHIPPED)]


def every_voice() -> list[str]:
    """Return the names of all voices that the tests can have."""
    return ["tiny", *natural_voices()]


class Voices:
    """Voices by name, loaded when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[str, Voice] = {}

    def __getitem__(self, name: str) -> Voice:
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def _load(self, name: str) -> Voice:
        if name == "basic":
            return BasicVoice()
        if name == "tiny":
            return PiperVoiceEngine(*write_tiny_voice(self._folder))
        [path] = [path for path in SHIPPED if path.stem == name]
        return PiperVoiceEngine(path, path.with_suffix(".onnx.json"))


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Voices:
    return Voices(tmp_path_factory.mktemp("voices"))
