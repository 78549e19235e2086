"""What the reference says about an operation beyond what its code shows: answers, refusals, examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field, create_model

from engine.api.contract.model import AnswerModel
from engine.api.contract.names import OLDER_BY_NEWER

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. With neither a model nor texts it has no body."""

    description: str
    model: type[BaseModel] | None = None
    example: Any = None
    """Of the model."""
    status: int = 200
    media_type: str = JSON
    """Of the model."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """An example of each other media type in which the answer may come."""


@dataclass(frozen=True, slots=True)
class Body:
    """A request body; `schema` stands in where the route reads the body itself."""

    examples: Mapping[str, Any]
    """By a short title, such as `One objective`."""
    schema: Mapping[str, Any] | None = None
    models: tuple[type[BaseModel], ...] = ()
    """Those that `schema` refers to and no route takes."""
    media_type: str = JSON
    required: bool = True


@dataclass(frozen=True, slots=True)
class Described:
    """One operation."""

    summary: str
    answers: tuple[Answer, ...]
    refusals: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Further error texts by status, besides those that follow from the operation's shape."""
    bodies: tuple[Body, ...] = ()
    description: str = ""
    """Replaces the docstring of the route."""


Operations = Mapping[str, Described]
"""By method and path, the parameters unnamed: `GET /v2/personas/{}`."""

PATCH_SCHEMA: dict[str, Any] = {
    "type": "array",
    "description": "A JSON Patch (RFC 6902).",
    "maxItems": 1000,
    "items": {"$ref": "#/components/schemas/PatchOperation"},
}


def page_of(what: str, entry: type[BaseModel], example: Mapping[str, Any], *, first: int | None = None) -> Answer:
    """Return the answer of a list; lists that say which page they are count from `first`."""
    fields: dict[str, Any] = {
        "data": (list[entry], Field(description="The entries of this page.")),  # type: ignore[valid-type]
        "total_count": (int, Field(description="Entries on all pages.", ge=0)),
    }
    shown: dict[str, Any] = {"data": [dict(example)], "total_count": 1}
    if first is not None:
        fields["page"] = (int, Field(description=f"This page, counted from {first}.", ge=first))
        fields["limit"] = (int, Field(description="Entries on a page.", ge=1))
        shown |= {"page": first, "limit": 10}
    name = entry.__name__.removesuffix("Answer").removesuffix("Summary") + "List"
    model: type[BaseModel] = create_model(name, __base__=AnswerModel, **fields)
    return Answer(f"A page of {what}.", model, shown)


def part_of(example: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Return the fields of an example that a model has, under both names."""
    names = model.model_fields.keys()
    return {name: value for name, value in example.items() if OLDER_BY_NEWER.get(name, name) in names}


def no_content(description: str, status: int = 204) -> Answer:
    """Return an answer without a body."""
    return Answer(description, status=status)
