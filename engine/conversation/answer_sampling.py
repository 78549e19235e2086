"""How the local language model draws its words: what a persona's `layers.llm.extra_body` says of it (seed: Large Language Model)."""

from collections.abc import Mapping
from typing import Any, Final

from engine.errors import InvalidInputError
from engine.layers.llm.protocol import Sampling

FIELD: Final = "layers.llm.extra_body"
RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "temperature": (0.0, 2.0),
    "top_p": (0.0, 1.0),
    "repeat_penalty": (1.0, 2.0),
}
"""Numbers that the local model takes; `repeat_penalty` is a name of llama.cpp's own server."""
WHOLE_RANGES: Final[Mapping[str, tuple[int, int]]] = {"max_tokens": (1, 4096), "seed": (0, 2**31 - 1)}
"""Whole numbers that it takes."""
LOCAL_PARAMETERS: Final = frozenset(RANGES) | frozenset(WHOLE_RANGES)


def sampling_of(extra_body: Mapping[str, Any], *, seed: int | None = None) -> Sampling:
    """Return how to draw; `seed` is the appliance's own, for a persona that names none.

    Parameters that only other servers know are left out. Raises InvalidInputError for a value out of range.
    """
    taken: dict[str, Any] = {"seed": seed}
    for name in LOCAL_PARAMETERS:
        value = extra_body.get(name)
        if value is not None:
            taken[name] = _checked(name, value)
    return Sampling(**taken)


def _checked(name: str, value: object) -> float:
    whole = name in WHOLE_RANGES
    lowest, highest = WHOLE_RANGES[name] if whole else RANGES[name]
    kind = int if whole else int | float
    if isinstance(value, bool) or not isinstance(value, kind) or not lowest <= value <= highest:
        raise InvalidInputError(f"{FIELD}.{name}", value, f"a {'whole ' * whole}number from {lowest} to {highest} is")
    return value
