"""The document is valid, whole, and true about what can be checked without a request."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest
from fastapi.routing import APIRoute
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine.api.app import ROUTES
from engine.api.contract.names import ALIASES
from engine.api.dependencies import ApiDependencies
from engine.api.reference.openapi import operation_key
from engine.api.reference.operations import OPERATIONS
from engine.api.reference.tags import TAGS
from engine.api.room.routes import room_routes
from engine.api.room.start import StartPage, start_routes
from engine.conversation import events
from tests.api.conftest import BASE_URL, refusal

NOT_DESCRIBED = {
    "/": "leads a person to a room",
    "/{conversation_id}": "the room's page, for a browser",
    "/room/static/{name}": "what the room's page loads",
    "/docs/static/{name}": "what the page of the reference loads",
    "/media/thumbnails/{replica_id}.mp4": "named by the field `thumbnail_video_url`",
    "/media/thumbnails/{replica_id}.jpg": "told with the field `thumbnail_video_url`",
}
"""Routes that are no part of the API, with the reason."""

Operation = tuple[str, str, dict[str, Any]]


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """Return a validator for a schema that refers to the components of the document."""
    resource = DRAFT202012.create_resource({"components": document["components"]})
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)
    return jsonschema.Draft202012Validator(_absolute(schema), registry=registry)


def _absolute(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: f"urn:document{value}" if name == "$ref" else _absolute(value) for name, value in part.items()}
    return [_absolute(value) for value in part] if isinstance(part, list) else part


def media(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every body of the document: where it stands, its media type, and what is said of it."""
    for method, path, operation in operations(document):
        contents = {"body": operation.get("requestBody", {}).get("content", {})}
        contents |= {status: answer.get("content", {}) for status, answer in operation["responses"].items()}
        for where, content in contents.items():
            for media_type, medium in content.items():
                yield f"{method} {path} {where}", media_type, medium
    for name, item in document["webhooks"].items():
        for media_type, medium in item["post"]["requestBody"]["content"].items():
            yield name, media_type, medium


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(error.message) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_example_is_valid_by_its_schema(document: dict[str, Any]) -> None:
    wrong = [
        f"{where}: {error.message} at {list(error.absolute_path)}"
        for where, media_type, medium in media(document)
        if media_type == "application/json"
        for example in medium["examples"].values()
        for error in validator(document, medium["schema"]).iter_errors(example["value"])
    ]
    assert wrong == []


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    assert [where for where, _, medium in media(document) if not medium.get("examples")] == []


def test_schemas_say_what_json_schema_knows(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert "'ge':" not in str(document)


def test_every_route_is_described_or_has_a_reason_not_to_be(
    document: dict[str, Any], dependencies: ApiDependencies
) -> None:
    start = StartPage(dependencies)
    routers = [*(routes(dependencies) for routes in ROUTES), start_routes(start), room_routes(dependencies, start)]
    served = {
        (method.lower(), route.path)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    described = {(method, path) for method, path, operation in operations(document) if "x-alias-of" not in operation}
    missing = {path for method, path in served - described if method != "head"}
    assert missing == NOT_DESCRIBED.keys()
    assert described <= served


def test_nothing_is_said_about_operations_that_are_not_there(document: dict[str, Any]) -> None:
    there = {operation_key(method, path) for method, path, _ in operations(document)}
    assert OPERATIONS.keys() - there == set()


def test_every_operation_is_described_by_hand(document: dict[str, Any]) -> None:
    missing = {
        operation_key(method, path)
        for method, path, operation in operations(document)
        if "x-alias-of" not in operation and operation_key(method, path) not in OPERATIONS
    }
    assert missing == set()


def test_operations_have_names_that_are_readable_and_used_once(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert [name for name in names if not name.replace("_", "").isalpha() or "_v2_" in name] == []


def test_tags_come_in_order_with_descriptions(document: dict[str, Any]) -> None:
    shown = [tag["name"] for tag in document["tags"]]
    assert shown == [name for name in TAGS if name in shown]
    assert all(tag["description"] for tag in document["tags"])


def test_what_fastapi_answers_by_itself_is_not_promised(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in str(document)
    listed = document["paths"]["/v2/personas"]["get"]["responses"]
    assert "422" not in listed
    assert "413" not in listed
    assert "400" in listed


def test_patches_may_be_answered_with_422_and_304(document: dict[str, Any]) -> None:
    for path in ("/v2/personas/{persona_id}", "/v2/objectives/{objectives_id}", "/v2/documents/{document_id}"):
        assert {"200", "304", "422"} <= document["paths"][path]["patch"]["responses"].keys()


def test_newer_paths_are_described_beside_the_older_ones(document: dict[str, Any]) -> None:
    for newer, older in ALIASES:
        assert document["paths"][newer].keys() == document["paths"][older].keys()
    created = document["paths"]["/v2/pals"]["post"]
    assert created["operationId"] == "create_pal"
    assert created["x-alias-of"] == "create_persona"
    named = [parameter["name"] for parameter in document["paths"]["/v2/faces/{face_id}"]["get"]["parameters"]]
    assert "face_id" in named
    assert "replica_id" not in named


def test_bodies_and_answers_have_the_newer_names_too(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {"pal_id", "face_id"} <= schemas["ConversationCreate"]["properties"].keys()
    assert {"face_id", "face_name"} <= schemas["ReplicaAnswer"]["properties"].keys()
    renamed = validator(document, {"$ref": "#/components/schemas/ReplicaRename"})
    assert renamed.is_valid({"replica_name": "Mira"})
    assert renamed.is_valid({"face_name": "Mira"})
    assert not renamed.is_valid({"name": "Mira"})


def test_callbacks_have_the_older_names_alone(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "face_id" not in schemas["ReplicaCallback"]["properties"]
    assert schemas["ReplicaCallback"]["required"] == ["replica_id", "status"]


def test_callbacks_carry_the_signature(document: dict[str, Any]) -> None:
    for item in document["webhooks"].values():
        headers = {parameter["name"] for parameter in item["post"]["parameters"]}
        assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= headers


def _kinds(root: type[Any]) -> Iterator[type[Any]]:
    for kind in root.__subclasses__():
        yield from _kinds(kind)
        if "event_type" in vars(kind):
            yield kind


def test_every_event_of_a_room_is_described(document: dict[str, Any]) -> None:
    known = {
        schema["properties"]["event_type"].get("const")
        for schema in document["components"]["schemas"].values()
        if "event_type" in schema.get("properties", {})
    }
    assert {kind.event_type for kind in _kinds(events.Event)} - known == set()


@pytest.mark.parametrize(
    ("event", "schema"),
    [
        (events.UserStoppedSpeaking("i", duration=1.5), "UserStoppedSpeakingEvent"),
        (events.ReplicaStoppedSpeaking("i", duration=2.5, interrupted=True), "ReplicaStoppedSpeakingEvent"),
        (events.Utterance("i", role="user", speech="Hello."), "UtteranceEvent"),
        (events.StreamingUtterance("i", role="replica", speech="Hel", content_index=0), "StreamingUtteranceEvent"),
    ],
)
def test_what_a_room_sends_is_as_described(document: dict[str, Any], event: events.Event, schema: str) -> None:
    message = event.message("c1f0a2b3c4d5e6f", seq=1, turn_idx=1)
    validator(document, {"$ref": f"#/components/schemas/{schema}"}).validate(message)


async def test_operations_that_need_a_key_refuse_a_request_without_one(
    document: dict[str, Any], stranger: httpx.AsyncClient
) -> None:
    for method, path, operation in operations(document):
        response = await stranger.request(method, path.replace("{", "").replace("}", ""))
        if operation["security"] == [{"ApiKey": []}]:
            assert path.startswith("/v2/")
            assert refusal(response, 401) == "Invalid access token"
        else:
            assert response.status_code != 401, path


async def test_methods_that_are_not_described_are_405(document: dict[str, Any], client: httpx.AsyncClient) -> None:
    for path, item in document["paths"].items():
        # To `.../recordings/{recording_id}`, `.../recordings/stop` is an id.
        others = [known for pattern, known in document["paths"].items() if pattern != path and _leads_to(pattern, path)]
        for method in (
            {"get", "post", "put", "patch", "delete"} - item.keys() - {each for other in others for each in other}
        ):
            response = await client.request(method, path.replace("{", "").replace("}", ""))
            assert response.status_code == 405, (method, path)
            allowed = {name.strip().lower() for name in response.headers["allow"].split(",")}
            assert allowed & item.keys(), (method, path)


def _leads_to(pattern: str, path: str) -> bool:
    """Whether a path with parameters is how another one is found as well."""
    return re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/{}]+", pattern), path.replace("{", "").replace("}", "")) is not None


def test_the_server_is_this_one(document: dict[str, Any]) -> None:
    assert document["servers"][0]["url"] == BASE_URL
