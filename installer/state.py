"""What is done already: one small JSON file, so that any call goes on where the last one stopped."""

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any


def key_of(*inputs: object) -> str:
    """Return a short hash of whatever decides a step's outcome."""
    return hashlib.sha256(json.dumps([str(part) for part in inputs]).encode()).hexdigest()[:24]


class State:
    """Finished steps, each with the key of its inputs and a few facts. Written atomically after each success."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._steps: dict[str, dict[str, Any]] = _read(path)

    def key(self, step: str) -> str | None:
        """Return the key with which the step was finished, or None."""
        found = self._steps.get(step, {}).get("key")
        return found if isinstance(found, str) else None

    def facts(self, step: str) -> dict[str, Any]:
        """Return what the step noted down when it was finished."""
        facts = self._steps.get(step, {}).get("facts")
        return dict(facts) if isinstance(facts, dict) else {}

    def finish(self, step: str, key: str, **facts: object) -> None:
        """Note that the step is done."""
        with self._lock:
            self._steps[step] = {"key": key, "facts": facts}
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".tmp")
            fresh.write_text(json.dumps({"steps": self._steps}, indent=1))
            os.replace(fresh, self._path)  # noqa: PTH105

    def forget(self) -> None:
        """Forget everything: the environment is made anew."""
        with self._lock:
            self._steps = {}
            self._path.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        steps = json.loads(path.read_text())["steps"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {name: step for name, step in steps.items() if isinstance(step, dict)} if isinstance(steps, dict) else {}
