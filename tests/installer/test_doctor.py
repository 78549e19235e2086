"""`doctor` lets the store hash its models: a start looks at sizes and times alone."""

import shlex
import sys

import pytest

from installer.doctor import Finding, Verdict, model_findings
from installer.layout import Layout
from models.store import ModelStore
from tests.models.making import file_of, model, sha256, some_bytes

BYTES = some_bytes(5000)


@pytest.fixture
def there(layout: Layout) -> Layout:
    """An environment that runs the interpreter of these tests."""
    layout.scripts.mkdir(parents=True)
    layout.python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    layout.python.chmod(0o755)
    return layout


@pytest.fixture
def store(there: Layout) -> ModelStore:
    """A store with one sound model."""
    store = ModelStore(there.home)
    store.partials.mkdir(parents=True)
    (store.partials / "x").write_bytes(BYTES)
    with store.lock():
        store.adopt(store.partials / "x", sha256(BYTES))
        store.install(model("chat", (file_of("a.gguf", BYTES),)), {"a.gguf": sha256(BYTES)}, "a test")
    return store


def test_before_there_are_models_nothing_is_said_of_them(there: Layout) -> None:
    assert list(model_findings(there)) == []


@pytest.mark.usefixtures("store")
def test_a_sound_model_has_a_line(there: Layout) -> None:
    assert list(model_findings(there)) == [Finding(Verdict.GOOD, "model chat", "sound")]


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_model_is_named_with_a_command_that_can_be_pasted(
    there: Layout, store: ModelStore, damage: str
) -> None:
    blob = store.blob(sha256(BYTES))
    match damage:
        case "flipped":
            blob.write_bytes(BYTES[:-1] + bytes([BYTES[-1] ^ 1]))
        case "cut":
            blob.write_bytes(BYTES[:-1])
        case _:
            blob.unlink()
    (finding,) = model_findings(there)
    assert (finding.verdict, finding.subject) == (Verdict.MISSING, "model chat")
    assert "a.gguf is damaged" in finding.text
    command = [str(there.scripts / "visavis"), "models", "pull", "chat", "--home", str(there.home)]
    assert f"`{shlex.join(command)}`" in finding.text


def test_a_store_that_cannot_be_read_is_said_in_its_own_words(there: Layout, store: ModelStore) -> None:
    next((store.root / "installed").iterdir()).write_text("{")
    (finding,) = model_findings(there)
    assert finding.verdict is Verdict.MISSING
    assert "chat.json" in finding.text
