"""Which names stand for secrets, and what is left of one that is shown."""

from pathlib import Path

import pytest

from engine.store.sealing import Sealer, is_secret, masked


@pytest.mark.parametrize(
    "name",
    [
        *("api_key", "apiKey", "API_KEY", "key", "x-api-key", "Ocp-Apim-Subscription-Key", "accessToken", "password"),
        *("Authorization", "Proxy-Authorization", "X-Auth", "Cookie", "clientSecret", "aws_assume_role_arn"),
    ],
)
def test_a_name_that_says_so_is_secret(name: str) -> None:
    assert is_secret(name)
    assert masked({"headers": {name: "0123456789abcdef"}}) == {"headers": {name: "********cdef"}}


@pytest.mark.parametrize(
    "name", ["monkey", "max_tokens", "tokenizer", "author", "keyword", "require_authors", "donkey"]
)
def test_a_name_that_only_sounds_so_is_not(name: str) -> None:
    assert not is_secret(name)


def test_what_was_sealed_is_unreadable_and_comes_back_whole(tmp_path: Path) -> None:
    fields = {"layers": {"llm": {"headers": {"Cookie": "sid=0123456789"}}}, "list": [{"apiKey": "k"}], "plain": "x"}
    sealed = Sealer(tmp_path).seal(fields)
    assert "sid=0123456789" not in str(sealed)
    assert sealed["plain"] == "x"
    assert Sealer(tmp_path).unseal(sealed) == fields
