"""The entries of a set as clients give them: in several spellings, one by one or many at once."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from engine.api.contract.errors import ApiError
from engine.errors import InvalidInputError
from engine.network import check_url

READ_ONLY = frozenset(
    {
        "objectives_id",
        "guardrails_id",
        "uuid",
        "status",
        "created_at",
        "updated_at",
        "enforced",
        "not_enforced",
        "unknown_objectives",
    }
)
"""Members of an answer: no patch changes them, and a body that carries them does not decide them."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The names of a member of an entry: `given` is taken for `kept`."""

    given: str
    kept: str
    one_of_many: bool = False
    """Whether `given` holds the only element of the list `kept`."""

    def value(self, value: Any) -> Any:
        """Return a value of `given` as a value of `kept`."""
        if not self.one_of_many:
            return value
        return [] if value in (None, "") else [value]


def one_spelling(entry: dict[str, Any], spellings: tuple[Spelling, ...]) -> dict[str, Any]:
    """Return a copy in which each member stands under one name. Raises InvalidInputError where two names contradict each other."""
    renamed = {name: value for name, value in entry.items() if name not in {known.given for known in spellings}}
    for known in spellings:
        if entry.get(known.given) is None:
            continue
        value = known.value(entry[known.given])
        present = renamed.get(known.kept)
        if present is None:
            renamed[known.kept] = value
        elif present != value and not (known.one_of_many and isinstance(present, list) and present[:1] == value):
            raise InvalidInputError(
                known.given, entry[known.given], f"what {known.kept} says is, for both name the same"
            )
    return renamed


def as_set(body: dict[str, Any], of_an_entry: Collection[str]) -> dict[str, Any]:
    """Return a body as a set: one without `data` is its only entry. Beside `data`, members of an entry repeat the first one."""
    given = {name: value for name, value in body.items() if name not in READ_ONLY}
    name, data = given.pop("name", None), given.pop("data", None)
    name = "" if name is None else name
    if data is None:
        return {"name": name, "data": [given]}
    others = {member: value for member, value in given.items() if member not in of_an_entry}
    return {**others, "name": name, "data": [data] if isinstance(data, dict) else data}


def required_text(entry: Any, *names: str) -> None:
    """Raise ApiError with the contract's text, such as `objective_name is required`, for the first of these that is missing."""
    if not isinstance(entry, dict):
        return
    for name in names:
        if entry.get(name) is None or (isinstance(entry[name], str) and not entry[name].strip()):
            raise ApiError(400, f"{name} is required")


def callable_url(url: str) -> str:
    """Return a callback_url that can be called, or the empty text for nobody. Raises InvalidInputError."""
    return check_url("callback_url", url) if url else url
