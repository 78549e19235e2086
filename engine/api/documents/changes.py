"""Changes of a document: its name, tags and callback_url, as a plain object or a JSON Patch (RFC 6902)."""

from dataclasses import replace
from typing import Any

from engine.api.contract.errors import ApiError
from engine.api.contract.model import check_json, checked
from engine.api.contract.patching import INVALID_FORMAT, apply_patch, check_operations
from engine.api.documents.answers import whole_document
from engine.api.documents.bodies import READ_ONLY, DocumentChange
from engine.errors import InvalidInputError
from engine.network import check_url
from engine.store.records import ResourceRecord
from engine.store.resources import Edit

FIXED = READ_ONLY | {"document_url"}


def read_change(body: Any) -> Edit:
    """Return what a body does to a document. Raises ApiError 422 for what is neither an object nor a JSON Patch, InvalidInputError."""
    if isinstance(body, dict):
        check_json(body)
        for name in sorted(FIXED & body.keys()):
            raise InvalidInputError(
                name, body[name], "document_name, tags or callback_url is, for it cannot be changed"
            )
        # null means that a field is not given, as in every other body.
        given = {name: value for name, value in body.items() if value is not None}
        return lambda present: _changed(present, {**_changeable(present), **given})
    if isinstance(body, list):
        operations = check_operations(body)
        return lambda present: _patched(present, operations)
    raise ApiError(422, INVALID_FORMAT)


def _patched(present: ResourceRecord, operations: list[dict[str, Any]]) -> ResourceRecord:
    shown = whole_document(present)
    wanted = apply_patch(shown, operations)
    for name in sorted(FIXED & (shown.keys() | wanted.keys())):
        if wanted.get(name) != shown.get(name):
            raise InvalidInputError(name, wanted.get(name), f"{shown.get(name)!r} is, for it cannot be changed")
    return _changed(present, {name: value for name, value in wanted.items() if name not in FIXED})


def _changeable(present: ResourceRecord) -> dict[str, Any]:
    return {name: value for name, value in whole_document(present).items() if name not in FIXED}


def _changed(present: ResourceRecord, wanted: dict[str, Any]) -> ResourceRecord:
    """Return the document with exactly these changeable fields. Raises RequestValidationError, InvalidInputError."""
    given = checked(DocumentChange, wanted).given
    if given.get("callback_url"):
        check_url("callback_url", given["callback_url"])
    name = given.pop("document_name", present.name)
    kept = {field: value for field, value in present.fields.items() if field in FIXED}
    return replace(present, name=name, fields={"callback_url": "", "tags": [], **given, **kept})
