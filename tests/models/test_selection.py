"""Which of the models that are here is taken."""

import json
from pathlib import Path

import pytest

from models.errors import StoreError
from models.store import ModelStore
from models.tiers import Tier
from tests.models.making import file_of, model, some_bytes
from tests.models.test_store import put


def install(store: ModelStore, name: str, size: int = 10, **changes: object) -> None:
    data = some_bytes(size, seed=len(name))
    put(store, model(name, (file_of("a.bin", data),), **changes), {"a.bin": data})


def drop_voice(store: ModelStore, name: str, config: dict[str, object]) -> Path:
    folder = store.root / "tts" / name
    folder.mkdir(parents=True)
    (folder / "voice.onnx").write_bytes(b"network")
    (folder / "voice.onnx.json").write_text(json.dumps(config))
    return folder


def test_nothing_here_gives_nothing(store: ModelStore) -> None:
    assert store.best("llm", "en") is None


def test_the_most_capable_that_fits_the_machine_is_taken(store: ModelStore) -> None:
    install(store, "small")
    install(store, "eight", tier=Tier.GPU8)
    install(store, "large", tier=Tier.GPU24)
    assert store.best("llm", "en") == "small"
    assert store.best("llm", "en", Tier.GPU12) == "eight"
    assert store.best("llm", "en", "gpu80") == "large"


def test_what_was_fetched_on_purpose_comes_before_the_default_set(store: ModelStore) -> None:
    install(store, "default", size=100, default=True)
    install(store, "chosen", size=10)
    assert store.best("llm", "en") == "chosen"


def test_the_preferred_one_is_taken_whatever_its_tier(store: ModelStore) -> None:
    install(store, "small")
    install(store, "large", tier=Tier.GPU80)
    assert store.best("llm", "en", prefer="large") == "large"
    assert store.best("llm", "en", prefer="absent") == "small"


def test_only_what_speaks_the_language_is_taken(store: ModelStore) -> None:
    install(store, "english", size=100)
    assert store.best("llm", "de") is None
    assert store.best("llm", "en-GB") == "english"
    install(store, "any", size=10, languages=("*",))
    assert store.best("llm", "de") == "any"


def test_a_piper_voice_that_someone_dropped_in_counts(store: ModelStore) -> None:
    folder = drop_voice(store, "mine", {"language": {"code": "en_GB"}})
    assert store.best("tts", "en") == "mine"
    assert store.best("tts", "fr") is None
    assert store.path("mine") == store.checked("mine") == folder
    assert store.file("mine", "voice.onnx") == folder / "voice.onnx"
    assert store.verify("mine").files == ()


def test_a_voice_without_a_language_code_goes_by_its_espeak_voice(store: ModelStore) -> None:
    drop_voice(store, "mine", {"espeak": {"voice": "en-us"}})
    assert store.best("tts", "en") == "mine"


@pytest.mark.parametrize("config", ["", "[]", "null", '{"language": 3}', '{"language": {"code": 3}}'])
def test_a_voice_with_a_strange_configuration_speaks_no_language(store: ModelStore, config: str) -> None:
    folder = drop_voice(store, "mine", {})
    (folder / "voice.onnx.json").write_text(config)
    assert store.best("tts", "en") is None


def test_a_voice_of_the_catalogue_comes_before_one_dropped_in(store: ModelStore) -> None:
    drop_voice(store, "mine", {"language": {"code": "en_US"}})
    install(store, "catalogued", task="tts")
    assert store.best("tts", "en") == "catalogued"


def test_half_a_voice_is_none(store: ModelStore) -> None:
    folder = drop_voice(store, "mine", {"language": {"code": "en_US"}})
    (folder / "voice.onnx").unlink()
    assert store.installed() == []


def test_what_was_dropped_in_is_not_removed_by_us(store: ModelStore) -> None:
    folder = drop_voice(store, "mine", {"language": {"code": "en_US"}})
    with pytest.raises(StoreError, match="put into the store by hand"):
        store.remove("mine")
    assert folder.is_dir()
