"""Whose voice a replica speaks with, said plainly."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.errors import VisavisError
from engine.jobs.cloned_voice import cloned_voice_of
from engine.layers.tts.cloned_voice_making import CloningReadiness, cloning_readiness
from engine.layers.tts.cloned_voice_state import read_note, voice_path
from engine.store.records import ReplicaRecord


class ReplicaVoiceAnswer(AnswerModel):
    """Whose voice a replica speaks with."""

    kind: Literal["stock", "cloned"] = Field(
        description="`cloned`: the person's own voice; `stock`: another one speaks for the replica."
    )
    voice_name: str | None = Field(
        None,
        description="The voice that is the replica's own, or that it speaks with where that voice knows the language. Null: any voice of "
        "the language that is spoken, see `/v2/voices`.",
    )
    note: str = Field(description="The same in words, and what is missing for a voice of its own.")


class ReplicaVoices:
    """Answers for the replicas of one request."""

    def __init__(self, home: Path, language: str, named: str = "") -> None:
        """`named`: the voice that this installation names; it speaks for every replica that has none of its own."""
        self._named = named
        self._home = home
        self._language = language

    def answer(self, record: ReplicaRecord) -> Mapping[str, Any]:
        """Tell whose voice a replica speaks with; reads small files for replicas that are no stock ones."""
        name = cloned_voice_of(record.fields)
        if name is None:
            return _stock(self._why_stock(record), self._named or default_voice(record.fields))
        try:
            language = read_note(voice_path(self._home, name)).language
            missing = cloning_readiness(self._home, language).missing
        except VisavisError as error:
            missing = str(error)
        if missing:
            return _stock(f"A stock voice speaks for this replica: its own voice {name!r} cannot be used; {missing}")
        return {
            "kind": "cloned",
            "voice_name": name,
            "note": "The person's own voice, cloned from a recording with their declared consent.",
        }

    def _why_stock(self, record: ReplicaRecord) -> str:
        said = "A stock voice speaks for this replica"
        if record.replica_type != "user":
            return f"{said}."
        said = f"{said}: no voice was cloned for it"
        missing = self._readiness.missing
        return f"{said}; {missing}" if missing else f"{said}; see: visavis voices clone --help"

    @cached_property
    def _readiness(self) -> CloningReadiness:
        try:
            return cloning_readiness(self._home, self._language)
        except VisavisError as error:
            return CloningReadiness("", str(error))


def default_voice(fields: Mapping[str, Any]) -> str | None:
    """Return the voice of the catalogue that a stock replica speaks with unless its persona names another; None: that of the language."""
    return str(fields.get("default_voice") or "") or None


def _stock(note: str, name: str | None = None) -> dict[str, Any]:
    return {"kind": "stock", "voice_name": name, "note": note}
