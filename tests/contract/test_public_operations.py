"""Every operation of the public description is carried out with its own example and answers every documented field."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.conftest import Api
from tests.contract.documents import public_file, schema_paths, value_paths
from tests.contract.fields import LATER, explained
from tests.contract.operations import example_of, mended
from tests.contract.test_documented_fields import carries

on_one_loop = pytest.mark.asyncio(loop_scope="module")

OPERATIONS = [
    (method, template)
    for template, operations in public_file().get("paths", {}).items()
    for method in operations
    if method in {"get", "post", "put", "patch", "delete"} and not template.startswith(tuple(LATER))
]

EITHER_OR = {"background_source_url", "transparent_background"}
"""Not together with `background_url`, which the example has too; the curl examples have each alone."""

COLLECTIONS = {
    "personas": "persona_id",
    "replicas": "replica_id",
    "conversations": "conversation_id",
    "videos": "video_id",
    "documents": "document_id",
    "objectives": "objectives_id",
    "guardrails": "guardrails_id",
    "pronunciation-dictionaries": "pronunciation_dictionary_id",
}


PATCHES: dict[str, list[dict[str, Any]]] = {
    "personas": [{"op": "add", "path": "/layers/llm/model", "value": "tavus-llama-4"}],
    "objectives": [{"op": "replace", "path": "/objective_name", "value": "another"}],
    "guardrails": [{"op": "replace", "path": "/guardrail_name", "value": "another"}],
    "pronunciation-dictionaries": [{"op": "replace", "path": "/name", "value": "Another"}],
}


def _body(method: str, template: str) -> Any:
    collection = template.split("/")[2]
    if method == "patch" and collection in PATCHES:
        return PATCHES[collection]
    content = (public_file()["paths"][template][method].get("requestBody") or {}).get("content", {})
    if not content:
        return None
    body: dict[str, Any] = mended(example_of(content["application/json"]["schema"]))
    if collection == "videos":  # one background
        body = {name: value for name, value in body.items() if name not in EITHER_OR}
    if collection == "replicas":
        body.pop("train_image_url", None)
        body.pop("voice_name", None)
    return body


async def _made(api: Api, collection: str) -> str:
    body = _body("post", f"/v2/{collection}")
    await _provide(api, body)
    response = await api.client.post(f"/v2/{collection}", json=body)
    assert response.status_code in {200, 201}, response.text
    return str(response.json()[COLLECTIONS[collection]])


async def _provide(api: Api, body: Any) -> None:
    """Make the documents and the dictionary that an example names."""
    if not isinstance(body, dict):
        return
    if "document_ids" in body:
        made = (await api.client.post("/v2/documents", json={"document_url": "https://example.com/a.pdf"})).json()
        body["document_ids"] = [made["document_id"]]
    layers = body.get("layers") or {}
    if "pronunciation_dictionary_id" in (layers.get("tts") or {}):
        made = (await api.client.post("/v2/pronunciation-dictionaries", json={"name": "Terms"})).json()
        layers["tts"]["pronunciation_dictionary_id"] = made["pronunciation_dictionary_id"]
    if "base_url" in (layers.get("llm") or {}):
        layers["llm"]["base_url"] = "https://example.com/v1"


def _missing(answer: Any, schema: dict[str, Any]) -> Iterator[str]:
    there = set(value_paths(answer))
    empty = {path for path in there if _emptied(answer, path)}
    for path in dict.fromkeys(schema_paths(schema)):
        if path not in there and not explained(path) and not any(path.startswith(up) for up in empty):
            yield path


def _emptied(answer: Any, path: str) -> bool:
    """Whether a field is there and null, or an empty list: what the schema names below it cannot be there."""
    for step in path.split("."):
        if step.endswith("[]"):
            inner = answer.get(step[:-2]) if isinstance(answer, dict) else None
            answer = inner[0] if inner else None
        else:
            answer = answer.get(step) if isinstance(answer, dict) else None
        if answer is None or answer == []:
            return True
    return False


@pytest.mark.parametrize(("method", "template"), OPERATIONS)
@on_one_loop
async def test_an_operation_of_the_public_description_answers_every_documented_field(
    api: Api, method: str, template: str
) -> None:
    operation = public_file()["paths"][template][method]
    collection = template.split("/")[2]
    path, body = template, _body(method, template)
    if "{" in template:
        path = template.replace(template[template.index("{") : template.index("}") + 1], await _made(api, collection))
    elif method == "get" and collection in COLLECTIONS:
        await _made(api, collection)
    if template.endswith("/recrawl"):
        record = await api.store.documents.get(path.split("/")[3])
        assert record is not None
        await api.store.documents.change(record.resource_id, lambda present: replace(present, status="ready"))
    await _provide(api, body)
    known = [p["name"] for p in operation.get("parameters", []) if p.get("in") == "query" and p["name"] == "verbose"]
    response = await api.client.request(method, path, json=body, params=dict.fromkeys(known, "true"))
    documented = {int(status) for status in operation["responses"] if status.startswith("2")}
    assert response.status_code in documented, response.text
    content = operation["responses"][str(response.status_code)].get("content") or {}
    if content:
        assert not list(_missing(response.json(), content["application/json"]["schema"]))


@pytest.mark.parametrize(("method", "template"), [pair for pair in OPERATIONS if "{" in pair[1]])
@on_one_loop
async def test_an_unknown_id_gets_the_documented_text(api: Api, method: str, template: str) -> None:
    operation = public_file()["paths"][template][method]
    path = template.replace(template[template.index("{") : template.index("}") + 1], "x0000000000")
    response = await api.client.request(method, path, json=_body(method, template))
    status = "404" if "404" in operation["responses"] else "400"
    assert response.status_code == int(status), response.text
    content = operation["responses"].get(status, {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    for name, inner in (schema.get("properties") or {}).items():
        assert response.json()[name] == inner["example"]


@on_one_loop
async def test_a_wrong_key_gets_the_documented_text(api: Api) -> None:
    for method, template in OPERATIONS:
        if "401" in public_file()["paths"][template][method]["responses"]:
            path = template.replace("{", "").replace("}", "")
            response = await api.client.request(method, path, headers={"x-api-key": "wrong"})
            assert response.status_code == 401
            assert response.json()["message"] == "Invalid access token"


MOVED = {
    "videos": {"script": "data.script", "start_with_wave": "data.start_with_wave"},
    "documents": {"crawl": "crawl_config"},
}
"""What is answered in another place than it was sent in."""


@on_one_loop
@pytest.mark.parametrize("collection", [name for name in COLLECTIONS if public_file()])
async def test_every_documented_field_of_a_body_is_kept(api: Api, collection: str) -> None:
    body = _body("post", f"/v2/{collection}")
    await _provide(api, body)
    made = await api.client.post(f"/v2/{collection}", json=body)
    resource_id = made.json()[COLLECTIONS[collection]]
    answer = (await api.client.get(f"/v2/{collection}/{resource_id}", params={"verbose": "true"})).json()
    for name, place in MOVED.get(collection, {}).items():
        value = body.pop(name, None)
        if value is not None:
            assert not carries(_follow(answer, place), value), name
    assert not carries(answer, body)


def _follow(answer: Any, place: str) -> Any:
    for step in place.split("."):
        answer = answer[step]
    return answer


@on_one_loop
@pytest.mark.parametrize(("method", "template"), OPERATIONS)
async def test_every_documented_parameter_is_known(api: Api, method: str, template: str) -> None:
    documented = {
        parameter["name"]
        for parameter in public_file()["paths"][template][method].get("parameters", [])
        if parameter["in"] == "query"
    }
    own = (await api.client.get("/openapi.json")).json()["paths"][template][method].get("parameters", [])
    assert documented <= {parameter["name"] for parameter in own}
