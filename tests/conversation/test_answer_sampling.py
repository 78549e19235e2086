"""How a persona has the local model draw its words."""

from typing import Any

import pytest

from engine.conversation.answer_sampling import sampling_of
from engine.errors import InvalidInputError
from engine.layers.llm.protocol import Sampling


def test_a_persona_that_says_nothing_gets_what_suits_speech() -> None:
    assert sampling_of({}) == Sampling()
    assert sampling_of({"temperature": None}, seed=3) == Sampling(seed=3)


def test_extra_body_says_how_to_draw() -> None:
    wished = {"temperature": 0.7, "top_p": 0.9, "max_tokens": 40, "seed": 5, "repeat_penalty": 1.2}
    assert sampling_of(wished, seed=3) == Sampling(0.7, 0.9, 1.2, 40, 5)
    assert sampling_of({"temperature": 0, "top_p": 1}) == Sampling(temperature=0, top_p=1)


def test_what_only_other_servers_know_is_left_out() -> None:
    assert sampling_of({"frequency_penalty": 0.5, "user": "x"}) == Sampling()


@pytest.mark.parametrize(
    ("wished", "told"),
    [
        ({"temperature": 3}, "temperature: 3 is not accepted; a number from 0.0 to 2.0 is"),
        ({"temperature": "hot"}, "temperature: 'hot'"),
        ({"temperature": True}, "temperature: True"),
        ({"temperature": float("nan")}, "temperature: nan"),
        ({"top_p": -0.1}, "top_p: -0.1"),
        ({"max_tokens": 0}, "max_tokens: 0 is not accepted; a whole number from 1 to 4096 is"),
        ({"max_tokens": 2.5}, "max_tokens: 2.5"),
        ({"seed": -1}, "seed: -1"),
    ],
)
def test_what_cannot_be_drawn_with_is_refused_by_name(wished: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        sampling_of(wished)
    assert str(refused.value).startswith(f"layers.llm.extra_body.{told}")
