"""API keys: hashes only, revocable, bound to addresses."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InvalidInputError
from engine.store.keys import KNOWN_FOR_S, KeyRepository
from engine.store.opening import Store
from tests.store.conftest import on_disk


async def test_a_key_is_found_by_its_text_and_by_no_other(store: Store) -> None:
    new = await store.keys.create("laptop")
    assert await store.keys.find(new.secret) == new.record
    for wrong in (
        "",
        new.secret[:-1],
        new.secret + "x",
        new.secret.upper(),
        new.record.key_id,
        "x" * 1_000_000,
        "\ud800",
    ):
        assert await store.keys.find(wrong) is None


async def test_the_text_of_a_key_is_nowhere_on_the_disk(store: Store, home: Path) -> None:
    new = await store.keys.create("laptop")
    await store.close()
    stored = on_disk(home)
    assert new.record.key_id.encode() in stored
    assert new.secret.removeprefix("vv_").encode() not in stored


async def test_a_revoked_key_opens_nothing_and_stays_listed(store: Store) -> None:
    first, second = await store.keys.create("first"), await store.keys.create("second")
    assert await store.keys.revoke(first.record.key_id)
    assert not await store.keys.revoke(first.record.key_id)
    assert not await store.keys.revoke("kunknown")
    assert await store.keys.find(first.secret) is None
    assert await store.keys.find(second.secret) == second.record
    listed = await store.keys.all_keys()
    assert [(key.name, key.revoked_at is None) for key in listed] == [("first", False), ("second", True)]


async def test_the_last_use_is_noted(store: Store) -> None:
    new = await store.keys.create("laptop")
    assert new.record.last_used_at is None
    await store.keys.touch(new.record.key_id)
    [listed] = await store.keys.all_keys()
    assert listed.last_used_at is not None
    assert listed.last_used_at >= listed.created_at


@pytest.mark.parametrize(
    ("allowed", "address", "verdict"),
    [
        ((), "203.0.113.9", True),
        (("192.168.1.7",), "192.168.1.7", True),
        (("192.168.1.7",), "192.168.1.8", False),
        (("192.168.1.7/24",), "192.168.1.250", True),
        (("192.168.1.0/24", "::1"), "::1", True),
        (("192.168.1.0/24",), "::ffff:192.168.1.3", True),
        (("192.168.1.0/24",), "::ffff:192.168.2.3", False),
        (("::ffff:192.168.1.0/120",), "192.168.1.3", True),
        (("::ffff:192.168.1.0/120",), "192.168.2.3", False),
        (("::/64",), "::1", True),
        (("192.168.1.0/24",), "", False),
        (("192.168.1.0/24",), "testclient", False),
    ],
)
async def test_a_key_may_be_bound_to_addresses(
    store: Store, allowed: tuple[str, ...], address: str, verdict: bool
) -> None:
    new = await store.keys.create("bound", allowed)
    found = await store.keys.find(new.secret)
    assert found is not None
    assert found.allows(address) is verdict


@pytest.mark.parametrize("address", ["", "192.168.1", "example.org", "10.0.0.0/33"])
async def test_an_address_that_is_none_is_refused(store: Store, address: str) -> None:
    with pytest.raises(InvalidInputError, match="allowed_addresses"):
        await store.keys.create("bound", (address,))


async def test_the_addresses_of_a_key_can_be_changed_and_freed(store: Store) -> None:
    new = await store.keys.create("laptop")
    bound = await store.keys.allow(new.record.key_id, ("10.0.0.7/8", "::1"))
    assert bound is not None
    assert bound.allowed_addresses == ("10.0.0.0/8", "::1/128")
    assert await store.keys.find(new.secret) == bound
    freed = await store.keys.allow(new.record.key_id, ())
    assert freed == new.record
    assert await store.keys.find(new.secret) == freed
    assert await store.keys.allow("kunknown", ()) is None
    with pytest.raises(InvalidInputError, match=r"allowed_addresses: 'here'"):
        await store.keys.allow(new.record.key_id, ("10.0.0.1", "here"))
    assert await store.keys.find(new.secret) == freed


async def test_a_key_that_was_found_is_taken_from_memory_for_half_a_second(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    look_up = store.database.read

    async def counted(query: Any) -> Any:
        nonlocal looks
        looks += 1
        return await look_up(query)

    monkeypatch.setattr(store.database, "read", counted)
    now = 1000.0
    keys = KeyRepository(store.database, clock=lambda: now)
    new = await keys.create("laptop")
    for _ in range(10):
        assert await keys.find(new.secret) == new.record
    assert looks == 1
    now += KNOWN_FOR_S
    assert await keys.find(new.secret) == new.record
    assert looks == 2
    for _ in range(3):
        assert await keys.find("vv_wrong") is None
    assert looks == 5, "what opens nothing is not kept: nobody fills the memory with guesses"


async def test_a_key_that_another_process_revokes_stops_within_a_second(store: Store, home: Path) -> None:
    new = await store.keys.create("laptop")
    assert await store.keys.find(new.secret) == new.record
    command = [sys.executable, "-m", "engine", "keys", "revoke", new.record.key_id, "--home", str(home)]
    await asyncio.to_thread(subprocess.run, command, check=True, cwd=Path(__file__).parents[2])
    assert KNOWN_FOR_S < 1.0
    await asyncio.sleep(KNOWN_FOR_S)
    assert await store.keys.find(new.secret) is None


async def test_a_key_that_is_revoked_while_it_is_looked_up_is_not_remembered(store: Store) -> None:
    new = await store.keys.create("laptop")
    looking = asyncio.create_task(store.keys.find(new.secret))
    await asyncio.sleep(0)
    await store.keys.revoke(new.record.key_id)
    await looking
    assert await store.keys.find(new.secret) is None


async def test_a_key_needs_a_name(store: Store) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        await store.keys.create("  ")
