"""Changes of a persona: a JSON Patch (RFC 6902), or an object that is merged into it (RFC 7396)."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.api.contract.errors import ApiError
from engine.api.contract.model import check_json, checked
from engine.api.contract.names import OLDER_BY_NEWER, older_names
from engine.api.contract.patching import INVALID_FORMAT, apply_patch, check_operations, check_writable
from engine.api.guards.bodies import LARGEST_BODY
from engine.api.personas.answers import persona_document
from engine.api.personas.bodies import ADDED, READ_ONLY, PersonaCreate, persona_fields
from engine.api.personas.masking import restore_secrets
from engine.errors import InvalidInputError
from engine.store.records import PersonaRecord

Change = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes the wanted document out of the one that is shown."""


def read_change(body: Any) -> Change:
    """Return the change that a body asks for. Raises ApiError 422 for what is neither a JSON Patch nor an object."""
    if isinstance(body, dict):
        check_json(body)
        merged = {name: value for name, value in older_names(body).items() if name not in ADDED}
        return lambda document: merge(document, merged)
    if isinstance(body, list):
        operations = [_under_older_names(operation) for operation in check_operations(body)]
        check_writable(operations, {*READ_ONLY, *ADDED})
        return lambda document: apply_patch(document, operations)
    raise ApiError(422, INVALID_FORMAT)


def apply_change(record: PersonaRecord, change: Change) -> PersonaRecord:
    """Return the changed persona, valid as a whole. Raises ApiError, InvalidInputError, RequestValidationError."""
    shown = persona_document(record)
    wanted = older_names(change(shown))
    check_json(wanted)
    for name in READ_ONLY:
        # An object that takes the place of the whole persona may leave them out.
        given = wanted.pop(name, shown[name])
        if given != shown[name]:
            raise InvalidInputError(name, given, f"{shown[name]!r} is, for it cannot be changed")
    stored = {**record.fields, "persona_name": record.persona_name}
    body = checked(PersonaCreate, restore_secrets(wanted, stored))
    name = (body.persona_name or "").strip()
    if not name:
        raise ApiError(400, "persona_name is required")
    fields = persona_fields(body)
    if len(json.dumps(fields)) > LARGEST_BODY:
        raise ApiError(400, f"The persona would be larger than {LARGEST_BODY} bytes")
    return replace(record, persona_name=name, fields=fields)


def merge(target: Any, patch: Any) -> Any:
    """Return the target with the patch merged in: objects member by member, null removes, all else replaces (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def _under_older_names(operation: dict[str, Any]) -> dict[str, Any]:
    pointers = [member for member in ("path", "from") if isinstance(operation.get(member), str)]
    return {**operation, **{member: _older_path(operation[member]) for member in pointers}}


def _older_path(path: str) -> str:
    # Answers show the persona once more under `data`.
    inner = path.removeprefix("/data/0") if path.startswith("/data/0/") else path
    first, slash, rest = inner.removeprefix("/").partition("/")
    return f"/{OLDER_BY_NEWER[first]}{slash}{rest}" if first in OLDER_BY_NEWER else inner
