"""The cloned voices of an installation, each loaded once."""

import threading
from pathlib import Path

from engine.layers.tts.cloned_voice import ClonedVoice
from engine.layers.tts.cloned_voice_making import load_cloning_model
from engine.layers.tts.cloned_voice_model import CloningModel
from engine.layers.tts.cloned_voice_state import read_note, voice_path


class ClonedVoicePool:
    """Loads a cloned voice, and the network of its language, when it is first asked for; nothing before. Thread-safe."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._turn = threading.Lock()
        self._models: dict[str, CloningModel] = {}
        self._voices: dict[Path, tuple[int, ClonedVoice]] = {}

    def voice(self, name: str) -> ClonedVoice:
        """Return the voice of that name; blocking (seconds the first time). One that was cloned anew is read anew.

        Raises ModelUnavailableError that says what is missing and how to get it, InvalidInputError for what is no name.
        """
        path = voice_path(self._home, name)
        note = read_note(path)
        changed = path.stat().st_mtime_ns
        with self._turn:
            known = self._voices.get(path)
            if known is None or known[0] != changed:
                model = self._models.get(note.language) or load_cloning_model(self._home, note.language)
                self._models[note.language] = model
                known = self._voices[path] = changed, ClonedVoice(model, path)
            return known[1]
