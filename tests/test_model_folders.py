"""One choice of a task's model, whoever loads it; what is missing or damaged names what mends it."""

from pathlib import Path

import pytest

from engine.errors import ModelUnavailableError
from engine.model_folders import best_folder, checked_folder, only_file
from models.store import ModelStore
from models.tiers import Tier
from tests.models.making import file_of, model, sha256, some_bytes

WEIGHTS = some_bytes(4000)
REMEDY = "visavis models pull --default"


def chat_store(home: Path, *names: str) -> ModelStore:
    """Return a store that holds chat models of these names, with the same weights."""
    store = ModelStore(home)
    store.partials.mkdir(parents=True)
    with store.lock():
        partial = store.partials / "weights"
        partial.write_bytes(WEIGHTS)
        store.adopt(partial, sha256(WEIGHTS))
        for name in names:
            store.install(model(name, (file_of("chat.gguf", WEIGHTS),)), {"chat.gguf": sha256(WEIGHTS)}, "a test")
    return store


def test_the_best_model_is_found_with_its_one_file(tmp_path: Path) -> None:
    folder = best_folder(chat_store(tmp_path, "a-chat"), Tier.CPU, "llm", "en")
    assert only_file(folder, "*.gguf").read_bytes() == WEIGHTS


def test_the_one_that_is_preferred_goes_before_others(tmp_path: Path) -> None:
    store = chat_store(tmp_path, "a-chat", "b-chat")
    assert best_folder(store, Tier.CPU, "llm", "en", "a-chat").name == "a-chat"
    assert best_folder(store, Tier.CPU, "llm", "en", "b-chat").name == "b-chat"


def test_a_task_without_a_model_names_the_store_and_what_mends_it(tmp_path: Path) -> None:
    store = chat_store(tmp_path, "a-chat")
    with pytest.raises(ModelUnavailableError, match=REMEDY) as error:
        best_folder(store, Tier.CPU, "stt", "en")
    assert "stt" in str(error.value)
    assert str(store.root) in str(error.value)


def test_a_damaged_model_is_not_handed_out(tmp_path: Path) -> None:
    store = chat_store(tmp_path, "a-chat")
    (store.path("a-chat") / "chat.gguf").resolve().write_bytes(WEIGHTS[:-1] + b"\x00\x01")
    with pytest.raises(ModelUnavailableError, match=r"chat\.gguf"):
        best_folder(store, Tier.CPU, "llm", "en")


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="b-chat"):
        checked_folder(chat_store(tmp_path, "a-chat"), "b-chat")


def test_a_folder_without_the_file_names_the_file_and_what_mends_it(tmp_path: Path) -> None:
    folder = best_folder(chat_store(tmp_path, "a-chat"), Tier.CPU, "llm", "en")
    with pytest.raises(ModelUnavailableError, match=REMEDY) as error:
        only_file(folder, "*.onnx")
    assert "*.onnx" in str(error.value)
