"""The newer paths: the same operations once more, under the other name."""

import copy
import re
from typing import Any

from engine.api.contract.names import ALIASES

_WORDS = {"persona": "pal", "replica": "face"}


def newer_path(path: str) -> str | None:
    """Return the path under the newer name; None when there is none."""
    for newer, older in ALIASES:
        if path == older or path.startswith(f"{older}/"):
            return _reworded(newer + path.removeprefix(older))
    return None


def newer_operation(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the operation as it is described at the newer path."""
    alias = copy.deepcopy(operation)
    alias["operationId"] = _reworded(operation["operationId"])
    alias["summary"] = f"{operation['summary']} (newer name)"
    alias["description"] = f"The same operation as `{operation['operationId']}`."
    alias["x-alias-of"] = operation["operationId"]
    for parameter in alias.get("parameters", []):
        parameter["name"] = _reworded(parameter["name"])
    return alias


def _reworded(text: str) -> str:
    return re.sub("|".join(_WORDS), lambda match: _WORDS[match[0]], text)
