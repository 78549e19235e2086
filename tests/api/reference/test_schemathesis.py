"""What the API answers is what its own description says, whatever is sent to it.

`VISAVIS_FUZZ=5000` sends at least so many requests instead of a few hundred; `VISAVIS_FUZZ_SEED` begins elsewhere.
"""

import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.reference.served_api import KEY, served_api

REQUESTS = int(os.environ.get("VISAVIS_FUZZ", "400"))
SEED = int(os.environ.get("VISAVIS_FUZZ_SEED", "20260302"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = "/v2/conversations/{conversation_id}/events"
"""Of a running conversation the answer goes on; only those of ended ones come to an end."""
OF_EACH = 3
"""Resources that are there when the requests begin, besides the stock ones."""


class Fuzzer:
    """Sends what the description allows and what it does not, and keeps every contradiction between it and the answers."""

    def __init__(self, url: str, alter: Callable[[dict[str, Any]], None] = lambda document: None) -> None:
        self.session = requests.Session()
        self.session.headers["x-api-key"] = KEY
        self._url = url
        document = self.session.get(f"{url}/openapi.json", timeout=60).json()
        alter(document)
        self.schema = schemathesis.openapi.from_dict(document)
        self.schema.config.update(base_url=url)
        self._document = document
        self.ids = self._create()
        self.sent = 0
        self.statuses: Counter[str] = Counter()
        self.contradictions: dict[str, str] = {}

    def _create(self) -> dict[str, list[Any]]:
        """Make a few resources of each kind from the examples of the description itself, and return their ids by path parameter."""
        ids: dict[str, list[Any]] = {"ended": []}
        for path, item in self._document["paths"].items():
            parameter = PARAMETERS.get(path)
            if parameter is None:
                continue
            content = item["post"]["requestBody"]["content"]
            for number in range(OF_EACH):
                if path == "/v2/uploads":
                    answer = self.session.post(f"{self._url}{path}", files={"file": ("a.txt", b"text")}, timeout=60)
                else:
                    examples = [example["value"] for example in content["application/json"]["examples"].values()]
                    body: Any = examples[number % len(examples)]
                    answer = self.session.post(f"{self._url}{path}", json=body, timeout=60)
                assert answer.status_code in {200, 201}, f"the example of {path} is refused: {answer.text}"
                made = answer.json()
                field = "pronunciation_dictionary_id" if parameter == "dictionary_id" else parameter
                ids.setdefault(parameter, []).append(made[field])
        ids["pal_id"], ids["face_id"] = ids["persona_id"], ids["replica_id"]
        trial: Any = {"persona_id": "pb87e71797da", "test_mode": True}
        answer = self.session.post(f"{self._url}/v2/conversations", json=trial, timeout=60)
        ids["ended"].append(answer.json()["conversation_id"])
        return ids

    def run(self, requests_in_all: int, start: int = SEED, path: str = "") -> None:
        """Send at least so many requests, about the same number to each operation that takes anything; those that delete come last.

        `path`: to one path alone.
        """
        operations: list[Any] = [result.ok() for result in self.schema.get_all_operations() if isinstance(result, Ok)]
        operations.sort(key=lambda operation: operation.method == "delete")
        operations = [operation for operation in operations if path in ("", operation.path)]
        while self.sent < requests_in_all:
            each = math.ceil((requests_in_all - self.sent) / len(operations))
            for operation in operations:
                self._fuzz(operation, each, start)
            start += 1

    def _fuzz(self, operation: Any, examples: int, start: int) -> None:
        @seed(start)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self._cases(operation))
        def send(case: Any) -> None:
            self._send(case)

        send()

    def _cases(self, operation: Any) -> st.SearchStrategy[Any]:
        """Return arbitrary requests, such that name what there is, such with a body from the examples, and wrong ones."""
        fixed: dict[str, st.SearchStrategy[Any]] = {}
        names = [parameter.name for parameter in operation.path_parameters]
        known = {name: self._known(operation.path, name) for name in names}
        if names and all(known.values()):
            ids = {name: st.sampled_from(found) for name, found in known.items()}
            fixed["path_parameters"] = st.fixed_dictionaries(ids)
        strategies = [operation.as_strategy()]
        if fixed:
            strategies.append(self._with(operation, fixed))
        content = operation.definition.raw.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            examples = [example["value"] for example in content["application/json"]["examples"].values()]
            strategies.append(self._with(operation, {**fixed, "body": st.sampled_from(examples)}))
        if any((operation.body, operation.query, operation.path_parameters)):
            strategies.append(operation.as_strategy(GenerationMode.NEGATIVE, headers={"x-api-key": KEY}))
        return st.one_of(strategies)

    @staticmethod
    def _with(operation: Any, fixed: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
        """Return requests of which parts are given."""
        return st.fixed_dictionaries(fixed).flatmap(lambda given: operation.as_strategy(**given))

    def _known(self, path: str, name: str) -> list[Any]:
        return self.ids["ended"] if path == ENDLESS else self.ids.get(name, [])

    def _send(self, case: Any) -> None:
        self.sent += 1
        try:
            response = case.call(session=self.session, headers={"x-api-key": KEY}, timeout=60)
        except requests.RequestException as error:
            self._note(case, f"{type(error).__name__}: {error}")
            return
        self.statuses[f"{response.status_code}"] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as error:
            failures = error.exceptions if isinstance(error, FailureGroup) else [error]
            for failure in failures:
                shown = f"{response.status_code} {response.content[:400]!r}"
                self._note(case, f"{type(failure).__name__}: {failure}\n{case.as_curl_command()[:800]}\n{shown}")

    def _note(self, case: Any, what: str) -> None:
        kind = what.partition(":")[0]
        self.contradictions.setdefault(f"{case.method} {case.path} {kind}", what)


PARAMETERS = {
    "/v2/conversations": "conversation_id",
    "/v2/personas": "persona_id",
    "/v2/replicas": "replica_id",
    "/v2/objectives": "objectives_id",
    "/v2/guardrails": "guardrails_id",
    "/v2/documents": "document_id",
    "/v2/videos": "video_id",
    "/v2/pronunciation-dictionaries": "dictionary_id",
    "/v2/uploads": "upload_id",
}
"""What a POST makes, by the name under which paths carry its id."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home: Path = tmp_path_factory.mktemp("fuzzed") / "home"
    with served_api(home) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def fuzzer(url: str) -> Fuzzer:
    return Fuzzer(url)


def test_every_answer_is_as_described(fuzzer: Fuzzer) -> None:
    fuzzer.run(REQUESTS)
    print(f"{fuzzer.sent} requests, answered {dict(sorted(fuzzer.statuses.items()))}")
    assert fuzzer.sent >= REQUESTS
    assert not fuzzer.contradictions, "\n\n".join(f"{name}\n{what}" for name, what in fuzzer.contradictions.items())


def test_requests_succeed_as_well_as_fail(fuzzer: Fuzzer) -> None:
    fuzzer.run(REQUESTS)
    assert sum(fuzzer.statuses[status] for status in ("200", "201", "202", "204")) > fuzzer.sent / 10
    assert fuzzer.statuses["400"] > fuzzer.sent / 10


def _forget_a_status(document: dict[str, Any]) -> None:
    del document["paths"]["/v2/documents/{document_id}"]["get"]["responses"]["404"]


def _mistake_a_type(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["PersonaList"]["properties"]["total_count"] = {"type": "string"}


def _forget_a_media_type(document: dict[str, Any]) -> None:
    content = document["paths"]["/metrics"]["get"]["responses"]["200"]["content"]
    content["text/html"] = content.pop("text/plain")


@pytest.mark.parametrize(
    ("alter", "path", "found"),
    [
        (_forget_a_status, "/v2/documents/{document_id}", "GET /v2/documents/{document_id} UndefinedStatusCode"),
        (_mistake_a_type, "/v2/personas", "GET /v2/personas JsonSchemaError"),
        (_forget_a_media_type, "/metrics", "GET /metrics UndefinedContentType"),
    ],
)
def test_a_wrong_description_is_found(
    tmp_path: Path, alter: Callable[[dict[str, Any]], None], path: str, found: str
) -> None:
    with served_api(tmp_path / "home") as own_url:
        mistaken = Fuzzer(own_url, alter)
        mistaken.run(60, start=1, path=path)
    assert list(mistaken.contradictions) == [found]
