"""Whatever is sent, the answer is JSON and never a fault of ours."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.api.conversations.bodies import ConversationCreate, ConversationProperties
from engine.api.documents.bodies import DocumentCreate
from engine.api.personas.bodies import PersonaCreate
from engine.api.replicas.bodies import ReplicaCreate
from engine.api.videos.bodies import VideoCreate

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.text(alphabet=st.characters(codec=None, categories=["Cs", "Cc"]), max_size=3)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
USUAL = st.sampled_from(
    ["pb87e71797da", "r4067604db72", "full", "echo", "http://127.0.0.1:1/", "https://x.test/v.mp4", True, 60, ["a"], {}]
)


def _bodies(*models: Any) -> st.SearchStrategy[Any]:
    names = sorted({name for model in models for name in model.model_fields} | {"pal_id", "face_id", "default_face_id"})
    known: st.SearchStrategy[Any] = st.dictionaries(st.sampled_from(names), USUAL | VALUES, max_size=6)
    nested = st.fixed_dictionaries({"persona_id": st.just("pb87e71797da"), "properties": known})
    layers = st.fixed_dictionaries(
        {
            "system_prompt": st.just("x"),
            "layers": st.dictionaries(
                st.sampled_from(["llm", "tts", "stt", "perception", "transport"]), VALUES, max_size=3
            ),
        }
    )
    return known | nested | layers | VALUES


BODIES = _bodies(ConversationCreate, ConversationProperties, PersonaCreate, ReplicaCreate, VideoCreate, DocumentCreate)


@pytest.mark.parametrize("path", ["/v2/personas", "/v2/replicas", "/v2/conversations", "/v2/videos", "/v2/documents"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
async def test_any_json_is_accepted_or_refused_in_the_one_format(
    client: httpx.AsyncClient, path: str, body: Any
) -> None:
    response = await client.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
    assert response.status_code in {200, 400, 429}, response.text
    answer = response.json()
    if response.status_code != 200:
        assert answer["message"] == answer["error"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200))
async def test_any_bytes_are_refused_in_the_one_format(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/v2/personas", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["message"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.dictionaries(
        st.sampled_from(["limit", "page", "sort", "status", "name", "verbose", "replica_ids", "replica_type"]),
        st.text(max_size=12) | st.integers().map(str),
        max_size=4,
    ),
    path=st.sampled_from(["/v2/personas", "/v2/replicas", "/v2/conversations"]),
)
async def test_any_query_is_answered(client: httpx.AsyncClient, query: dict[str, str], path: str) -> None:
    encodable = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    response = await client.get(path, params=encodable)
    assert response.status_code in {200, 400}, response.text
    assert response.json()
