"""Masked secrets that come back: what was not changed keeps the secret that is stored."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from engine.errors import InvalidInputError
from engine.store.sealing import is_secret, masked

MASK = "********"
"""How every masked secret begins."""

Place: TypeAlias = tuple[str | int, ...]


def refuse_masked(fields: dict[str, Any]) -> None:
    """Raise InvalidInputError for a masked secret: it was read from an answer, and what it stands for is not known."""
    for place, text in _secrets(fields, ()):
        if text.startswith(MASK):
            raise InvalidInputError(_name(place), text, "the secret itself is, for this one is masked")


def restore_secrets(wanted: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """Return `wanted` with each masked secret replaced by the stored one that it stands for, moved and copied ones too.

    Masks that stand for nothing stay as they are (`refuse_masked` names them).
    """
    at_place = dict(_secrets(stored, ()))
    by_mask: dict[str, set[str]] = {}
    for secret in at_place.values():
        by_mask.setdefault(_mask(secret), set()).add(secret)

    def restored(place: Place, text: str) -> str:
        here = at_place.get(place)
        if here is not None and text == _mask(here):
            return here
        candidates = by_mask.get(text, set())
        return next(iter(candidates)) if len(candidates) == 1 else text

    result = _replaced(wanted, (), restored)
    assert isinstance(result, dict)
    return result


def _mask(secret: str) -> str:
    return str(masked({"api_key": secret})["api_key"])


def _secrets(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and is_secret(name):
                if inner:
                    yield (*place, name), inner
            else:
                yield from _secrets(inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _secrets(inner, (*place, number))


def _replaced(value: Any, place: Place, change: Callable[[Place, str], str]) -> Any:
    if isinstance(value, dict):
        return {
            name: change((*place, name), inner)
            if isinstance(inner, str) and is_secret(name)
            else _replaced(inner, (*place, name), change)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_replaced(inner, (*place, number), change) for number, inner in enumerate(value)]
    return value


def _name(place: Place) -> str:
    return ".".join(str(part) for part in place)
