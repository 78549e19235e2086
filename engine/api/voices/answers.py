"""The voices of this installation, as they are listed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.errors import ModelUnavailableError
from engine.layers.tts.cloned_voice_state import ClonedVoiceNote, cloned_voices
from engine.store.stock import DEFAULT_REPLICA_ID
from models.errors import ModelError
from models.language_table import BASIC
from models.languages import LANGUAGES, language_of
from models.selection import Installed
from models.store import ModelStore
from models.voices import locale_of, quality_of


@dataclass(frozen=True, slots=True)
class ListedVoice:
    """A voice, as it is shown."""

    voice_name: str
    """`layers.tts.external_voice_id` of a persona whose `tts_engine` is `piper` names it so."""
    tags: tuple[str, ...]
    languages: tuple[str, ...]
    """By their full English names, as conversations name them."""

    def answer(self) -> dict[str, Any]:
        """Show the voice. Replicas here have no voices of their own: the default one stands for all that may speak with it."""
        return {
            "voice_name": self.voice_name,
            "replica_id": DEFAULT_REPLICA_ID,
            "face_id": DEFAULT_REPLICA_ID,
            "audio_url": None,
            "tags": [{"tag_name": tag} for tag in self.tags],
            "languages": list(self.languages),
        }


class VoiceAnswer(AnswerModel):
    """A voice, named by the replica that has it."""

    voice_name: str
    replica_id: str | None = None
    audio_url: str | None = None
    tags: list[dict[str, Any]] | None = None
    languages: list[str] | None = Field(None, description="What it speaks, by full English names; a local addition.")


def voices_in(home: Path) -> list[ListedVoice]:
    """Return the voices of the model store below `home`, and the basic one, by name. Raises ModelUnavailableError; reads files."""
    try:
        installed = [_listed(model) for model in ModelStore(home).installed() if model.task == "tts"]
    except (ModelError, OSError) as error:
        raise ModelUnavailableError(str(error)) from error
    spoken = [language for language in LANGUAGES if language.basic_voice]
    tags = (BASIC, *(language.code for language in spoken))
    basic = ListedVoice(BASIC, tags, tuple(language.name for language in spoken))
    cloned = [_cloned(note) for note in cloned_voices(home)]
    return sorted([*installed, *cloned, basic], key=lambda voice: voice.voice_name.lower())


def _cloned(note: ClonedVoiceNote) -> ListedVoice:
    known = language_of(note.language)
    return ListedVoice(note.name, ("cloned", note.language), (known.name,) if known else ())


def _listed(model: Installed) -> ListedVoice:
    told = tuple(word for word in (locale_of(model.name), quality_of(model.name)) if word)
    added = ("added by hand",) if model.dropped_in else ()
    known = (language_of(code) for code in model.languages)
    names = tuple(language.name for language in known if language is not None)
    return ListedVoice(model.name, ("piper", *model.languages, *told, *added), names)
