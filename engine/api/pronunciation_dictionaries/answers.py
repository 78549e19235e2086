"""How a pronunciation dictionary is shown."""

from typing import Any

from engine.api.contract.model import AnswerModel
from engine.api.pronunciation_dictionaries.bodies import PronunciationRule
from engine.store.records import ResourceRecord


class DictionarySummary(AnswerModel):
    """A dictionary without its rules."""

    pronunciation_dictionary_id: str
    name: str
    rules_count: int
    created_at: str
    updated_at: str


class DictionaryAnswer(DictionarySummary):
    """A dictionary."""

    rules: list[PronunciationRule]


def dictionary_answer(record: ResourceRecord) -> dict[str, Any]:
    """Show a pronunciation dictionary with its rules. All of it is acted on: no list of what is not, however verbose."""
    return {**record.fields, **dictionary_summary(record)}


def dictionary_summary(record: ResourceRecord) -> dict[str, Any]:
    """Show a pronunciation dictionary without its rules, as lists do."""
    return {
        "pronunciation_dictionary_id": record.resource_id,
        "name": record.name,
        "rules_count": len(record.fields["rules"]),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
