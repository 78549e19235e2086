"""/v2/guardrails."""

import re
from typing import Any

import httpx
import pytest

from engine.store.opening import Store
from tests.api.conftest import refusal

RULE = {
    "guardrail_name": "no_prices",
    "guardrail_prompt": "Name no prices.",
    "modality": "verbal",
    "callback_url": "http://127.0.0.1:9/guardrails",
    "tags": ["sales"],
    "app_message": True,
    "colour": "red",
}
OLDER = {"guardrails_name": "One person at a time", "guardrails_prompt": "Speak with one person.", "modality": "visual"}


async def made(client: httpx.AsyncClient, body: Any) -> str:
    response = await client.post("/v2/guardrails", json=body)
    assert response.status_code == 200, response.text
    return str(response.json()["guardrails_id"])


async def shown(client: httpx.AsyncClient, guardrails_id: str) -> dict[str, Any]:
    response = await client.get(f"/v2/guardrails/{guardrails_id}")
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_new_set_is_active_and_carries_both_of_its_ids(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/v2/guardrails", json={"name": "Shop rules", "data": [RULE, OLDER]})).json()
    assert re.fullmatch(r"g[0-9a-f]{11}", answer["guardrails_id"])
    assert answer["uuid"] == answer["guardrails_id"]
    assert (answer["guardrails_name"], answer["guardrail_name"]) == ("Shop rules", "no_prices")
    assert answer["status"] == "active"
    assert answer["created_at"].endswith("Z")


async def test_a_set_is_answered_in_both_spellings(client: httpx.AsyncClient) -> None:
    got = await shown(client, await made(client, {"data": [OLDER, RULE]}))
    older, newer = got["data"]
    assert older["guardrail_name"] == older["guardrails_name"] == "One person at a time"
    assert older["guardrail_prompt"] == older["guardrails_prompt"] == "Speak with one person."
    assert (older["modality"], older["callback_url"], older["tags"]) == ("visual", "", [])
    assert {name: newer[name] for name in RULE} == RULE
    assert (got["guardrail_name"], got["guardrail_prompt"]) == ("One person at a time", "Speak with one person.")
    assert (got["name"], got["guardrails_name"]) == ("One person at a time", "One person at a time")
    assert got["tags"] == ["sales"]


async def test_a_single_guardrail_is_a_resource_of_its_own(client: httpx.AsyncClient) -> None:
    got = await shown(client, await made(client, RULE))
    assert {name: got[name] for name in RULE} == RULE
    assert got["uuid"] == got["guardrails_id"]
    assert (len(got["data"]), got["name"]) == (1, "no_prices")


async def test_what_is_not_acted_on_yet_is_said_when_asked(client: httpx.AsyncClient) -> None:
    guardrails_id = await made(client, RULE)
    got = (await client.get(f"/v2/guardrails/{guardrails_id}?verbose=true")).json()
    assert got["enforced"] is False
    assert {"guardrail_prompt", "callback_url"} <= set(got["not_enforced"])
    assert "enforced" not in await shown(client, guardrails_id)


async def test_tags_of_a_set_are_those_of_its_guardrails(client: httpx.AsyncClient) -> None:
    guardrails_id = await made(client, {"data": [RULE, OLDER], "tags": ["shop"]})
    got = await shown(client, guardrails_id)
    assert [entry["tags"] for entry in got["data"]] == [["sales", "shop"], ["shop"]]
    assert got["tags"] == ["sales", "shop"]
    operations = [{"op": "remove", "path": "/tags/0"}, {"op": "replace", "path": "/data/1/tags", "value": ["one"]}]
    assert (await client.patch(f"/v2/guardrails/{guardrails_id}", json=operations)).status_code == 200
    assert (await shown(client, guardrails_id))["tags"] == ["shop", "one"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("tags=sales", ["B", "A"]),
        ("tags=sales,%20north", ["B"]),
        ("tags=nor", []),
        ("name=a", ["A"]),
        ("name=a&tags=north", []),
        ("limit=2&page=2&tags=", ["A"]),
    ],
)
async def test_lists_are_filtered_by_name_and_tags(client: httpx.AsyncClient, query: str, names: list[str]) -> None:
    await made(client, {**RULE, "name": "A", "guardrail_name": "a"})
    await made(client, {**RULE, "name": "B", "tags": ["sales", "north"]})
    await made(client, {**RULE, "name": "C", "tags": []})
    answer = (await client.get(f"/v2/guardrails?{query}")).json()
    assert [entry["name"] for entry in answer["data"] if len(entry["name"]) == 1] == names


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "^guardrail_name is required$"),
        ({"data": [{"guardrails_prompt": "x"}]}, "^guardrail_name is required$"),
        ({"data": [RULE, {"guardrails_name": "x"}]}, "^guardrail_prompt is required$"),
        ({**RULE, "guardrails_name": "other"}, "guardrails_name: 'other'.*guardrail_name"),
        ({"data": []}, r"data: \[\]"),
        ({"data": 5}, "data: 5"),
        ({**RULE, "guardrail_prompt": ["x"]}, "data.0.guardrail_prompt"),
        ({**RULE, "modality": "both"}, "data.0.modality: 'both'.*'verbal' or 'visual'"),
        ({**RULE, "callback_url": "http://2130706433/"}, "callback_url"),
        ({**RULE, "tags": "sales"}, "data.0.tags: 'sales'"),
        ({"data": [RULE], "tags": [1]}, "tags.0: 1"),
        ([RULE], "the body"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: Any, told: str) -> None:
    text = refusal(await client.post("/v2/guardrails", json=body), 400)
    assert re.search(told, text), text


@pytest.mark.parametrize(
    ("operation", "member", "value"),
    [
        ({"op": "replace", "path": "/data/0/guardrails_prompt", "value": "New."}, "guardrail_prompt", "New."),
        ({"op": "replace", "path": "/guardrail_prompt", "value": "New."}, "guardrails_prompt", "New."),
        ({"op": "replace", "path": "/guardrails_name", "value": "New name"}, "guardrail_name", "New name"),
        ({"op": "add", "path": "/data/0/callback_url", "value": "https://x.test/"}, "callback_url", "https://x.test/"),
        ({"op": "remove", "path": "/callback_url"}, "callback_url", ""),
        ({"op": "copy", "from": "/guardrails_name", "path": "/guardrails_prompt"}, "guardrail_prompt", "no_prices"),
        ({"op": "replace", "path": "/data/0", "value": OLDER}, "guardrail_name", "One person at a time"),
        ({"op": "replace", "path": "/data", "value": [OLDER]}, "guardrails_prompt", "Speak with one person."),
    ],
)
async def test_a_patch_takes_both_spellings_and_both_shapes(
    client: httpx.AsyncClient, operation: dict[str, Any], member: str, value: Any
) -> None:
    guardrails_id = await made(client, RULE)
    response = await client.patch(f"/v2/guardrails/{guardrails_id}", json=[operation])
    assert response.status_code == 200, response.text
    assert response.json()["message"] == "Guardrails updated successfully"
    got = await shown(client, guardrails_id)
    assert got["data"][0][member] == value
    assert got["name"] == got["guardrail_name"]


async def test_a_patch_that_changes_nothing_has_no_body(client: httpx.AsyncClient) -> None:
    guardrails_id = await made(client, RULE)
    operations = [{"op": "replace", "path": "/data/0/guardrails_name", "value": "no_prices"}]
    response = await client.patch(f"/v2/guardrails/{guardrails_id}", json=operations)
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    ("operations", "status", "told"),
    [
        ([{"op": "remove", "path": "/data/0"}], 400, "data"),
        ([{"op": "replace", "path": "/uuid", "value": "g1"}], 400, "/uuid"),
        ([{"op": "move", "from": "/created_at", "path": "/guardrail_name"}], 400, "from: '/created_at'"),
        ([{"op": "replace", "path": "/data/0/guardrails_prompt", "value": ""}], 400, "^guardrail_prompt is required$"),
        ({"op": "remove", "path": "/data"}, 422, "^Invalid JSON patch format$"),
    ],
)
async def test_a_wrong_patch_leaves_everything(
    client: httpx.AsyncClient, operations: Any, status: int, told: str
) -> None:
    guardrails_id = await made(client, RULE)
    before = await shown(client, guardrails_id)
    assert re.search(told, refusal(await client.patch(f"/v2/guardrails/{guardrails_id}", json=operations), status))
    assert await shown(client, guardrails_id) == before


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_unknown_and_malformed_ids_are_told_apart(client: httpx.AsyncClient, method: str) -> None:
    body: Any = [{"op": "remove", "path": "/name"}] if method == "PATCH" else None
    unknown = await client.request(method, "/v2/guardrails/g0", json=body)
    assert refusal(unknown, 404) == "Guardrails not found"
    assert refusal(await client.request(method, "/v2/guardrails/G-1", json=body), 400) == "Invalid guardrails_id"


async def test_a_deleted_set_is_gone_and_stock_stays(client: httpx.AsyncClient, store: Store) -> None:
    guardrails_id = await made(client, RULE)
    response = await client.delete(f"/v2/guardrails/{guardrails_id}")
    assert (response.status_code, response.content) == (204, b"")
    assert refusal(await client.get(f"/v2/guardrails/{guardrails_id}"), 404) == "Guardrails not found"
    assert re.search(
        "g12345.*stock.*create one of your own", refusal(await client.delete("/v2/guardrails/g12345"), 400)
    )
    patch = await client.patch("/v2/guardrails/g12345", json=[{"op": "add", "path": "/name", "value": "mine"}])
    assert "stock" in refusal(patch, 400)
    assert await store.guardrails.get("g12345") is not None
