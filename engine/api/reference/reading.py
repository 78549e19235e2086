"""The document laid out for reading: sections of operations, with tables of fields and commands to try."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.api.reference.fields import FieldRow, accepted_values, field_rows, kind_of
from engine.api.reference.openapi import Document
from engine.api.reference.refusals import COMMON

KEY_VARIABLE = "$VISAVIS_API_KEY"


@dataclass(frozen=True, slots=True)
class Example:
    """A body, as it is sent."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """A body of one media type."""

    media_type: str
    kind: str
    fields: list[FieldRow]
    examples: list[Example]


@dataclass(frozen=True, slots=True)
class Reply:
    """A success."""

    status: str
    description: str
    contents: list[Content]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error."""

    status: str
    description: str
    texts: list[str]

    @property
    def own_texts(self) -> list[str]:
        """Those that are not the same for every operation."""
        return [text for text in self.texts if (int(self.status), text) not in COMMON]


@dataclass(frozen=True, slots=True)
class OperationView:
    """One operation."""

    anchor: str
    method: str
    path: str
    newer_path: str
    """Empty: none."""
    summary: str
    description: str
    secured: bool
    parameters: list[FieldRow]
    bodies: list[Content]
    replies: list[Reply]
    refusals: list[Refusal]
    command: str
    """A curl command line."""

    @property
    def words(self) -> str:
        """What a search finds it by, besides its summary."""
        names = [row.name for content in self.bodies for row in content.fields]
        return " ".join([self.path, self.newer_path, *(row.name for row in self.parameters), *names])

    @property
    def own_refusals(self) -> "list[Refusal]":
        """Errors that not every operation has."""
        return [
            Refusal(refusal.status, refusal.description, refusal.own_texts)
            for refusal in self.refusals
            if refusal.own_texts
        ]

    @property
    def common_statuses(self) -> list[str]:
        """Statuses that are there for what every operation may answer with, and for nothing else."""
        return [refusal.status for refusal in self.refusals if not refusal.own_texts]


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one tag."""

    anchor: str
    name: str
    description: str
    operations: list[OperationView]


@dataclass(frozen=True, slots=True)
class MessageView:
    """A callback, or a message of a room."""

    anchor: str
    name: str
    summary: str
    description: str
    content: Content

    @property
    def words(self) -> str:
        """What a search finds it by, besides its name."""
        return " ".join([self.summary, *(row.name for row in self.content.fields)])


def sections(document: Document) -> list[Section]:
    """Return the operations by tag, in the order of the tags."""
    newer = {operation["x-alias-of"]: path for path, _, operation in _operations(document) if "x-alias-of" in operation}
    views: dict[str, list[OperationView]] = {tag["name"]: [] for tag in document["tags"]}
    for path, method, operation in _operations(document):
        if "x-alias-of" not in operation:
            views[operation["tags"][0]].append(_view(document, path, method, operation, newer))
    return [
        Section(_anchor(tag["name"]), tag["name"], tag.get("description", ""), views[tag["name"]])
        for tag in document["tags"]
    ]


def callback_views(document: Document) -> list[MessageView]:
    """Return the callbacks."""
    return [
        MessageView(
            _anchor(f"on {name}"),
            name,
            item["post"]["summary"],
            item["post"]["description"],
            _contents(item["post"]["requestBody"]["content"], document)[0],
        )
        for name, item in document["webhooks"].items()
    ]


def message_views(document: Document, names: list[str]) -> list[MessageView]:
    """Return messages of rooms, whose schemas have these names."""
    schemas = document["components"]["schemas"]
    views = []
    for name in names:
        event = schemas[name]["properties"]["event_type"].get("const", name)
        fields = [row for row in field_rows(schemas[name], schemas) if row.name not in {"message_type", "event_type"}]
        content = Content("application/json", "object", fields, [])
        views.append(MessageView(_anchor(event), event, event, schemas[name].get("description", ""), content))
    return views


def _operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _view(
    document: Document, path: str, method: str, operation: dict[str, Any], newer: dict[str, str]
) -> OperationView:
    body = operation.get("requestBody", {})
    replies = [(status, answer) for status, answer in operation["responses"].items() if status < "400"]
    refusals = [(status, answer) for status, answer in operation["responses"].items() if status >= "400"]
    return OperationView(
        anchor=_anchor(operation["operationId"]),
        method=method.upper(),
        path=path,
        newer_path=newer.get(operation["operationId"], ""),
        summary=operation["summary"],
        description=operation["description"],
        secured=bool(operation["security"]),
        parameters=[_parameter(parameter, document) for parameter in operation.get("parameters", [])],
        bodies=_contents(body.get("content", {}), document, nullable=False),
        replies=[
            Reply(status, answer["description"], _contents(answer.get("content", {}), document))
            for status, answer in replies
        ],
        refusals=[
            Refusal(
                status,
                answer["description"],
                [example["summary"] for example in answer["content"]["application/json"]["examples"].values()],
            )
            for status, answer in refusals
        ],
        command=curl(document["servers"][0]["url"], path, method, operation),
    )


def _parameter(parameter: dict[str, Any], document: Document) -> FieldRow:
    schemas = document["components"]["schemas"]
    schema = parameter["schema"]
    default = schema.get("default")
    return FieldRow(
        name=parameter["name"],
        kind=f"{parameter['in']}, {kind_of(schema, schemas)}",
        required=parameter.get("required", False),
        default="" if default is None else json.dumps(default),
        accepted=accepted_values(schema, schemas),
        description=parameter.get("description", ""),
    )


def _contents(content: dict[str, Any], document: Document, *, nullable: bool = True) -> list[Content]:
    schemas = document["components"]["schemas"]
    return [
        Content(
            media_type,
            kind_of(medium["schema"], schemas),
            field_rows(medium["schema"], schemas, nullable=nullable),
            [Example(example["summary"], _text(example["value"])) for example in medium.get("examples", {}).values()],
        )
        for media_type, medium in content.items()
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def curl(base_url: str, path: str, method: str, operation: dict[str, Any]) -> str:
    """Return a command that calls the operation."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", str(parameter.get("example", parameter["name"])))
    verb = "" if method == "get" else f"-X {method.upper()} "
    parts = [f"curl {verb}{base_url}{path}"]
    if operation["security"]:
        parts.append(f'-H "x-api-key: {KEY_VARIABLE}"')
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        examples = content["application/json"].get("examples", {})
        value: Any = next((example["value"] for example in examples.values()), {})
        parts.append("-H 'content-type: application/json'")
        parts.append("-d '" + json.dumps(value, indent=2, ensure_ascii=False).replace("'", "'\\''") + "'")
    elif "multipart/form-data" in content:
        parts.append("-F file=@film.mp4")
    return " \\\n  ".join(parts)


def _anchor(text: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in text.lower()).strip("-")
