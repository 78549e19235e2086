"""One kind of set over the API: found, patched and deleted alike."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.api.contract.errors import found, invalid_id, is_stock, not_found
from engine.api.contract.patching import CHANGEABLE, apply_patch, check_operations
from engine.api.prompt_sets.entries import READ_ONLY, Spelling, one_spelling
from engine.errors import InvalidInputError
from engine.store.identifiers import IDENTIFIER
from engine.store.records import ResourceRecord
from engine.store.resources import ResourceRepository


@dataclass(frozen=True, slots=True)
class PromptSets:
    """One kind of set."""

    repository: ResourceRepository
    id_field: str
    """Such as `objectives_id`."""
    what: str
    """As the 404 names it."""
    fields_of: Callable[[dict[str, Any]], dict[str, Any]]
    """Checks what a patch has left and returns the fields as they are kept: `data`, `name` and unknown ones."""
    name_of: Callable[[dict[str, Any]], str]
    """Returns the name of a set with these fields."""
    of_an_entry: Collection[str]
    """Members of an entry: a path that begins with one means the first entry."""
    spellings: tuple[Spelling, ...]

    async def create(self, fields: dict[str, Any]) -> ResourceRecord:
        """Keep a new set."""
        return await self.repository.create(self.name_of(fields), fields, status="active")

    async def find(self, set_id: str) -> ResourceRecord:
        """Return a set. Raises ApiError: 400 for what is no id, 404 for an unknown one."""
        return found(await self.repository.get(self._checked(set_id)), not_found(self.what))

    async def patch(self, set_id: str, body: Any) -> tuple[ResourceRecord, bool]:
        """Apply a JSON Patch in one transaction; returns the set and whether it changed.

        Paths begin at the set (`/data/0/...`), or name a member of its first entry (`/modality`). Raises ApiError and
        InvalidInputError; nothing is changed then.
        """
        self._checked(set_id)
        operations = check_operations(body)

        def edit(present: ResourceRecord) -> ResourceRecord:
            self._refuse_stock(present)
            fields = self.fields_of(apply_patch(present.fields, self._located(operations, present.fields)))
            return replace(present, name=self.name_of(fields), fields=fields)

        return found(await self.repository.change(set_id, edit), not_found(self.what))

    async def delete(self, set_id: str) -> None:
        """Remove a set. Raises ApiError."""
        self._refuse_stock(await self.find(set_id))
        await self.repository.delete(set_id)

    def _checked(self, set_id: str) -> str:
        if not IDENTIFIER.fullmatch(set_id):
            raise invalid_id(self.id_field)
        return set_id

    def _refuse_stock(self, record: ResourceRecord) -> None:
        if record.origin == "system":
            raise is_stock(self.id_field, record.resource_id)

    def _located(self, operations: list[dict[str, Any]], fields: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [self._operation(number, operation, fields) for number, operation in enumerate(operations)]

    def _operation(self, number: int, operation: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
        located = dict(operation)
        for member in ("path", "from"):
            if isinstance(operation.get(member), str):
                located[member] = self._pointer(f"[{number}].{member}", operation[member], fields)
        if "value" in operation:
            located["value"] = self._value(operation["path"], located["path"], operation["value"])
        return located

    def _pointer(self, field_name: str, pointer: str, fields: Mapping[str, Any]) -> str:
        tokens = pointer.split("/")[1:]
        if not tokens:
            return pointer
        if tokens[0] in READ_ONLY:
            raise InvalidInputError(field_name, pointer, CHANGEABLE)
        of_the_set = tokens[0] in {"data", "name"} or (tokens[0] in fields and tokens[0] not in self.of_an_entry)
        if not of_the_set:
            tokens = ["data", "0", *tokens]
        if tokens[0] == "data" and len(tokens) > 2:
            tokens[2] = next((known.kept for known in self.spellings if known.given == tokens[2]), tokens[2])
        return "/" + "/".join(tokens)

    def _value(self, written: str, located: str, value: Any) -> Any:
        tokens = located.split("/")[1:]
        match tokens:
            case ["data", _, _]:
                last = written.rpartition("/")[2]
                return next((known.value(value) for known in self.spellings if known.given == last), value)
            case ["data", _] if isinstance(value, dict):
                return one_spelling(value, self.spellings)
            case ["data"] if isinstance(value, list):
                return [one_spelling(entry, self.spellings) if isinstance(entry, dict) else entry for entry in value]
        return value
