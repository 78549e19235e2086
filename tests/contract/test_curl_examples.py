"""Every curl example of the documents gets the documented answer; only base URL, key and placeholders are replaced."""

import json
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.conftest import Api
from tests.contract.documents import CurlExample, curl_examples, json_blocks, public_file, schema_paths
from tests.contract.placeholders import Filler, filled_body, filler

on_one_loop = pytest.mark.asyncio(loop_scope="module")

NOT_SERVED: dict[tuple[str, int], str] = {}
"""(heading, line) -> why an example is not served; empty: all are."""

ANSWERED_DIFFERENTLY = {"meeting_token": "only a private room has one", "replica_type": "in the verbose answer"}

OWN_EXAMPLES = (
    CurlExample(
        "README", 0, 'curl -X POST http://127.0.0.1:8765/v2/conversations -d \'{"persona_id": "pb87e71797da"}\''
    ),
    CurlExample("README", 0, "curl http://127.0.0.1:8765/v2/personas"),
)
"""What is checked in a checkout without the documents."""


def _parsed(example: CurlExample) -> tuple[str, str, str | None]:
    command, _, body = example.text.partition("'{") if "'{" in example.text else example.text.partition("'[")
    data = None if not body else example.text[len(command) + 1 :].rstrip().removesuffix("'").replace("'\\''", "'")
    words, method, url = iter(shlex.split(command.replace("\\\n", " "))[1:]), "", ""
    for word in words:
        match word:
            case "--request" | "-X":
                method = next(words)
            case "--url":
                url = next(words)
            case "--header" | "-H":
                next(words)
            case _ if not word.startswith("-"):
                url = word
    return method or ("POST" if data is not None else "GET"), urlsplit(url).path, data


def _public_operation(method: str, path: str) -> dict[str, Any]:
    for template, operations in public_file().get("paths", {}).items():
        parts, wanted = template.strip("/").split("/"), path.strip("/").split("/")
        if len(parts) == len(wanted) and all(a == b or a.startswith("{") for a, b in zip(parts, wanted, strict=True)):
            found: dict[str, Any] = operations.get(method.lower(), {})
            return found
    return {}


def _documented_keys(method: str, path: str, status: int) -> Iterator[str]:
    answer = _public_operation(method, path).get("responses", {}).get(str(status), {})
    schema = (answer.get("content") or {}).get("application/json", {}).get("schema", {})
    yield from (key for key in schema_paths(schema) if "." not in key and "[]" not in key)


def _shown_answer(example: CurlExample) -> dict[str, Any]:
    """Return the answer that the document shows after the example."""
    following = [
        other.line for other in curl_examples() if other.heading == example.heading and other.line > example.line
    ]
    for block in json_blocks():
        if block.heading == example.heading and example.line < block.line < min(following, default=1 << 30):
            value = block.value
            if isinstance(value, dict) and {"conversation_id", "status"} <= value.keys():
                return value
    return {}


@pytest.mark.parametrize(
    "example", curl_examples() or OWN_EXAMPLES, ids=lambda example: f"{example.heading}-{example.line}"
)
@on_one_loop
async def test_a_curl_example_gets_the_documented_answer(api: Api, example: CurlExample) -> None:
    if (example.heading, example.line) in NOT_SERVED:
        pytest.skip(NOT_SERVED[example.heading, example.line])
    fill: Filler = await filler(api)
    method, path, data = _parsed(example)
    path = fill.text(path)
    body = None if data is None else filled_body(data, fill)
    response = (
        await api.client.request(method, path, json=body)
        if data is not None
        else await api.client.request(method, path)
    )

    assert response.status_code in {200, 204}, response.text
    if method == "DELETE":
        assert (await api.client.get(path)).status_code == 400
        return
    answer = response.json()
    missing = [
        key for key in _documented_keys(method, path, 200) if key not in answer and key not in ANSWERED_DIFFERENTLY
    ]
    assert not missing, f"{missing} of the public description are not in {json.dumps(answer)[:500]}"
    for name, shown in _shown_answer(example).items():
        assert name in answer, f"{name} is shown and not answered"
        if name in {"status", "callback_url"} or (isinstance(body, dict) and name in body):
            assert answer[name] == (body or {}).get(name, shown), name


def test_no_example_is_left_out() -> None:
    known = {(example.heading, example.line) for example in curl_examples()}
    assert NOT_SERVED.keys() <= known
    if curl_examples():
        assert len(curl_examples()) >= 62
