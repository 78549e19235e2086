"""API keys: only their hashes are kept."""

import hashlib
import hmac
import ipaddress
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database as Tables

from engine.errors import InvalidInputError
from engine.store.database import Database
from engine.store.identifiers import KEY
from engine.store.timestamps import utc_now

PREFIX = "vv_"
LONGEST_KEY = 256
"""Characters; longer texts are no keys and are not even hashed."""
KNOWN_FOR_S = 0.5
"""How long a key that was found is taken as valid without a look into the database: another process may have revoked it."""


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
    """Makes, finds, restricts and revokes keys."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[str, tuple[KeyRecord, float]] = {}
        self._changes = 0

    async def create(self, name: str, allowed_addresses: tuple[str, ...] = ()) -> NewKey:
        """Make a key. Raises InvalidInputError for an address that is none, or an empty name."""
        if not name.strip():
            raise InvalidInputError("name", name, "a text that says what the key is for is")
        networks = tuple(_network(address) for address in allowed_addresses)
        secret = PREFIX + secrets.token_urlsafe(32)
        record = KeyRecord(KEY.new(), name.strip(), networks, utc_now(), None, None)

        def insert(tables: Tables) -> None:
            tables.execute(
                "INSERT INTO keys (key_id, name, key_hash, allowed_addresses, created_at) VALUES (?, ?, ?, ?, ?)",
                [record.key_id, record.name, hash_key(secret), json.dumps(networks), record.created_at],
            )

        await self._database.write(insert)
        return NewKey(record, secret)

    async def find(self, secret: str) -> KeyRecord | None:
        """Return the valid key of this text; None for an unknown or revoked one.

        What this process changes counts at once, what another one changes within KNOWN_FOR_S seconds.
        """
        if not secret or len(secret) > LONGEST_KEY:
            return None
        wanted = hash_key(secret)
        known = self._known.get(wanted)
        if known is not None and self._clock() < known[1]:
            return known[0]
        begun, changes = self._clock(), self._changes
        record = await self._look_up(wanted)
        # A change that came in while the database was read is newer than what was read.
        if record is not None and changes == self._changes:
            self._known[wanted] = record, begun + KNOWN_FOR_S
        else:
            self._known.pop(wanted, None)
        return record

    async def _look_up(self, wanted: str) -> KeyRecord | None:
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

    async def allow(self, key_id: str, allowed_addresses: tuple[str, ...]) -> KeyRecord | None:
        """Set the addresses that may use a key, none for all of them; None when there is no such valid key.

        Raises InvalidInputError for an address that is none.
        """
        networks = json.dumps([_network(address) for address in allowed_addresses])
        return await self._change("allowed_addresses = ?", networks, key_id)

    async def revoke(self, key_id: str) -> KeyRecord | None:
        """Make a key useless from the next request on; None when there is no such valid key."""
        return await self._change("revoked_at = ?", utc_now(), key_id)

    async def touch(self, key_id: str) -> None:
        """Note that a key was used now."""
        await self._change("last_used_at = ?", utc_now(), key_id)

    async def _change(self, assignment: str, value: str, key_id: str) -> KeyRecord | None:
        valid = "WHERE key_id = ? AND revoked_at IS NULL"

        def update(tables: Tables) -> KeyRecord | None:
            found = tables.execute(f"UPDATE keys SET {assignment} {valid}", [value, key_id]).rowcount > 0  # noqa: S608
            rows = tables.query("SELECT * FROM keys WHERE key_id = ?", [key_id])
            return next((_record(row) for row in rows), None) if found else None

        try:
            return await self._database.write(update)
        finally:
            self._known.clear()
            self._changes += 1


def _network(address: str) -> str:
    try:
        network = ipaddress.ip_network(address.strip(), strict=False)
    except ValueError:
        raise InvalidInputError(
            "allowed_addresses", address, "an address or a CIDR such as 192.168.1.0/24 is"
        ) from None
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96:
        # A client's address is compared in its IPv4 form, so that of a network must be too.
        mapped = network.network_address.ipv4_mapped
        return str(ipaddress.ip_network((mapped, network.prefixlen - 96))) if mapped is not None else str(network)
    return str(network)


def _record(row: dict[str, Any]) -> KeyRecord:
    return KeyRecord(
        key_id=row["key_id"],
        name=row["name"],
        allowed_addresses=tuple(json.loads(row["allowed_addresses"])),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
