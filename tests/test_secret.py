import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.secret import MASK, Secret
from engine.settings import Settings

TEXT = "vv_the-key-that-nobody-sees"


@dataclass(frozen=True)
class Holder:
    name: str
    key: Secret


def test_it_shows_asterisks_however_it_is_printed(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(TEXT)
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("with %s and %r and %s", secret, secret, [secret])
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{secret!r:.5}", "%s" % secret]  # noqa: UP031
    shown += [repr([secret]), str({"key": secret}), repr(Holder("a", secret)), repr(asdict(Holder("a", secret)))]
    for text in [*shown, caplog.text]:
        assert TEXT not in text
    assert str(secret) == MASK


def test_only_reveal_gives_the_text() -> None:
    assert Secret(TEXT).reveal() == TEXT
    with pytest.raises(TypeError):
        json.dumps({"key": Secret(TEXT)})
    with pytest.raises(TypeError):
        vars(Secret(TEXT))


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_two_secrets_are_equal_when_their_texts_are(one: str, other: str) -> None:
    assert (Secret(one) == Secret(other)) is (one == other)
    assert Secret(one) == Secret(one)
    assert hash(Secret(one)) == hash(Secret(one))


def test_a_secret_never_equals_a_text() -> None:
    assert Secret(TEXT) != TEXT
    assert bool(Secret(TEXT))
    assert not Secret()


def test_it_can_be_neither_changed_nor_pickled() -> None:
    secret = Secret(TEXT)
    with pytest.raises(AttributeError):
        secret._text = "other"
    with pytest.raises(AttributeError):
        del secret._text
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(secret, protocol)
        with pytest.raises(TypeError):
            pickle.dumps(Holder("a", secret), protocol)
    assert copy.deepcopy(secret) is secret
    assert replace(Holder("a", secret), name="b").key is secret


def test_settings_show_none_of_their_secrets() -> None:
    environment = {"VISAVIS_API_KEY": TEXT, "VISAVIS_WEBHOOK_SECRET": "whsec_bm9ib2R5LXNlZXMtdGhpcw=="}
    settings = Settings.from_environment(environment)
    assert settings.api_key.reveal() == TEXT
    for text in (repr(settings), str(settings), repr(asdict(settings))):
        assert TEXT not in text
        assert "whsec_" not in text
