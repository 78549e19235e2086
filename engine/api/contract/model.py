"""The bases of all bodies. What is JSON but unfit to be stored is refused before anything looks at it."""

import math
from typing import Annotated, Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from engine.api.contract.names import older_names
from engine.errors import InvalidInputError

DEEPEST = 64
"""Levels of nesting in a body."""


def check_json(body: Any) -> None:
    """Raise InvalidInputError for what cannot be stored and answered again: NaN, lone surrogates, NUL, endless nesting."""
    pending: list[tuple[Any, int]] = [(body, 1)]
    while pending:
        value, depth = pending.pop()
        if depth > DEEPEST:
            raise InvalidInputError("the body", "...", f"at most {DEEPEST} levels of nesting are")
        if isinstance(value, dict):
            for name, inner in value.items():
                _check_text(name)
                pending.append((inner, depth + 1))
        elif isinstance(value, list):
            pending.extend((inner, depth + 1) for inner in value)
        elif isinstance(value, str):
            _check_text(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise InvalidInputError("the body", value, "a finite number is")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInputError("the body", text, "text without lone surrogates is") from None
    if "\0" in text:
        raise InvalidInputError("the body", text, "text without NUL characters is")


class ContractModel(BaseModel):
    """A body of the contract: newer names are taken as older ones, unknown fields are kept."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, body: Any) -> Any:
        check_json(body)
        return older_names(body) if isinstance(body, dict) else body

    @property
    def given(self) -> dict[str, Any]:
        """The fields that were given, unknown ones included, without those that were null."""
        return self.model_dump(exclude_unset=True, exclude_none=True)


Model = TypeVar("Model", bound=ContractModel)


def checked(model: type[Model], body: dict[str, Any]) -> Model:
    """Validate what a patch has left. Raises RequestValidationError, which is answered like one of a body."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


class AnswerModel(BaseModel):
    """A body that the API answers with; it may carry more than is described."""

    model_config = ConfigDict(extra="allow")


def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a whole number is")
    return value


Whole = Annotated[int, BeforeValidator(_no_boolean)]
"""A whole number; `true` is none."""
