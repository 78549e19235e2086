"""/v2/objectives."""

import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.api.objectives.sets import FIRST, SECOND, SET, THIRD, made, shown


async def test_a_new_set_is_active_and_named_after_its_first_objective(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/v2/objectives", json=SET)).json()
    assert re.fullmatch(r"o[0-9a-f]{11}", answer["objectives_id"])
    assert (answer["objective_name"], answer["status"]) == ("ask_order", "active")
    assert answer["created_at"].endswith("Z")
    named = (await client.post("/v2/objectives", json={"name": "Complaint", **SET})).json()
    assert named["objective_name"] == "Complaint"


async def test_every_field_comes_back_for_clients_of_sets_and_of_single_objectives(client: httpx.AsyncClient) -> None:
    got = await shown(client, await made(client))
    first = got["data"][0]
    assert {name: first[name] for name in FIRST} == FIRST
    assert first["next_required_objective"] == "ask_problem"
    assert (first["confirmation_mode"], first["modality"]) == ("auto", "verbal")
    assert {name: got[name] for name in first} == first
    assert [entry["objective_name"] for entry in got["data"]] == ["ask_order", "ask_problem", "ask_refund"]
    assert got["data"][1]["next_required_objectives"] == []
    assert "next_required_objective" not in got["data"][1]
    assert "enforced" not in got


async def test_what_is_not_acted_on_yet_is_said_when_asked(client: httpx.AsyncClient) -> None:
    objectives_id = await made(client)
    got = (await client.get(f"/v2/objectives/{objectives_id}?verbose=true")).json()
    assert got["enforced"] is False
    assert {"objective_prompt", "confirmation_mode", "callback_url"} <= set(got["not_enforced"])


@pytest.mark.parametrize(
    "body",
    [
        SECOND,
        {"data": SECOND},
        {"name": "Alone", **SECOND},
        {**SECOND, "callback_url": "", "output_variables": None, "confirmation_mode": "manual"},
        {**SECOND, "next_required_objective": "ask_problem", "next_required_objectives": ["ask_problem"]},
        {"data": [{**SECOND, "next_required_objective": ""}, THIRD], "team": "north"},
    ],
)
async def test_the_shapes_that_clients_send_are_all_taken(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    got = await shown(client, await made(client, body))
    assert got["data"][0]["objective_name"] == "ask_problem"
    assert got["name"] == body.get("name", "ask_problem")
    assert got.get("team") == body.get("team")


async def test_what_was_read_can_be_posted_again(client: httpx.AsyncClient) -> None:
    got = await shown(client, await made(client, {"name": "Complaint", **SET}))
    again = await shown(client, await made(client, got))
    its_own = {"objectives_id", "created_at", "updated_at"}
    assert {name: value for name, value in again.items() if name not in its_own} == {
        name: value for name, value in got.items() if name not in its_own
    }


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "^objective_name is required$"),
        ({"data": [{"objective_prompt": "x"}]}, "^objective_name is required$"),
        ({"data": [SECOND, {"objective_name": "b"}]}, "^objective_prompt is required$"),
        (
            {"data": [{**SECOND, "objective_name": "ask the problem"}]},
            "data.0.objective_name: 'ask the problem'.*without spaces",
        ),
        ({"data": [{**SECOND, "objective_name": 7}]}, "data.0.objective_name: 7"),
        ({"data": [{**SECOND, "objective_name": "x" * 1001}]}, "data.0.objective_name"),
        ({"data": []}, r"data: \[\]"),
        ({"data": "all"}, "data: 'all'"),
        ({"data": [None]}, "data.0"),
        ({"data": [{**SECOND, "confirmation_mode": "maybe"}]}, "data.0.confirmation_mode: 'maybe'.*'auto' or 'manual'"),
        ({"data": [{**SECOND, "modality": "smell"}]}, "data.0.modality: 'smell'.*'verbal' or 'visual'"),
        ({"data": [{**SECOND, "output_variables": [1]}]}, "data.0.output_variables.0: 1"),
        ({"data": [{**SECOND, "callback_url": "ftp://x.test"}]}, "callback_url: 'ftp://x.test'.*http"),
        ({"data": [SECOND, SECOND]}, "objective_name: 'ask_problem'.*once"),
        (
            {"data": [{**FIRST, "next_required_objective": "ask_refund"}, SECOND, THIRD]},
            "next_required_objective: 'ask_refund'.*next_required_objectives",
        ),
        ({"name": 7, **SET}, "name: 7"),
        ([SECOND], "the body"),
        ("text", "the body"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: Any, told: str) -> None:
    text = refusal(await client.post("/v2/objectives", json=body), 400)
    assert re.search(told, text), text


async def test_lists_are_counted_from_one_and_filtered_by_name(client: httpx.AsyncClient) -> None:
    for name in ("Alpha", "Beta", "Alphabet"):
        await made(client, {"name": name, **SET})
    page = (await client.get("/v2/objectives?limit=2&page=1")).json()
    assert [entry["name"] for entry in page["data"]] == ["Alphabet", "Beta"]
    assert page["data"][0]["objective_prompt"] == FIRST["objective_prompt"]
    found = (await client.get("/v2/objectives?name=alpha&sort=ascending")).json()
    assert [entry["name"] for entry in found["data"]] == ["Alpha", "Alphabet"]
    assert found["total_count"] == 2
    assert "page" in refusal(await client.get("/v2/objectives?page=0"), 400)


async def test_a_deleted_set_is_gone(client: httpx.AsyncClient) -> None:
    objectives_id = await made(client)
    response = await client.delete(f"/v2/objectives/{objectives_id}")
    assert (response.status_code, response.content) == (204, b"")
    assert refusal(await client.get(f"/v2/objectives/{objectives_id}"), 404) == "Objective not found"


async def test_a_name_of_another_set_may_be_referred_to_and_is_told(client: httpx.AsyncClient) -> None:
    body = {"data": [{**SECOND, "next_required_objective": "elsewhere"}]}
    objectives_id = (await client.post("/v2/objectives", json=body)).json()["objectives_id"]
    answer = (await client.get(f"/v2/objectives/{objectives_id}", params={"verbose": "true"})).json()
    assert answer["unknown_objectives"] == ["elsewhere"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_unknown_and_malformed_ids_are_told_apart(client: httpx.AsyncClient, method: str) -> None:
    body = {"json": [{"op": "remove", "path": "/name"}]} if method == "PATCH" else {}
    assert refusal(await client.request(method, "/v2/objectives/o0", **body), 404) == "Objective not found"  # type: ignore[arg-type]
    malformed = await client.request(method, "/v2/objectives/O-1", **body)  # type: ignore[arg-type]
    assert refusal(malformed, 400) == "Invalid objectives_id"


async def test_stock_objectives_stay_as_they_are(client: httpx.AsyncClient, store: Store) -> None:
    await store.objectives.install_stock([("o777", "stock", {"name": "", "data": [SECOND]})])
    patch = await client.patch("/v2/objectives/o777", json=[{"op": "add", "path": "/name", "value": "mine"}])
    assert re.search("o777.*stock.*create one of your own", refusal(patch, 400))
    assert "stock" in refusal(await client.delete("/v2/objectives/o777"), 400)
    assert await store.objectives.get("o777") is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FIRST, "data"]), inner, max_size=3),
    max_leaves=8,
)
OPERATION = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "remove", "replace", "copy", "move", "test"]),
        "path": st.sampled_from(
            ["", "/data", "/data/0", "/data/-", "/name", "/data/0/output_variables", "/tags", "/data/1"]
        ),
    },
    optional={"value": JSON, "from": st.sampled_from(["", "/data", "/data/0", "/name", "/data/1/callback_url"])},
)


@given(body=JSON, operations=st.lists(OPERATION, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_sent_gets_a_clear_answer(client: httpx.AsyncClient, body: Any, operations: Any) -> None:
    assert (await client.post("/v2/objectives", json=body)).status_code in {200, 400}
    objectives_id = await made(client)
    response = await client.patch(f"/v2/objectives/{objectives_id}", json=operations)
    assert response.status_code in {200, 304, 400, 422}, response.text
    assert (await client.get(f"/v2/objectives/{objectives_id}")).status_code == 200
