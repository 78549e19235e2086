"""The OpenAPI 3.1 document: what FastAPI reads from the code, made whole."""

import re
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from engine.api.contract.errors import ErrorBody
from engine.api.contract.patching import PatchOperation
from engine.api.reference.aliases import newer_operation, newer_path
from engine.api.reference.callbacks import webhook_models, webhooks
from engine.api.reference.components import UNUSED, finished, reference_to, schemas_of, used
from engine.api.reference.described import Answer, Body, Described
from engine.api.reference.operations import OPERATIONS
from engine.api.reference.refusals import refusal_response, refusals_of
from engine.api.reference.room_messages import MESSAGES
from engine.api.reference.tags import TAGS

Document = dict[str, Any]
METHODS = ("post", "get", "put", "patch", "delete", "head")
SECURITY = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "Made with `visavis keys create NAME` or in the app; kept only as a hash.",
    }
}
OPEN: Document = {"/metrics": [{}, {"ApiKey": []}]}
"""Paths outside of /v2 that a key opens further."""
HEADERS = {
    "RequestId": {
        "description": "Names the request in the log: the `X-Request-Id` of the request, or a new one.",
        "required": True,
        "schema": {"type": "string"},
    }
}
PATH_EXAMPLES = {
    "conversation_id": "c1f0a2b3c4d5e6f",
    "persona_id": "p1a2b3c4d5e6",
    "replica_id": "r0c1d2e3f4a5",
    "objectives_id": "o1a2b3c4d5e6",
    "guardrails_id": "g1a2b3c4d5e6",
    "document_id": "d1a2b3c4d5e6",
    "video_id": "5a1c0f93be",
    "dictionary_id": "pd1a2b3c4d5e6f70",
    "upload_id": "u0f3a5c7d9e1b2046880a1c2e4f60718",
    "delivery_id": 42,
}
INFO = """A conversational video interface that runs whole on one machine: live calls with a replica that listens, thinks,
speaks and is seen. Every path below `/v2` needs the header `x-api-key`. Fields that are not described here are accepted,
kept and returned. Errors are JSON with `message` and `error`, which carry the same text."""

_PARAMETER = re.compile(r"\{\w+\}")


def build_document(app: FastAPI, base_url: str) -> Document:
    """Describe the application; takes about a second."""
    raw = get_openapi(title=app.title, version=app.version, routes=app.routes)
    paths: Document = {}
    for path, item in raw["paths"].items():
        paths[path] = {method: _operation(method, path, item[method]) for method in METHODS if method in item}
    for path, item in list(paths.items()):
        newer = newer_path(path)
        if newer is not None and newer not in paths:
            paths[newer] = {method: newer_operation(operation) for method, operation in item.items()}
    schemas = {name: schema for name, schema in raw["components"]["schemas"].items() if name not in UNUSED}
    schemas |= schemas_of([ErrorBody, PatchOperation, *_own_models()])
    # Callbacks and messages carry the older names alone.
    schemas = finished(schemas) | schemas_of([*webhook_models(), *MESSAGES])
    callbacks = webhooks()
    messages = [model.__name__ for model in MESSAGES]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": app.title,
            "version": app.version,
            "summary": "The v2 contract, on this machine.",
            "description": INFO.replace("\n", " "),
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "servers": [{"url": base_url.rstrip("/"), "description": "This machine"}],
        "security": [{"ApiKey": []}],
        "tags": _tags(paths),
        "paths": paths,
        "webhooks": callbacks,
        "components": {
            "schemas": used(schemas, [paths, callbacks], messages),
            "headers": HEADERS,
            "securitySchemes": SECURITY,
        },
    }


def operation_key(method: str, path: str) -> str:
    """Return the name of an operation in `OPERATIONS`."""
    return f"{method.upper()} {_PARAMETER.sub('{}', path)}"


def _operation(method: str, path: str, raw: Document) -> Document:
    described = OPERATIONS.get(operation_key(method, path), Described(raw["summary"].capitalize(), ()))
    operation: Document = {
        "tags": raw.get("tags", []),
        "summary": described.summary,
        "description": described.description or raw.get("description", ""),
        "operationId": raw["operationId"],
        "security": [{"ApiKey": []}] if path.startswith("/v2/") else OPEN.get(path, []),
    }
    parameters = [_parameter(parameter) for parameter in raw.get("parameters", [])]
    if parameters:
        operation["parameters"] = sorted(parameters, key=lambda parameter: parameter["in"] != "path")
    body = _request_body(raw.get("requestBody"), described.bodies)
    if body is not None:
        operation["requestBody"] = body
    answers = [_answer(answer) for answer in described.answers] or [_undescribed(raw)]
    refusals = refusals_of(method, path, operation, described.refusals)
    responses = {
        **{str(status): answer for status, answer in answers},
        **{str(status): refusal_response(status, texts) for status, texts in refusals.items()},
    }
    for response in responses.values():
        response.setdefault("headers", {})["x-request-id"] = {"$ref": "#/components/headers/RequestId"}
    operation["responses"] = responses
    return operation


def _parameter(raw: Document) -> Document:
    """Drop what only repeats, and the null that a query cannot carry."""
    schema = {key: value for key, value in raw["schema"].items() if key not in {"title", "description"}}
    if "anyOf" in schema:
        kinds = [kind for kind in schema.pop("anyOf") if kind != {"type": "null"}]
        schema |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    schema = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    parameter = {key: value for key, value in raw.items() if key != "schema"}
    if raw["in"] == "path":
        parameter.setdefault("description", "Which one.")
        parameter["example"] = PATH_EXAMPLES.get(raw["name"], "a1b2c3")
    return {**parameter, "schema": schema}


def _request_body(raw: Document | None, bodies: Iterable[Body]) -> Document | None:
    content: Document = {
        media_type: {"schema": medium["schema"], "examples": {}}
        for media_type, medium in (raw or {}).get("content", {}).items()
    }
    required = bool((raw or {}).get("required", False))
    for body in bodies:
        medium = content.setdefault(body.media_type, {"schema": {}, "examples": {}})
        medium["examples"] |= {
            _slug(title): {"summary": title, "value": value} for title, value in body.examples.items()
        }
        required = required or body.required
    for body in bodies:
        if body.schema is not None:
            content[body.media_type]["schema"] = dict(body.schema)
    return {"required": required, "content": content} if content else None


def _answer(answer: Answer) -> tuple[int, Document]:
    content: Document = {}
    if answer.model is not None:
        example = {"summary": answer.description, "value": answer.example}
        content[answer.media_type] = {"schema": reference_to(answer.model), "examples": {"example": example}}
    for media_type, text in answer.texts.items():
        example = {"summary": answer.description, "value": text}
        content[media_type] = {"schema": {"type": "string"}, "examples": {"example": example}}
    return answer.status, {"description": answer.description, **({"content": content} if content else {})}


def _undescribed(raw: Document) -> tuple[int, Document]:
    """Keep what FastAPI says about the success of an operation that nothing else is known of."""
    status, response = next((int(code), answer) for code, answer in raw["responses"].items() if code.startswith("2"))
    return status, response


def _own_models() -> list[Any]:
    answers = [answer.model for described in OPERATIONS.values() for answer in described.answers if answer.model]
    return answers + [model for described in OPERATIONS.values() for body in described.bodies for model in body.models]


def _tags(paths: Document) -> list[dict[str, str]]:
    present = {tag for item in paths.values() for operation in item.values() for tag in operation["tags"]}
    known = [{"name": name, "description": text} for name, text in TAGS.items() if name in present]
    return known + [{"name": name} for name in sorted(present - TAGS.keys())]


def _slug(title: str) -> str:
    return re.sub(r"\W+", "_", title.lower()).strip("_")
