"""Which errors an operation may answer with, and an example of each, as far as its shape says so."""

import re
from collections.abc import Mapping
from typing import Any

from engine.api.contract.patching import INVALID_FORMAT
from engine.api.guards.bodies import LARGEST_BODY
from engine.api.guards.request_form import LARGEST_HEADERS, LONGEST_TARGET

MEANINGS: dict[int, str] = {
    400: "A value is not acceptable; the text names the field, the value and what is accepted.",
    401: "The API key, or the token of a private room, is missing or wrong.",
    403: "Not allowed with this key from this address, or from this host or origin.",
    404: "There is no such thing.",
    408: "The body came too slowly.",
    409: "What is named is in a state that does not allow it.",
    413: "The body is too large.",
    414: "The URL is too long.",
    415: "The body has another content type than the operation takes.",
    416: "The file has no such bytes.",
    422: "The body is no JSON Patch.",
    429: "This machine carries no more, or a limit is reached; `Retry-After` says when to ask again.",
    431: "The headers are too large.",
    503: "The database or a model is not available; `Retry-After`, where given, says when to ask again.",
    507: "The disk has no room for it.",
}

EVERYWHERE: tuple[tuple[int, str], ...] = (
    (400, "A URL without NUL characters is accepted"),
    (403, "Host example.test is not served here; VISAVIS_PUBLIC_URL names the one that is"),
    (403, "Origin https://example.test may not call this API; VISAVIS_ALLOW_ORIGINS names those that may"),
    (414, f"The URL is longer than {LONGEST_TARGET} bytes"),
    (431, f"The headers are larger than {LARGEST_HEADERS} bytes"),
)
"""What any request may be answered with."""

WITH_A_KEY: tuple[tuple[int, str], ...] = (
    (401, "Invalid access token"),
    (403, "This key may not be used from this address"),
    (429, "Too many requests with a wrong key from this address"),
    (503, "The database cannot be read or written at present"),
)
"""What any request below /v2 may be answered with."""

WITH_JSON: tuple[tuple[int, str], ...] = (
    (400, "the body is not valid JSON: Expecting value"),
    (408, "The body came too slowly"),
    (413, f"The body is larger than {LARGEST_BODY} bytes"),
)
"""What any request with a JSON body may be answered with."""

UNKNOWN: dict[str, tuple[tuple[int, str], ...]] = {
    "conversation_id": ((400, "Invalid conversation_id"),),
    "persona_id": ((400, "Invalid persona_id"),),
    "replica_id": ((400, "Invalid replica_id"),),
    "video_id": ((400, "Invalid video_id"),),
    "objectives_id": ((400, "Invalid objectives_id"), (404, "Objective not found")),
    "guardrails_id": ((400, "Invalid guardrails_id"), (404, "Guardrails not found")),
    "document_id": ((404, "Document not found"),),
    "dictionary_id": ((404, "Pronunciation dictionary not found"),),
    "upload_id": ((404, "Upload not found"),),
    "delivery_id": (
        (400, "delivery_id: 'x' is not accepted; input should be a valid integer"),
        (404, "Delivery not found"),
    ),
}
"""What an id that names nothing is answered with below /v2, by the name of the path parameter."""

WITH_RETRY_AFTER = (429, 503)
COMMON = frozenset((*EVERYWHERE, *WITH_A_KEY, *WITH_JSON, (415, "Content-Type must be application/json")))
_PARAMETER = re.compile(r"\{(\w+)\}")

Texts = dict[int, list[str]]


def refusals_of(method: str, path: str, operation: Mapping[str, Any], further: Mapping[int, tuple[str, ...]]) -> Texts:
    """Return example texts by status; `further` are those that the shape of the operation does not tell."""
    found = [(status, text) for status, texts in further.items() for text in texts]
    below_v2 = path.startswith("/v2/")
    if below_v2:
        found += [refusal for parameter in _PARAMETER.findall(path) for refusal in UNKNOWN.get(parameter, ())]
    query = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    if query and below_v2:
        found.append((400, _query_refusal(query)))
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        if method == "patch" and not path.endswith("/name"):
            found.append((422, INVALID_FORMAT))
        found += WITH_JSON
        found += [(415, "Content-Type must be application/json")] if below_v2 else []
    found += WITH_A_KEY if below_v2 else ()
    found += EVERYWHERE
    texts: Texts = {}
    for status, text in found:
        texts.setdefault(status, []).append(text)
    return dict(sorted(texts.items()))


def _query_refusal(query: list[dict[str, Any]]) -> str:
    names = {parameter["name"] for parameter in query}
    if "limit" in names:
        return "limit: '0' is not accepted; input should be greater than or equal to 1"
    first = query[0]
    kind = first["schema"].get("type", "value")
    return f"{first['name']}: '?' is not accepted; input should be a valid {kind}"


def refusal_response(status: int, texts: list[str]) -> dict[str, Any]:
    """Describe the answer of one error status."""
    examples = {
        f"error{number}" if number else "error": {"summary": text, "value": {"message": text, "error": text}}
        for number, text in enumerate(dict.fromkeys(texts))
    }
    response: dict[str, Any] = {
        "description": MEANINGS[status],
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}, "examples": examples}},
    }
    if status in WITH_RETRY_AFTER:
        response["headers"] = {
            "Retry-After": {"description": "Seconds until it is worth asking again.", "schema": {"type": "string"}}
        }
    return response
