"""What the store knows about an installed model: one JSON file per model."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from models.durable import write_json
from models.errors import StoreError, store_errors
from models.names import is_model_name, is_safe_path


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """A file as it was when its hash was last found right."""

    sha256: str
    size: int
    """Bytes."""
    mtime_ns: int
    """Modification time of the blob, nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An installed model."""

    name: str
    task: str
    languages: tuple[str, ...]
    licence: str
    tier: str
    default: bool
    source: str
    """Where it came from, in words."""
    files: Mapping[str, InstalledFile]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())

    def write(self, path: Path) -> None:
        """Write atomically; raises OSError."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a manifest; raises StoreError when it is not one."""
        with store_errors(path):
            text = path.read_bytes()
        try:
            return cls._parsed(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StoreError(
                f"{path}: not a manifest of the model store ({error}); mend it with: visavis models pull {path.stem}"
            ) from error

    @classmethod
    def _parsed(cls, values: Mapping[str, Any]) -> Self:
        files = {path: InstalledFile(**entry) for path, entry in values["files"].items()}
        if not is_model_name(values["name"]) or not is_model_name(values["task"]) or not all(map(is_safe_path, files)):
            raise ValueError("it names a path outside the store")
        return cls(**{**values, "languages": tuple(values["languages"]), "files": files})


def read_pins(path: Path) -> dict[str, str]:
    """Read the hashes pinned on first use (`Model.pin_key` -> sha256); raises StoreError."""
    try:
        with store_errors(path):
            values = json.loads(path.read_bytes())
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return {}
        raise
    except ValueError as error:
        raise StoreError(f"{path}: not valid JSON ({error}); mend it, or remove it to pin anew") from error
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise StoreError(f"{path}: not a table of hashes; mend it, or remove it to pin anew")
    return values
