"""Addresses of TURN servers, as they stand in the settings."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from engine.settings import Settings
from engine.turn_urls import TurnUrl

SECRET = "nobody sees this"


@pytest.mark.parametrize(
    ("url", "secure", "host", "port", "transport"),
    [
        ("turn:turn.example", False, "turn.example", 3478, "udp"),
        ("turn:192.0.2.1:80?transport=tcp", False, "192.0.2.1", 80, "tcp"),
        ("TURNS:turn.example", True, "turn.example", 5349, "tcp"),
        ("turns:[2001:db8::1]:443?transport=tcp", True, "2001:db8::1", 443, "tcp"),
    ],
)
def test_what_is_left_out_is_as_the_standard_has_it(
    url: str, secure: bool, host: str, port: int, transport: str
) -> None:
    assert TurnUrl.parse("turn_url", url) == TurnUrl(url, secure, host, port, "udp" if transport == "udp" else "tcp")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "turn.example",
        "stun:turn.example",
        "turn://turn.example",
        "turn:a@turn.example",
        "turn:turn.example:0",
        "turn:turn.example:65536",
        "turn:turn.example?transport=sctp",
        "turns:turn.example?transport=udp",
        "turn:-x-",
    ],
)
def test_anything_else_is_refused_in_words(url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"turn_url.*turn:turn\.example:3478"):
        TurnUrl.parse("turn_url", url)


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(InvalidInputError):
        assert TurnUrl.parse("turn_url", text).url == text


def test_several_servers_and_their_secret_come_from_the_environment() -> None:
    environment = {"VISAVIS_TURN_URL": "turn:a.example, turns:b.example", "VISAVIS_TURN_SECRET": SECRET}
    settings = Settings.from_environment(environment)
    assert settings.turn_url == ("turn:a.example", "turns:b.example")
    assert settings.turn_secret.reveal() == SECRET
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "missing"),
    [("VISAVIS_TURN_URL", "turn:a.example", "turn_secret"), ("VISAVIS_TURN_SECRET", SECRET, "turn_url")],
)
def test_servers_and_secret_belong_together(variable: str, value: str, missing: str) -> None:
    with pytest.raises(InvalidInputError, match=missing) as refused:
        Settings.from_environment({variable: value})
    assert SECRET not in str(refused.value)
