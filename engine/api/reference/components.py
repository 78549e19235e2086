"""The schemas of the document: those of the code's models, with the newer names beside the older ones."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from engine.api.contract.names import OLDER_BY_NEWER

REFERENCE = "#/components/schemas/"
UNUSED = ("HTTPValidationError", "ValidationError")
"""What FastAPI describes as its own answer to a wrong value; this API answers 400 in its one format instead."""

LEAKED = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
"""Bounds behind a validator of our own, which Pydantic writes under its names for them."""

Schemas = dict[str, Any]


def schemas_of(models: Iterable[type[BaseModel]]) -> Schemas:
    """Return the schemas of answers by name, with those that they refer to."""
    unique = list(dict.fromkeys(models))
    _, schema = models_json_schema(
        [(model, "serialization") for model in unique], ref_template=REFERENCE + "{model}", by_alias=True
    )
    found: Schemas = schema.get("$defs", {})
    return found


def reference_to(model: type[BaseModel]) -> dict[str, str]:
    """Return the reference to a model's schema."""
    return {"$ref": f"{REFERENCE}{model.__name__}"}


def finished(schemas: Schemas) -> Schemas:
    """Return a copy in which each object that has a field with a newer name has both; either satisfies a requirement."""
    return {name: _renamed(copy.deepcopy(schema)) for name, schema in schemas.items()}


def _renamed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_renamed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {LEAKED.get(key, key): _renamed(value) for key, value in schema.items()}
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return schema
    for newer, older in OLDER_BY_NEWER.items():
        if older in properties and newer not in properties:
            described = {key: value for key, value in properties[older].items() if key != "title"}
            properties[newer] = {**described, "description": f"The newer name of `{older}`."}
            if older in schema.get("required", ()):
                schema["required"] = [name for name in schema["required"] if name != older]
                schema.setdefault("allOf", []).append({"anyOf": [{"required": [older]}, {"required": [newer]}]})
    if not schema.get("required", True):
        del schema["required"]
    return schema


def references(part: Any) -> Iterator[str]:
    """Yield the names of the schemas that a part of the document refers to."""
    if isinstance(part, dict):
        target = part.get("$ref")
        if isinstance(target, str) and target.startswith(REFERENCE):
            yield target.removeprefix(REFERENCE)
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def used(schemas: Schemas, document: Any, always: Iterable[str] = ()) -> Schemas:
    """Return the schemas that the document needs, in the order of their names."""
    pending = [*references(document), *always]
    needed: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending.extend(references(schemas[name]))
    return {name: schemas[name] for name in sorted(needed)}
