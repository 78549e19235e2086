"""The x-api-key header."""

import time
from dataclasses import replace

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import WRONG_KEYS_AT_ONCE, WRONG_KEYS_PER_SECOND
from engine.secret import Secret
from engine.store.opening import Store
from tests.api.conftest import ENVIRONMENT_KEY, client_of, refusal


@pytest.mark.parametrize(
    "path", ["/v2/personas", "/v2/replicas", "/v2/conversations", "/v2/nowhere", "/v2/personas/", "/v2"]
)
async def test_nothing_below_v2_answers_without_a_key(stranger: httpx.AsyncClient, path: str) -> None:
    assert refusal(await stranger.get(path), 401) == "Invalid access token"
    assert refusal(await stranger.post(path, json={}), 401) == "Invalid access token"


@pytest.mark.parametrize("key", ["", "wrong", ENVIRONMENT_KEY + "x", "k" * 20_000, "ü"])
async def test_a_wrong_key_is_refused(stranger: httpx.AsyncClient, key: str) -> None:
    response = await stranger.get("/v2/personas", headers={b"x-api-key": key.encode("latin-1")})
    assert refusal(response, 401) == "Invalid access token"


async def test_the_key_is_checked_before_a_body_is_looked_at(stranger: httpx.AsyncClient) -> None:
    assert refusal(await stranger.post("/v2/personas", content=b"{", headers={"content-type": "application/json"}), 401)


async def test_keys_of_the_store_and_of_the_environment_open(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    assert (await client.get("/v2/personas")).status_code == 200
    assert (await stranger.get("/v2/personas", headers={"x-api-key": ENVIRONMENT_KEY})).status_code == 200


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(stranger: httpx.AsyncClient, store: Store) -> None:
    key = await store.keys.create("short-lived")
    stranger.headers["x-api-key"] = key.secret
    assert (await stranger.get("/v2/personas")).status_code == 200
    await store.keys.revoke(key.record.key_id)
    assert refusal(await stranger.get("/v2/personas"), 401)


async def test_a_key_bound_to_other_addresses_is_known_but_not_allowed(
    stranger: httpx.AsyncClient, store: Store
) -> None:
    elsewhere, here = (
        await store.keys.create("far", ("203.0.113.0/24",)),
        await store.keys.create("near", ("127.0.0.0/8",)),
    )
    response = await stranger.get("/v2/personas", headers={"x-api-key": elsewhere.secret})
    assert "address" in refusal(response, 403)
    assert (await stranger.get("/v2/personas", headers={"x-api-key": here.secret})).status_code == 200


async def test_the_use_of_a_key_is_noted(client: httpx.AsyncClient, store: Store) -> None:
    await client.get("/v2/personas")
    [first] = await store.keys.all_keys()
    await client.get("/v2/personas")
    [second] = await store.keys.all_keys()
    assert first.last_used_at is not None
    assert first == second, "at most once a minute"


async def test_without_a_key_in_the_environment_the_empty_key_opens_nothing(dependencies: ApiDependencies) -> None:
    bare = replace(dependencies, settings=dependencies.settings.changed(api_key=Secret()))
    async with client_of(bare) as client:
        for key in ({}, {"x-api-key": ""}):
            assert refusal(await client.get("/v2/personas", headers=key), 401)


async def test_an_address_that_guesses_keys_is_slowed_down_and_its_valid_keys_still_open(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    guesses: list[httpx.Response] = []
    begun = time.monotonic()
    # However slowly they are made: one more each second is all that a guesser gets.
    while not guesses or guesses[-1].status_code == 401:
        guesses.append(await stranger.get("/v2/personas", headers={"x-api-key": f"guess{len(guesses)}"}))
        assert len(guesses) <= WRONG_KEYS_AT_ONCE + (time.monotonic() - begun) * WRONG_KEYS_PER_SECOND + 1
    statuses = [response.status_code for response in guesses]
    assert set(statuses[:WRONG_KEYS_AT_ONCE]) == {401}
    assert "wrong key" in refusal(guesses[-1], 429)
    assert int(guesses[-1].headers["retry-after"]) >= 1
    assert (await client.get("/v2/personas")).status_code == 200
    assert (await stranger.get("/v2/personas")).status_code == 401, "without a key nothing is guessed"
