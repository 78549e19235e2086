"""Secrets inside the fields of a resource: encrypted on the disk, masked in answers."""

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.store.errors import StoreError

SECRET_FIELDS = frozenset(
    {
        "api_key",
        "authorization",
        "x-api-key",
        "api-key",
        "aws_secret_access_key",
        "aws_assume_role_arn",
        "assume_role_arn",
        "livekit_room_token",
    }
)
"""Names, in lower case, whose text is secret wherever it stands in a resource."""

_ENDINGS = [
    "key",
    "token",
    "secret",
    "password",
    "passphrase",
    "authorization",
    "auth",
    "cookie",
    "credential",
    "credentials",
    "signature",
]
_SECRET_ENDING = re.compile(rf"(^|[-_])({'|'.join(_ENDINGS)})$", re.IGNORECASE)
_SECRET_ENDING_IN_CAMEL_CASE = re.compile(rf"[a-z0-9]({'|'.join(word.capitalize() for word in _ENDINGS)})$")
_SEALED = "gAAAAA"
"""How every Fernet token begins."""

KEY_NAME = "secret.key"


class Sealer:
    """Encrypts and decrypts with the key of this installation (`<home>/secret.key`, mode 0600, made when missing)."""

    def __init__(self, home: Path) -> None:
        self._path = home / KEY_NAME
        with contextlib.suppress(FileExistsError):
            _write_new(self._path, Fernet.generate_key())
        try:
            self._key = self._path.read_bytes().strip()
            self._fernet = Fernet(self._key)
        except (OSError, ValueError) as error:
            raise StoreError(f"{self._path} does not hold a key: put the file back from a backup") from error

    def derived(self, purpose: str) -> bytes:
        """Return 32 secret bytes of this installation for one purpose (HKDF, RFC 5869): the same at every start."""
        return HKDF(SHA256(), 32, None, b"visavis " + purpose.encode()).derive(self._key)

    def _opened(self, text: str) -> str:
        # A name that became secret later may stand in older rows in plain text.
        return self._fernet.decrypt(text.encode()).decode() if text.startswith(_SEALED) else text

    def seal(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return a copy in which every secret is encrypted."""
        return _each_secret(fields, lambda text: self._fernet.encrypt(text.encode()).decode())

    def unseal(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Undo `seal`. Raises StoreError when the key is not the one that sealed."""
        try:
            return _each_secret(fields, self._opened)
        except InvalidToken as error:
            raise StoreError(f"{self._path} is not the key that this database was written with") from error


def is_secret(name: str) -> bool:
    """Whether the text under this name is secret: known names, and those that say so (`ocp-apim-subscription-key`, `apiKey`)."""
    return (
        name.lower() in SECRET_FIELDS
        or _SECRET_ENDING.search(name) is not None
        or _SECRET_ENDING_IN_CAMEL_CASE.search(name) is not None
    )


def masked(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a copy fit to be shown: of a secret only its last four characters are left, of a short one none."""
    return _each_secret(fields, lambda text: "********" + (text[-4:] if len(text) >= 16 else "") if text else "")


def _each_secret(fields: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    return {
        name: change(value) if isinstance(value, str) and is_secret(name) else _inside(value, change)
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
