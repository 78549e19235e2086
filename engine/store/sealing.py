"""Secrets inside the fields of a resource: encrypted on the disk, masked in answers."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from engine.store.errors import StoreError

SECRET_FIELDS = frozenset({"api_key", "authorization", "x-api-key", "api-key", "aws_secret_access_key"})
"""Names, in lower case, whose text is secret wherever it stands in a resource."""

KEY_NAME = "secret.key"


class Sealer:
    """Encrypts and decrypts with the key of this installation (`<home>/secret.key`, mode 0600, made when missing)."""

    def __init__(self, home: Path) -> None:
        self._path = home / KEY_NAME
        with contextlib.suppress(FileExistsError):
            _write_new(self._path, Fernet.generate_key())
        try:
            self._fernet = Fernet(self._path.read_bytes().strip())
        except (OSError, ValueError) as error:
            raise StoreError(f"{self._path} does not hold a key: put the file back from a backup") from error

    def seal(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return a copy in which every secret is encrypted."""
        return _each_secret(fields, lambda text: self._fernet.encrypt(text.encode()).decode())

    def unseal(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Undo `seal`. Raises StoreError when the key is not the one that sealed."""
        try:
            return _each_secret(fields, lambda text: self._fernet.decrypt(text.encode()).decode())
        except InvalidToken as error:
            raise StoreError(f"{self._path} is not the key that this database was written with") from error


def masked(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a copy fit to be shown: of a secret only its last four characters are left, of a short one none."""
    return _each_secret(fields, lambda text: "********" + (text[-4:] if len(text) >= 16 else "") if text else "")


def _each_secret(fields: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    return {
        name: change(value) if isinstance(value, str) and name.lower() in SECRET_FIELDS else _inside(value, change)
        for name, value in fields.items()
    }


def _inside(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return _each_secret(value, change)
    if isinstance(value, list):
        return [_inside(inner, change) for inner in value]
    return value


def _write_new(path: Path, content: bytes) -> None:
    # Linked into place when whole: a crash never leaves half a key.
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(partial, path)
    finally:
        partial.unlink()
