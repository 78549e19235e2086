"""`visavis keys`."""

import asyncio
import json
from pathlib import Path

from engine.errors import InvalidInputError
from engine.store.keys import KeyRecord
from engine.store.opening import open_store
from tests.commands.conftest import Visavis


def _find(home: Path, secret: str) -> KeyRecord | None:
    async def find() -> KeyRecord | None:
        store = await open_store(home)
        found = await store.keys.find(secret)
        if found is not None:
            await store.keys.touch(found.key_id)
        await store.close()
        return found

    return asyncio.run(find())


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(run: Visavis, home: Path) -> None:
    made = run("keys", "create", "laptop")
    assert made.exit_code == 0
    secret = made.stdout.strip()
    found = _find(home, secret)
    assert found is not None
    assert found.key_id in made.stderr
    assert secret not in run("keys", "list").output
    assert "is revoked" in run("keys", "revoke", found.key_id).output
    assert _find(home, secret) is None


def test_the_list_shows_name_use_addresses_and_state(run: Visavis, home: Path) -> None:
    secret = run("keys", "create", "laptop", "--allow", "10.1.2.3/8", "--allow", "::1").stdout.strip()
    run("keys", "create", "old phone")
    phone = json.loads(run("keys", "list", "--json").stdout)[1]["key_id"]
    run("keys", "revoke", phone)
    _find(home, secret)
    head, laptop, old = run("keys", "list").stdout.splitlines()
    assert head.split() == ["ID", "NAME", "CREATED", "LAST", "USED", "ALLOWED", "FROM", "STATE"]
    assert "10.0.0.0/8, ::1/128" in laptop
    assert laptop.endswith("valid")
    assert "never" not in laptop
    assert "all addresses" in old
    assert "never" in old
    assert "revoked" in old


def test_everything_is_there_as_json_too(run: Visavis) -> None:
    made = json.loads(run("keys", "create", "laptop", "--json").stdout)
    assert made.pop("api_key").startswith("vv_")
    assert json.loads(run("keys", "list", "--json").stdout) == [made]
    assert set(made) == {"key_id", "name", "allowed_addresses", "created_at", "last_used_at", "revoked_at"}
    bound = json.loads(run("keys", "allow", made["key_id"], "--address", "10.0.0.1", "--json").stdout)
    assert bound == made | {"allowed_addresses": ["10.0.0.1/32"]}
    revoked = json.loads(run("keys", "revoke", made["key_id"], "--json").stdout)
    assert revoked["revoked_at"] is not None


def test_the_addresses_of_a_key_can_be_changed(run: Visavis, home: Path) -> None:
    secret = run("keys", "create", "laptop").stdout.strip()
    key_id = json.loads(run("keys", "list", "--json").stdout)[0]["key_id"]
    assert "10.0.0.0/8" in run("keys", "allow", key_id, "--address", "10.0.0.0/8").output
    found = _find(home, secret)
    assert found is not None
    assert found.allowed_addresses == ("10.0.0.0/8",)
    assert "all addresses" in run("keys", "allow", key_id, "--all").output
    assert run("keys", "allow", key_id).exit_code == 2
    assert run("keys", "allow", key_id, "--all", "--address", "::1").exit_code == 2


def test_what_is_wrong_is_said(run: Visavis) -> None:
    for arguments in (("revoke", "kunknown"), ("allow", "kunknown", "--all")):
        refused = run("keys", *arguments).exception
        assert isinstance(refused, InvalidInputError)
        assert "'kunknown'" in str(refused)
    refused = run("keys", "create", "laptop", "--allow", "there").exception
    assert "allowed_addresses: 'there'" in str(refused)
    assert json.loads(run("keys", "list", "--json").stdout) == []
