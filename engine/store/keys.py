"""API keys: only their hashes are kept."""

import hashlib
import hmac
import ipaddress
import json
import secrets
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database as Tables

from engine.errors import InvalidInputError
from engine.store.database import Database
from engine.store.identifiers import new_key_id
from engine.store.timestamps import utc_now

PREFIX = "vv_"
LONGEST_KEY = 256
"""Characters; longer texts are no keys and are not even hashed."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key, without what opens the door."""

    key_id: str
    name: str
    allowed_addresses: tuple[str, ...]
    """Addresses and CIDRs that may use it; empty: all."""
    created_at: str
    last_used_at: str | None
    """To the minute."""
    revoked_at: str | None

    def allows(self, address: str) -> bool:
        """Whether the client at this address may use the key."""
        if not self.allowed_addresses:
            return True
        try:
            client = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(client, "ipv4_mapped", None)
        return any((mapped or client) in ipaddress.ip_network(allowed) for allowed in self.allowed_addresses)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the one time when it can be shown."""

    record: KeyRecord
    secret: str


def hash_key(secret: str) -> str:
    """Return what is kept of a key: it has 256 random bits, so one SHA-256 is as good as a slow hash and costs nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class KeyRepository:
    """Makes, finds and revokes keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, name: str, allowed_addresses: tuple[str, ...] = ()) -> NewKey:
        """Make a key. Raises InvalidInputError for an address that is none, or an empty name."""
        if not name.strip():
            raise InvalidInputError("name", name, "a text that says what the key is for is")
        networks = tuple(_network(address) for address in allowed_addresses)
        secret = PREFIX + secrets.token_urlsafe(32)
        record = KeyRecord(new_key_id(), name.strip(), networks, utc_now(), None, None)

        def insert(tables: Tables) -> None:
            tables.execute(
                "INSERT INTO keys (key_id, name, key_hash, allowed_addresses, created_at) VALUES (?, ?, ?, ?, ?)",
                [record.key_id, record.name, hash_key(secret), json.dumps(networks), record.created_at],
            )

        await self._database.write(insert)
        return NewKey(record, secret)

    async def find(self, secret: str) -> KeyRecord | None:
        """Return the valid key of this text; None for an unknown or revoked one."""
        if not secret or len(secret) > LONGEST_KEY:
            return None
        wanted = hash_key(secret)

        def query(tables: Tables) -> KeyRecord | None:
            for row in tables.query("SELECT * FROM keys WHERE key_hash = ? AND revoked_at IS NULL", [wanted]):
                if hmac.compare_digest(str(row["key_hash"]), wanted):
                    return _record(row)
            return None

        return await self._database.read(query)

    async def all_keys(self) -> list[KeyRecord]:
        """Return all keys, revoked ones too, oldest first."""
        return await self._database.read(
            lambda tables: [_record(row) for row in tables.query("SELECT * FROM keys ORDER BY created_at, rowid")]
        )

    async def revoke(self, key_id: str) -> bool:
        """Make a key useless from the next request on; False when there is no such valid key."""
        return await self._database.write(
            lambda tables: (
                tables.execute(
                    "UPDATE keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL", [utc_now(), key_id]
                ).rowcount
                > 0
            )
        )

    async def touch(self, key_id: str) -> None:
        """Note that a key was used now."""
        await self._database.write(
            lambda tables: tables.execute(
                "UPDATE keys SET last_used_at = ? WHERE key_id = ?", [utc_now(), key_id]
            ).close()
        )


def _network(address: str) -> str:
    try:
        return str(ipaddress.ip_network(address.strip(), strict=False))
    except ValueError:
        raise InvalidInputError(
            "allowed_addresses", address, "an address or a CIDR such as 192.168.1.0/24 is"
        ) from None


def _record(row: dict[str, Any]) -> KeyRecord:
    return KeyRecord(
        key_id=row["key_id"],
        name=row["name"],
        allowed_addresses=tuple(json.loads(row["allowed_addresses"])),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
