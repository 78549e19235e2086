"""Which cloned voice a replica has: a note beside the job's, for no request sets it."""

from collections.abc import Mapping
from typing import Any, Final

from engine.jobs.line import NOTES, noted

_CLONED_VOICE: Final = "cloned_voice"


def cloned_voice_of(fields: Mapping[str, Any]) -> str | None:
    """Return the name of the replica's own voice; None where a stock voice speaks for it."""
    name = fields.get(NOTES, {}).get(_CLONED_VOICE)
    return name if isinstance(name, str) else None


def with_cloned_voice(fields: dict[str, Any], name: str | None) -> dict[str, Any]:
    """Return a replica's fields with this voice of its own; None takes it away."""
    return noted(fields, **{_CLONED_VOICE: name})
