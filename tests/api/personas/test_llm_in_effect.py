"""What the verbose answer says of a persona's language model: what is in effect, and what is kept alone."""

from typing import Any

import pytest

from engine.api.personas.answers import in_effect


def not_enforced(**llm: Any) -> list[str]:
    return [name for name in in_effect({"layers": {"llm": llm}}).get("not_enforced", []) if "llm" in name]


SERVER = {
    "model": "gpt-4o",
    "base_url": "https://llm.example/v1",
    "api_key": "k",
    "headers": {"x-team": "1"},
    "default_query": {"api-version": "1"},
    "extra_body": {"temperature": 0.5, "frequency_penalty": 0.5},
    "speculative_inference": True,
}


def test_all_of_a_language_model_that_runs_elsewhere_is_in_effect() -> None:
    assert not_enforced(**SERVER) == []


def test_what_is_for_servers_has_no_effect_without_one() -> None:
    assert not_enforced(**{**SERVER, "base_url": ""}) == [
        "layers.llm.default_query",
        "layers.llm.extra_body.frequency_penalty",
        "layers.llm.headers",
    ]


@pytest.mark.parametrize("extra_body", [{}, {"temperature": 0.7, "top_p": 0.9, "max_tokens": 100, "seed": 1}])
def test_the_model_that_runs_here_draws_as_it_is_told(extra_body: dict[str, Any]) -> None:
    assert not_enforced(model="tavus-gpt-oss", extra_body=extra_body) == []
