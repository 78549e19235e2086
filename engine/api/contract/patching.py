"""JSON Patch (RFC 6902) on a resource as the API shows it."""

import copy
from collections.abc import Collection
from typing import Annotated, Any, Literal

import jsonpatch
import jsonpointer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.api.contract.errors import ApiError
from engine.api.contract.model import check_json
from engine.errors import InvalidInputError

MOST_OPERATIONS = 1000

MOST_COPIED = 1 << 20
"""Characters that the copies of one patch may add: copies of copies would grow without end."""

MOST_LEFT = 2 << 20
"""Characters that a patched resource may have: patch by patch it would grow without end."""

LONGEST_REASON = 120
"""Characters of the library's explanation that are passed on."""

CHANGEABLE = "a member that can be changed is"

INVALID_FORMAT = "Invalid JSON patch format"
"""The text of every 422."""


class PatchOperation(BaseModel):
    """One operation; `value` is needed by add, replace and test, `from` by copy and move."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    op: Literal["add", "remove", "replace", "copy", "move", "test"]
    path: Annotated[str, Field(pattern=r"^(/([^~/]|~[01])*)*$", description="A JSON Pointer (RFC 6901).")]
    value: Any = None
    from_: Annotated[str | None, Field(alias="from", pattern=r"^(/([^~/]|~[01])*)*$")] = None


def check_operations(body: Any) -> list[dict[str, Any]]:
    """Return the operations of a body. Raises ApiError 422 for what is no JSON Patch, InvalidInputError for what is not storable."""
    check_json(body)
    if not isinstance(body, list) or len(body) > MOST_OPERATIONS:
        raise ApiError(422, INVALID_FORMAT)
    for operation in body:
        try:
            parsed = PatchOperation.model_validate(operation)
        except ValidationError:
            raise ApiError(422, INVALID_FORMAT) from None
        needs_value = parsed.op in {"add", "replace", "test"} and "value" not in operation
        if needs_value or (parsed.op in {"copy", "move"} and parsed.from_ is None):
            raise ApiError(422, INVALID_FORMAT)
    return body


def check_writable(operations: list[dict[str, Any]], read_only: Collection[str]) -> None:
    """Raise InvalidInputError for an operation that writes to one of these members, or below it."""
    for number, operation in enumerate(operations):
        written = {"test": (), "move": ("path", "from")}.get(operation["op"], ("path",))
        for member in written:
            if operation[member].partition("/")[2].partition("/")[0] in read_only:
                raise InvalidInputError(f"[{number}].{member}", operation[member], CHANGEABLE)


def apply_patch(document: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the patched copy. Raises InvalidInputError naming the operation that cannot be applied: none is applied then."""
    patched: Any = copy.deepcopy(document)
    room = MOST_COPIED
    # A copy of its own: what an operation brings in, later ones may change.
    for number, operation in enumerate(copy.deepcopy(operations)):
        if operation["op"] == "copy":
            room -= _weight(patched, operation["from"])
            if room < 0:
                raise InvalidInputError(f"[{number}]", operation, f"at most {MOST_COPIED} characters copied in all is")
        try:
            patched = jsonpatch.apply_patch(patched, [operation], in_place=True)
        except jsonpatch.JsonPatchTestFailed:
            raise InvalidInputError(f"[{number}]", operation, "a test that holds is") from None
        except (
            jsonpatch.JsonPatchException,
            jsonpointer.JsonPointerException,
            TypeError,
            KeyError,
            RecursionError,
        ) as error:
            # The library's texts quote the document.
            reason = str(error)[:LONGEST_REASON]
            raise InvalidInputError(
                f"[{number}].path", operation["path"], f"a path that exists is ({reason})"
            ) from None
    if not isinstance(patched, dict):
        raise InvalidInputError("the body", operations, "operations that leave an object are")
    if _weight(patched, "") > MOST_LEFT:
        raise InvalidInputError("the body", operations, f"operations that leave at most {MOST_LEFT} characters are")
    return patched


def _weight(document: Any, pointer: str) -> int:
    """Return about how many characters stand at a place; 0 where nothing is."""
    pending = [jsonpointer.resolve_pointer(document, pointer, None)]
    weight = 0
    while pending:
        value = pending.pop()
        weight += len(value) + 2 if isinstance(value, str) else 2
        if isinstance(value, dict):
            pending.extend(value)
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return weight
