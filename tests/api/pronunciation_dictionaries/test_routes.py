"""/v2/pronunciation-dictionaries."""

import re
from typing import Any

import httpx
import pytest

from tests.api.conftest import refusal

PATH = "/v2/pronunciation-dictionaries"
ALIAS = {"text": "Houston St", "pronunciation": "HOW-stun street", "type": "alias"}
IPA = {"text": "gyro", "pronunciation": "ˈjiːroʊ", "type": "ipa", "case_sensitive": True, "word_boundaries": False}
BODY = {"name": "Street names", "rules": [ALIAS, IPA]}


async def made(client: httpx.AsyncClient, body: Any = BODY) -> dict[str, Any]:
    response = await client.post(PATH, json=body)
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_dictionary_comes_back_whole(client: httpx.AsyncClient) -> None:
    answer = await made(client, {**BODY, "colour": "red"})
    assert re.fullmatch(r"pd[0-9a-f]{14}", answer["pronunciation_dictionary_id"])
    assert (answer["name"], answer["rules_count"], answer["colour"]) == ("Street names", 2, "red")
    assert answer["rules"] == [{**ALIAS, "case_sensitive": False, "word_boundaries": True}, IPA]
    assert answer["created_at"] == answer["updated_at"]
    assert (await client.get(f"{PATH}/{answer['pronunciation_dictionary_id']}")).json() == answer


async def test_rules_may_follow_later(client: httpx.AsyncClient) -> None:
    answer = await made(client, {"name": "Empty", "rules": None})
    assert (answer["rules"], answer["rules_count"]) == ([], 0)


async def test_all_of_it_is_acted_on_so_nothing_is_listed_as_kept_only(client: httpx.AsyncClient) -> None:
    dictionary_id = (await made(client))["pronunciation_dictionary_id"]
    got = (await client.get(f"{PATH}/{dictionary_id}?verbose=true")).json()
    assert "not_enforced" not in got


@pytest.mark.parametrize("said", ["ˈ|t|ɑː|v|ə|s", "/ˈtɑ.vəs/", "[t͡ʃeː]", "ʤiːniəs", "ˈɡɹɑːtsʲi.ə", "'gimp"])
async def test_ipa_may_be_raw_or_delimited(client: httpx.AsyncClient, said: str) -> None:
    answer = await made(client, {"name": "x", "rules": [{**IPA, "pronunciation": said}]})
    assert answer["rules"][0]["pronunciation"] == said


async def test_lists_are_counted_from_zero_and_leave_the_rules_out(client: httpx.AsyncClient) -> None:
    for name in ("a", "b", "c"):
        await made(client, {**BODY, "name": name})
    page = (await client.get(f"{PATH}?limit=2&page=1")).json()
    assert (page["page"], page["limit"], page["total_count"]) == (1, 2, 3)
    assert [entry["name"] for entry in page["data"]] == ["a"]
    assert page["data"][0]["rules_count"] == 2
    assert "rules" not in page["data"][0]
    rising = (await client.get(f"{PATH}?sort=asc")).json()
    assert [entry["name"] for entry in rising["data"]] == ["a", "b", "c"]
    assert (rising["page"], rising["limit"]) == (0, 10)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "^Invalid request: name is required$"),
        ({"name": " ", "rules": [ALIAS]}, "^Invalid request: name is required$"),
        ({"name": "x" * 256}, "name: 'x"),
        ({"name": 5}, "name: 5"),
        ({"name": "x", "rules": [{**ALIAS, "text": ""}]}, "rules.0.text: ''"),
        ({"name": "x", "rules": [{**ALIAS, "text": "x" * 201}]}, "rules.0.text"),
        ({"name": "x", "rules": [{**ALIAS, "pronunciation": "x" * 501}]}, "rules.0.pronunciation"),
        ({"name": "x", "rules": [{**ALIAS, "pronunciation": None}]}, "rules.0.pronunciation is required"),
        ({"name": "x", "rules": [{**ALIAS, "type": "x-sampa"}]}, "rules.0.type: 'x-sampa'.*'alias' or 'ipa'"),
        ({"name": "x", "rules": [{**ALIAS, "case_sensitive": "perhaps"}]}, "rules.0.case_sensitive: 'perhaps'"),
        (
            {"name": "x", "rules": [ALIAS, {**IPA, "pronunciation": "JEE-roh"}]},
            "rules.1.pronunciation: 'JEE-roh'.* J .U.004A., E ",
        ),
        (
            {"name": "x", "rules": [{**IPA, "pronunciation": "t@v3s"}]},
            r"rules.0.pronunciation.*@ \(U\+0040\), 3 \(U\+0033\); .*alias",
        ),
        ({"name": "x", "rules": [{**IPA, "pronunciation": "ˈ|."}]}, "rules.0.pronunciation.*at least one sound"),
        ({"name": "x", "rules": ALIAS}, "rules: "),
        ({"name": "x", "rules": [ALIAS, ALIAS]}, "^Invalid request: duplicate text values in rules: 'Houston St'$"),
        ({"name": "x", "rules": [ALIAS, {**ALIAS, "text": "HOUSTON ST"}]}, "duplicate.*'HOUSTON ST'"),
        ({"name": "x", "rules": [IPA, {**IPA, "type": "alias"}]}, "duplicate.*'gyro'"),
        ({"name": "x", "rules": [IPA, {**IPA, "case_sensitive": False}]}, "duplicate.*'gyro'"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: Any, told: str) -> None:
    text = refusal(await client.post(PATH, json=body), 400)
    assert re.search(told, text), text


async def test_words_that_differ_in_case_are_two_texts_where_case_matters(client: httpx.AsyncClient) -> None:
    rules = [IPA, {**IPA, "text": "Gyro"}, {**IPA, "text": "GYRO", "case_sensitive": False}]
    assert (await made(client, {"name": "x", "rules": rules}))["rules_count"] == 3


async def test_a_patch_answers_the_dictionary_as_it_is_then(client: httpx.AsyncClient) -> None:
    before = await made(client)
    operations = [
        {"op": "replace", "path": "/name", "value": "Names"},
        {"op": "add", "path": "/rules/-", "value": {"text": "SQL", "pronunciation": "sequel", "type": "alias"}},
        {"op": "remove", "path": "/rules/0"},
        {"op": "replace", "path": "/rules/0/pronunciation", "value": "ˈɡaɪroʊ"},
    ]
    response = await client.patch(f"{PATH}/{before['pronunciation_dictionary_id']}", json=operations)
    assert response.status_code == 200, response.text
    after = response.json()
    assert (after["name"], after["rules_count"]) == ("Names", 2)
    assert [rule["pronunciation"] for rule in after["rules"]] == ["ˈɡaɪroʊ", "sequel"]
    assert after["rules"][1]["word_boundaries"] is True
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize(
    ("operations", "status", "told"),
    [
        ([{"op": "add", "path": "/rules/-", "value": ALIAS}], 400, "^Invalid request: duplicate"),
        ([{"op": "remove", "path": "/name"}], 400, "^Invalid request: name is required$"),
        ([{"op": "replace", "path": "/rules/5/text", "value": "x"}], 400, r"\[0\].path"),
        ([{"op": "add", "path": "/rules_count", "value": 5}], 400, "/rules_count"),
        ([{"op": "replace", "path": "/rules/0/type", "value": "x"}], 400, "rules.0.type: 'x'"),
        ([{"op": "replace", "path": "/rules/1/pronunciation", "value": "JEE"}], 400, "rules.1.pronunciation: 'JEE'"),
        ([{"op": "replace", "path": "", "value": []}], 400, "object"),
        ("name", 422, "^Invalid JSON patch format$"),
    ],
)
async def test_a_wrong_patch_leaves_everything(
    client: httpx.AsyncClient, operations: Any, status: int, told: str
) -> None:
    before = await made(client)
    url = f"{PATH}/{before['pronunciation_dictionary_id']}"
    assert re.search(told, refusal(await client.patch(url, json=operations), status))
    assert (await client.get(url)).json() == before


async def test_a_patch_that_changes_nothing_has_no_body(client: httpx.AsyncClient) -> None:
    url = f"{PATH}/{(await made(client))['pronunciation_dictionary_id']}"
    response = await client.patch(url, json=[{"op": "test", "path": "/name", "value": "Street names"}])
    assert (response.status_code, response.content) == (304, b"")


async def test_a_deleted_dictionary_is_gone(client: httpx.AsyncClient) -> None:
    url = f"{PATH}/{(await made(client))['pronunciation_dictionary_id']}"
    response = await client.delete(url)
    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "DELETE"):
        assert refusal(await client.request(method, url), 404) == "Pronunciation dictionary not found"
    assert refusal(await client.patch(url, json=[]), 404) == "Pronunciation dictionary not found"
    assert refusal(await client.get(f"{PATH}/pd_X"), 404) == "Pronunciation dictionary not found"
