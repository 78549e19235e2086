"""What a request about pronunciation dictionaries may carry, and what one has to be after a patch."""

from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from engine.api.contract.errors import ApiError
from engine.api.contract.model import ContractModel, checked
from engine.api.contract.patching import apply_patch, check_writable
from engine.errors import InvalidInputError
from engine.layers.tts.ipa import has_sound, unknown_symbols
from engine.store.records import ResourceRecord

READ_ONLY = frozenset(
    {"pronunciation_dictionary_id", "rules_count", "created_at", "updated_at", "enforced", "not_enforced"}
)
"""Members of an answer: no patch changes them, and a body that carries them does not decide them."""


class PronunciationRule(ContractModel):
    """How a word or phrase is spoken."""

    text: Annotated[str, Field(min_length=1, max_length=200, description="What is written.")]
    pronunciation: Annotated[
        str, Field(min_length=1, max_length=500, description="What is said: other words, or IPA symbols.")
    ]
    type: Annotated[Literal["alias", "ipa"], Field(description="Whether the pronunciation is in words or in IPA.")]
    case_sensitive: bool = False
    word_boundaries: Annotated[bool, Field(description="Whether only whole words are meant.")] = True

    @model_validator(mode="before")
    @classmethod
    def _read(cls, body: Any) -> Any:
        return _without_nulls(body)


class DictionaryCreate(ContractModel):
    """The body of a new pronunciation dictionary."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    rules: Annotated[
        list[PronunciationRule], Field(default_factory=list, description="No two of them for the same text.")
    ]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, body: Any) -> Any:
        given = _without_nulls(body)
        if not isinstance(given, dict):
            return given
        name = given.get("name", "")
        if isinstance(name, str) and not name.strip():
            raise ApiError(400, "Invalid request: name is required")
        return {member: value for member, value in given.items() if member not in READ_ONLY}

    @model_validator(mode="after")
    def _check(self) -> Self:
        texts, in_any_case = set[str](), set[str]()
        for number, rule in enumerate(self.rules):
            if rule.type == "ipa":
                _check_ipa(f"rules.{number}.pronunciation", rule.pronunciation)
            folded = rule.text.casefold()
            if rule.text in texts or (not rule.case_sensitive and folded in in_any_case):
                raise ApiError(400, f"Invalid request: duplicate text values in rules: {rule.text!r}")
            texts.add(rule.text)
            if not rule.case_sensitive:
                in_any_case.add(folded)
        return self


def patched(present: ResourceRecord, operations: list[dict[str, Any]]) -> ResourceRecord:
    """Return the dictionary with a JSON Patch applied. Raises ApiError, InvalidInputError, RequestValidationError."""
    check_writable(operations, READ_ONLY)
    fields = checked(DictionaryCreate, apply_patch({"name": present.name, **present.fields}, operations)).model_dump()
    return replace(present, name=fields.pop("name"), fields=fields)


def _check_ipa(field: str, pronunciation: str) -> None:
    unknown = unknown_symbols(pronunciation)
    if unknown:
        shown = ", ".join(f"{symbol} (U+{ord(symbol):04X})" for symbol in unknown[:5])
        raise InvalidInputError(
            field, pronunciation, f"IPA is, which has no {shown}; for other words the type is alias"
        )
    if not has_sound(pronunciation):
        raise InvalidInputError(field, pronunciation, "IPA with at least one sound is")


def _without_nulls(body: Any) -> Any:
    return {name: value for name, value in body.items() if value is not None} if isinstance(body, dict) else body
