"""PATCH of a document."""

import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import refusal
from tests.api.documents.stored import HOOK, SITE, create


@pytest.mark.parametrize(
    "body",
    [
        {"document_name": "New", "tags": ["x"]},
        [
            {"op": "test", "path": "/document_name", "value": "handbook.pdf"},
            {"op": "replace", "path": "/document_name", "value": "New"},
            {"op": "add", "path": "/tags/-", "value": "x"},
        ],
    ],
)
async def test_name_and_tags_are_changed_by_an_object_or_a_patch(client: httpx.AsyncClient, body: Any) -> None:
    made = await create(client, of_tomorrow=1)
    response = await client.patch(f"/v2/documents/{made['document_id']}", json=body)
    assert response.status_code == 200, response.text
    got = response.json()
    assert got["updated_at"] > made["updated_at"]
    assert got == {**made, "document_name": "New", "tags": ["x"], "updated_at": got["updated_at"]}
    assert (await client.get(f"/v2/documents/{made['document_id']}")).json() == got


async def test_a_part_of_the_fields_leaves_the_others(client: httpx.AsyncClient) -> None:
    made = await create(client, tags=["a"], callback_url=HOOK)
    path = f"/v2/documents/{made['document_id']}"
    got = (await client.patch(path, json={"document_name": "New", "tags": None})).json()
    assert (got["document_name"], got["tags"], got["callback_url"]) == ("New", ["a"], HOOK)
    got = (await client.patch(path, json={"callback_url": ""})).json()
    assert got["callback_url"] == ""


async def test_a_change_that_changes_nothing(client: httpx.AsyncClient) -> None:
    made = await create(client, tags=["a"])
    path = f"/v2/documents/{made['document_id']}"
    patched = await client.patch(path, json=[{"op": "replace", "path": "/tags", "value": ["a"]}])
    assert (patched.status_code, patched.content) == (304, b"")
    merged = await client.patch(path, json={"tags": ["a"]})
    assert (merged.status_code, merged.json()) == (200, made)


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"document_name": 7}, 400, "document_name: 7"),
        ({"document_name": ""}, 400, "document_name"),
        ({"tags": ["a", 1]}, 400, "tags.1: 1"),
        ({"callback_url": "ftp://x.example"}, 400, "callback_url"),
        ({"status": "ready"}, 400, "status: 'ready'.*cannot be changed"),
        ({"document_url": SITE}, 400, "document_url: .*cannot be changed"),
        ([{"op": "replace", "path": "/status", "value": "ready"}], 400, "status: 'ready'.*cannot be changed"),
        ([{"op": "remove", "path": "/document_url"}], 400, "document_url: None.*cannot be changed"),
        ([{"op": "replace", "path": "/document_name", "value": 7}], 400, "document_name: 7"),
        ([{"op": "remove", "path": "/nothing"}], 400, r"\[0\].path: '/nothing'"),
        ([{"op": "test", "path": "/tags", "value": ["z"]}], 400, r"\[0\]"),
        ([{"op": "jump", "path": "/tags"}], 422, "^Invalid JSON patch format$"),
        ("tags", 422, "^Invalid JSON patch format$"),
        (None, 400, ""),
    ],
)
async def test_a_bad_change_is_refused_whole(client: httpx.AsyncClient, body: Any, status: int, expected: str) -> None:
    made = await create(client)
    path = f"/v2/documents/{made['document_id']}"
    text = refusal(await client.patch(path, json=body), status)
    assert re.search(expected, text), text
    assert (await client.get(path)).json() == made


POINTERS = st.sampled_from(["", "/tags", "/tags/0", "/tags/-", "/document_name", "/status", "/_job", "/new", "x"])
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=2)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "copy", "move", "test"]), "path": POINTERS},
    optional={"value": VALUES | st.just({"document_name": "x"}), "from": POINTERS},
)
CHANGES = st.lists(OPERATIONS, max_size=3) | st.dictionaries(
    st.sampled_from(["document_name", "tags", "callback_url", "status", "new", "_job"]), VALUES, max_size=3
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=CHANGES)
async def test_any_change_leaves_a_document_that_can_be_shown(client: httpx.AsyncClient, body: Any) -> None:
    made = await create(client, tags=["a"])
    path = f"/v2/documents/{made['document_id']}"
    response = await client.patch(path, json=body)
    assert response.status_code in {200, 304, 400, 422}, response.text
    got = (await client.get(path)).json()
    assert isinstance(got["document_name"], str)
    assert all(isinstance(tag, str) for tag in got["tags"])
    assert {name: got[name] for name in ("document_id", "document_url", "status", "created_at")} == {
        name: made[name] for name in ("document_id", "document_url", "status", "created_at")
    }
    assert "_job" not in got
    if response.status_code != 200:
        assert got == made
