"""What a persona says of its own language model, and the requests that are made of it."""

import json
from typing import Any

import pytest

from engine.errors import InvalidInputError
from engine.layers.llm.protocol import Message
from engine.layers.llm.remote_settings import LONGEST_QUOTE, RemoteSettings

URL = "https://llm.example/v1"
TOOL = {"type": "function", "function": {"name": "water", "parameters": {"type": "object"}}}


def settings(**llm: Any) -> RemoteSettings:
    made = RemoteSettings.of({"base_url": URL, "model": "m", **llm})
    assert made is not None
    return made


def body(made: RemoteSettings) -> dict[str, Any]:
    return dict(json.loads(made.body([Message("system", "Be kind."), Message("user", "Hi.")])))


def headers(made: RemoteSettings) -> dict[str, str]:
    return {name.decode(): value.decode("latin-1") for name, value in made.request_headers()}


@pytest.mark.parametrize("llm", [{}, {"model": "tavus-gpt-oss"}, {"base_url": ""}, {"base_url": None, "api_key": "k"}])
def test_a_persona_without_a_base_url_thinks_here(llm: dict[str, Any]) -> None:
    assert RemoteSettings.of(llm) is None


@pytest.mark.parametrize(
    ("base_url", "query", "asked"),
    [
        (URL, {}, f"{URL}/chat/completions"),
        (f"{URL}/", {}, f"{URL}/chat/completions"),
        (f"{URL}/chat/completions", {}, f"{URL}/chat/completions"),
        ("http://127.0.0.1:11434/v1", {}, "http://127.0.0.1:11434/v1/chat/completions"),
        ("http://localhost:8080", {}, "http://localhost:8080/chat/completions"),
        (
            "https://a.openai.azure.com/openai/deployments/gpt-4o",
            {"api-version": "2024-02-15-preview"},
            "https://a.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-02-15-preview",
        ),
        (f"{URL}?a=1#top", {"b": 2, "c": True}, f"{URL}/chat/completions?a=1&b=2&c=true"),
    ],
)
def test_requests_go_to_the_route_of_chat_completions(base_url: str, query: dict[str, Any], asked: str) -> None:
    assert str(settings(base_url=base_url, default_query=query).url()) == asked


def test_the_body_carries_the_conversation_and_what_extra_body_adds() -> None:
    extra = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 200, "frequency_penalty": 0.5}
    assert body(settings(extra_body=extra)) == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi."}],
        "stream": True,
        **extra,
    }


def test_a_server_with_one_model_needs_no_name() -> None:
    assert "model" not in body(settings(model=None))


def test_tools_are_offered_in_the_form_of_functions() -> None:
    short = {"type": "function", "name": "water", "parameters": {"type": "object"}}
    assert body(settings(tools=[TOOL, short]))["tools"] == [TOOL, TOOL]
    assert "tools" not in body(settings(tools=[]))


@pytest.mark.parametrize("name", ["messages", "model", "stream"])
def test_extra_body_cannot_change_what_the_conversation_sets(name: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"layers\.llm\.extra_body\.{name}: "):
        settings(extra_body={name: "x"})


@pytest.mark.parametrize(
    ("llm", "told"),
    [
        ({"base_url": "ftp://llm.example"}, r"layers\.llm\.base_url"),
        ({"base_url": "https://user:pw@llm.example/v1"}, r"layers\.llm\.base_url"),
        ({"api_key": "two\nlines"}, r"layers\.llm\.api_key"),
        ({"api_key": "schlüssel"}, r"layers\.llm\.api_key"),
        ({"headers": {"x y": "1"}}, r"layers\.llm\.headers: 'x y'"),
        ({"headers": {"x-team": "secret\r\nx-other: 1"}}, r"layers\.llm\.headers: 'x-team'"),
        ({"extra_body": {"temperature": float("nan")}}, r"layers\.llm\.extra_body"),
    ],
)
def test_what_makes_no_request_is_refused_by_name_and_without_its_secrets(llm: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told) as refused:
        settings(**llm)
    for secret in ("two", "lines", "schlüssel", "secret"):
        assert secret not in str(refused.value)


def test_the_key_is_a_bearer_unless_the_persona_says_otherwise() -> None:
    assert headers(settings(api_key="k1"))["authorization"] == "Bearer k1"
    own = headers(settings(api_key="k1", headers={"Authorization": "Basic xyz", "X-Team": "käse"}))
    assert (own["authorization"], own["x-team"]) == ("Basic xyz", "käse")
    assert "authorization" not in headers(settings())


def test_azure_gets_its_key_under_the_name_that_it_looks_for() -> None:
    azure = headers(settings(base_url="https://a.openai.azure.com/openai/deployments/gpt-4o", api_key="k1"))
    assert azure["api-key"] == "k1"
    assert "authorization" not in azure


def test_headers_of_the_connection_are_not_the_persona_s() -> None:
    own = {"Host": "other.example", "Content-Length": "3", "Transfer-Encoding": "chunked", "Accept-Encoding": "gzip"}
    sent = headers(settings(headers=own))
    assert "other.example" not in sent.values()
    assert not {"host", "content-length", "transfer-encoding"} & sent.keys()
    assert sent["accept-encoding"] == "identity"


def test_secrets_show_neither_in_its_repr_nor_in_what_is_quoted() -> None:
    made = settings(
        base_url=f"{URL}?key=base-secret",
        api_key="sk-secret",
        headers={"Authorization": "Bearer head-secret"},
        default_query={"code": "query-secret"},
        extra_body={"password": "body-secret"},
    )
    assert "secret" not in repr(made)
    told = "sk-secret, Bearer head-secret, head-secret and query-secret are wrong"
    assert "secret" not in made.quoted(told)
    assert made.quoted(told).endswith("are wrong'")


def test_a_quote_is_one_short_line() -> None:
    assert settings().quoted("no\n such\x00 model ") == "'no such model'"
    assert len(settings().quoted("x" * 10_000)) == LONGEST_QUOTE + 2


def test_any_words_make_a_body() -> None:
    made = settings().body([Message("user", "\ud83d \x00 \N{GRINNING FACE}")])
    assert json.loads(made)["messages"][0]["content"] == "\ud83d \x00 \N{GRINNING FACE}"
