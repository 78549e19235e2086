"""The languages of this installation, as they are listed."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.errors import ModelUnavailableError
from models.catalogue import load_catalogue
from models.errors import ModelError
from models.language_table import BASIC, LanguageRow, commands_for, language_rows
from models.languages import primary_code
from models.selection import Installed
from models.store import ModelStore
from models.tiers import Tier
from models.voices import best_voice


class LanguageVoice(AnswerModel):
    """A voice that speaks a language."""

    voice_name: str
    quality: str | None = Field(None, description="Piper's word for it: x_low, low, medium or high.")
    licence: str = Field(description="Of the recordings that it was trained on.")
    size_bytes: int
    installed: bool


class LanguageAnswer(AnswerModel):
    """A language that a conversation may name."""

    language_name: str = Field(description="What `properties.language` of a conversation calls it, in any case.")
    code: str = Field(description="ISO 639-1.")
    installed: bool = Field(description="Whether a conversation can be held in it: it is heard and spoken here.")
    heard: bool = Field(description="Whether the recogniser that is loaded understands it.")
    recognition: str = Field(description="How well the largest recogniser does: very good, good, fair or weak.")
    spoken_by: str | None = Field(description="The voice that speaks it here; `basic`: the last resort; null: none.")
    basic_voice: bool = Field(description="Whether that is the last resort, a robotic voice.")
    voices: list[LanguageVoice] = Field(description="The voices that speak it, here or to be had.")
    note: str = Field(description="Why there is no better voice; empty where there is one.")
    get: list[str] = Field(description="Commands that bring what is missing.")


@dataclass(frozen=True, slots=True)
class ListedLanguage:
    """A language, with what of it is here."""

    row: LanguageRow
    heard: bool
    voices: tuple[Installed, ...]
    """In the store, speaking it."""
    best: Installed | None

    @property
    def spoken_by(self) -> str | None:
        """The voice that speaks it; None: none."""
        if self.best is not None:
            return self.best.name
        return BASIC if self.row.basic_voice else None

    @property
    def installed(self) -> bool:
        """Whether a conversation can be held in it."""
        return self.heard and self.spoken_by is not None

    def answer(self) -> dict[str, Any]:
        """Show the language."""
        here = {voice.name for voice in self.voices}
        mapped = [
            {
                "voice_name": voice.name,
                "quality": voice.quality or None,
                "licence": voice.licence,
                "size_bytes": voice.size,
                "installed": voice.name in here,
            }
            for voice in self.row.voices
        ]
        known = {voice.name for voice in self.row.voices}
        added = [
            {
                "voice_name": voice.name,
                "quality": None,
                "licence": voice.licence,
                "size_bytes": voice.size,
                "installed": True,
            }
            for voice in self.voices
            if voice.name not in known
        ]
        return {
            "language_name": self.row.language,
            "code": self.row.code,
            "installed": self.installed,
            "heard": self.heard,
            "recognition": str(self.row.recognition),
            "spoken_by": self.spoken_by,
            "basic_voice": self.spoken_by == BASIC,
            "voices": [*mapped, *added],
            "note": self.row.note,
            "get": list(commands_for(self.row, heard=self.heard, spoken=self.best is not None)),
        }


def languages_in(home: Path, heard: Collection[str], prefer: str) -> list[ListedLanguage]:
    """Return every language, with the voices of the store below `home`. Raises ModelUnavailableError; reads files."""
    try:
        voices = [model for model in ModelStore(home).installed() if model.task == "tts"]
    except (ModelError, OSError) as error:
        raise ModelUnavailableError(str(error)) from error
    return [
        ListedLanguage(
            row,
            row.code in heard,
            tuple(voice for voice in voices if row.code in map(primary_code, voice.languages)),
            best_voice(voices, row.code, Tier.GPU80, prefer),
        )
        for row in language_rows(load_catalogue())
    ]
