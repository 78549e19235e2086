"""A schema as a table of fields, the way a person reads it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.api.reference.components import REFERENCE

DEEPEST = 4
"""Levels of objects inside objects that a table shows."""
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "pattern": "matches {}",
}

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field."""

    name: str
    """With the names of the objects around it: `properties.language`, `data[].objective_name`."""
    kind: str
    required: bool
    default: str
    """Empty: none."""
    accepted: str
    """Listed values and bounds; empty: whatever has the type."""
    description: str


def field_rows(schema: Schema, schemas: dict[str, Schema], *, nullable: bool = True) -> list[FieldRow]:
    """Return the fields of an object, an array of objects, or of the first of several forms.

    In a request null says no more than leaving a field out: without `nullable` it is not mentioned.
    """
    rows = list(_rows(schema, schemas, "", 0))
    return rows if nullable else [replace(row, kind=row.kind.removesuffix(" or null")) for row in rows]


def kind_of(schema: Schema, schemas: dict[str, Schema]) -> str:
    """Say the type in words: `string`, `array of objects`, `integer or null`."""
    schema = resolved(schema, schemas)
    forms = schema.get("anyOf") or schema.get("oneOf")
    if forms:
        return " or ".join(dict.fromkeys(kind_of(form, schemas) for form in forms))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        inner = kind_of(schema.get("items", {}), schemas)
        return "array" if inner == "anything" else f"array of {inner}"
    return kind or ("string" if "enum" in schema or "const" in schema else "anything")


def resolved(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """Follow a reference; what stands beside it stays."""
    while "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**schemas[schema["$ref"].removeprefix(REFERENCE)], **beside}
    return schema


def _rows(schema: Schema, schemas: dict[str, Schema], prefix: str, depth: int) -> Iterator[FieldRow]:
    schema = _inner(schema, schemas)
    if schema.get("type") == "array":
        yield from _rows(schema.get("items", {}), schemas, f"{prefix}[]", depth)
        return
    required = set(schema.get("required", ()))
    for name, member in schema.get("properties", {}).items():
        full = f"{prefix}.{name}" if prefix else name
        yield _row(full, member, schemas, name in required)
        if depth + 1 < DEEPEST:
            yield from _rows(member, schemas, full, depth + 1)


def _inner(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """Return the form that has fields, where there are several."""
    schema = resolved(schema, schemas)
    for form in schema.get("anyOf", ()):
        inner = _inner(form, schemas)
        if inner.get("properties") or inner.get("type") == "array":
            return inner
    return schema


def _row(name: str, member: Schema, schemas: dict[str, Schema], required: bool) -> FieldRow:
    whole = resolved(member, schemas)
    default = whole.get("default")
    empty = default is None or default in ("", [], {})
    return FieldRow(
        name=name,
        kind=kind_of(member, schemas),
        required=required,
        default="" if empty and not isinstance(default, bool) else json.dumps(default, ensure_ascii=False),
        accepted=accepted_values(member, schemas),
        description=_description(member),
    )


def _description(member: Schema) -> str:
    """Return what is said of the field; the docstring of a model that it refers to is not about the field."""
    forms = (member, *(form for form in member.get("anyOf", ()) if "$ref" not in form))
    return next((str(form["description"]) for form in forms if form.get("description")), "")


def accepted_values(member: Schema, schemas: dict[str, Schema]) -> str:
    """Say which values a type takes."""
    forms = [resolved(form, schemas) for form in (member, *member.get("anyOf", ()))]
    texts: list[str] = []
    for form in forms:
        if "enum" in form:
            texts.append(", ".join(json.dumps(value) for value in form["enum"]))
        elif "const" in form:
            texts.append(json.dumps(form["const"]))
        texts.extend(text.format(form[key]) for key, text in _BOUNDS.items() if key in form)
    return "; ".join(dict.fromkeys(texts))
