"""JSON Patch of a set."""

import re
from typing import Any

import httpx
import pytest

from tests.api.conftest import refusal
from tests.api.objectives.sets import FIRST, SECOND, THIRD, made, shown


async def test_a_patch_of_the_set_changes_all_that_it_names_at_once(client: httpx.AsyncClient) -> None:
    objectives_id = await made(client, {"data": [FIRST, SECOND, THIRD]})
    operations = [
        {"op": "replace", "path": "/data/0/objective_name", "value": "ask_number"},
        {"op": "replace", "path": "/data/0/objective_prompt", "value": "Ask for the number."},
        {"op": "replace", "path": "/data/0/confirmation_mode", "value": "manual"},
        {"op": "add", "path": "/data/0/output_variables", "value": ["number"]},
        {"op": "replace", "path": "/data/0/modality", "value": "visual"},
        {"op": "remove", "path": "/data/0/callback_url"},
    ]
    response = await client.patch(f"/v2/objectives/{objectives_id}", json=operations)
    assert response.status_code == 200, response.text
    assert response.json()["message"] == "Objective updated successfully"
    got = await shown(client, objectives_id)
    first = got["data"][0]
    assert (first["objective_name"], first["objective_prompt"]) == ("ask_number", "Ask for the number.")
    assert (first["confirmation_mode"], first["modality"]) == ("manual", "visual")
    assert (first["output_variables"], first["callback_url"]) == (["number"], "")
    assert got["name"] == "ask_number"
    assert got["updated_at"] > got["created_at"]


@pytest.mark.parametrize(
    ("operation", "member", "value"),
    [
        ({"op": "replace", "path": "/objective_prompt", "value": "New."}, "objective_prompt", "New."),
        ({"op": "add", "path": "/output_variables/-", "value": "b"}, "output_variables", ["order_number", "b"]),
        ({"op": "remove", "path": "/output_variables/0"}, "output_variables", []),
        ({"op": "copy", "from": "/objective_name", "path": "/objective_prompt"}, "objective_prompt", "ask_order"),
        ({"op": "move", "from": "/data/1/objective_prompt", "path": "/colour"}, "objective_prompt", None),
        (
            {"op": "replace", "path": "/next_required_objective", "value": "ask_refund"},
            "next_required_objectives",
            ["ask_refund"],
        ),
        ({"op": "remove", "path": "/data/0/next_required_objective"}, "next_required_objectives", []),
        ({"op": "add", "path": "/mood", "value": {"deep": [1]}}, "mood", {"deep": [1]}),
    ],
)
async def test_a_path_without_data_means_the_first_objective(
    client: httpx.AsyncClient, operation: dict[str, Any], member: str, value: Any
) -> None:
    objectives_id = await made(client)
    response = await client.patch(f"/v2/objectives/{objectives_id}", json=[operation])
    if value is None:
        assert refusal(response, 400) == "objective_prompt is required"
    else:
        assert response.status_code == 200, response.text
        assert (await shown(client, objectives_id))["data"][0][member] == value


async def test_an_objective_is_added_in_either_spelling_and_the_set_is_named(client: httpx.AsyncClient) -> None:
    objectives_id = await made(client)
    operations = [
        {"op": "test", "path": "/data/0/next_required_objective", "value": "ask_problem"},
        {"op": "add", "path": "/data/-", "value": {"objective_name": "end", "objective_prompt": "Say goodbye."}},
        {
            "op": "replace",
            "path": "/data/1",
            "value": {**SECOND, "next_required_objective": "end"},
        },
        {"op": "replace", "path": "/name", "value": "Complaint"},
    ]
    assert (await client.patch(f"/v2/objectives/{objectives_id}", json=operations)).status_code == 200
    got = await shown(client, objectives_id)
    assert (got["name"], got["objective_name"]) == ("Complaint", "ask_order")
    assert got["data"][1]["next_required_objectives"] == ["end"]
    assert len(got["data"]) == 4


async def test_a_patch_that_changes_nothing_has_no_body(client: httpx.AsyncClient) -> None:
    objectives_id = await made(client)
    before = await shown(client, objectives_id)
    for operations in ([], [{"op": "replace", "path": "/modality", "value": "verbal"}]):
        response = await client.patch(f"/v2/objectives/{objectives_id}", json=operations)
        assert (response.status_code, response.content) == (304, b"")
    assert await shown(client, objectives_id) == before


@pytest.mark.parametrize(
    ("operations", "status", "told"),
    [
        ([{"op": "replace", "path": "/data/9/modality", "value": "visual"}], 400, r"\[0\].path"),
        ([{"op": "replace", "path": "/data/0/modality", "value": "loud"}], 400, "data.0.modality: 'loud'"),
        ([{"op": "remove", "path": "/data"}], 400, "^objective_name is required$"),
        ([{"op": "remove", "path": "/data/0/objective_name"}], 400, "^objective_name is required$"),
        ([{"op": "replace", "path": "/objectives_id", "value": "o1"}], 400, "/objectives_id"),
        ([{"op": "test", "path": "/objective_prompt", "value": "no"}], 400, r"\[0\].*test that holds"),
        (
            [
                {"op": "replace", "path": "/objective_prompt", "value": "half done"},
                {"op": "remove", "path": "/nothing"},
            ],
            400,
            r"\[1\].path",
        ),
        ({"objective_prompt": "x"}, 422, "^Invalid JSON patch format$"),
        ([{"op": "burn", "path": "/name"}], 422, "^Invalid JSON patch format$"),
        ([{"op": "add", "path": "name", "value": 1}], 422, "^Invalid JSON patch format$"),
    ],
)
async def test_a_patch_is_done_wholly_or_not_at_all(
    client: httpx.AsyncClient, operations: Any, status: int, told: str
) -> None:
    objectives_id = await made(client)
    before = await shown(client, objectives_id)
    text = refusal(await client.patch(f"/v2/objectives/{objectives_id}", json=operations), status)
    assert re.search(told, text), text
    assert await shown(client, objectives_id) == before
