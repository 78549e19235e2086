"""Voices of the model store, with the basic one behind them."""

import json
from pathlib import Path

import pytest

from engine.errors import ModelUnavailableError
from engine.layers.tts.stored_voices import StoredVoices
from engine.layers.tts.voice_pool import VoiceChoice
from models.store import ModelStore
from tests.layers.tts.tiny_piper_voice import write_tiny_voice


def put(home: Path, name: str, code: str) -> Path:
    """Drop a tiny voice that speaks `code` into the store."""
    folder = home / "models" / "tts" / name
    folder.mkdir(parents=True)
    network, config = write_tiny_voice(folder)
    values = json.loads(config.read_text())
    values |= {"language": {"code": code}, "espeak": {"voice": code.split("_", maxsplit=1)[0]}}
    (folder / f"{name}.onnx.json").write_text(json.dumps(values))
    network.rename(folder / f"{name}.onnx")
    config.unlink()
    return folder


@pytest.fixture
def source(tmp_path: Path) -> StoredVoices:
    put(tmp_path, "de_DE-karl-medium", "de_DE")
    put(tmp_path, "es_MX-ana-low", "es_MX")
    return StoredVoices(ModelStore(tmp_path))


def test_the_store_comes_first_and_the_basic_voice_is_behind_it(source: StoredVoices) -> None:
    assert source.choose("de") == VoiceChoice("de_DE-karl-medium", "de-DE")
    assert source.choose("es-MX") == VoiceChoice("es_MX-ana-low", "es-MX")
    assert source.choose("fr") == VoiceChoice("basic", "fr-FR", basic=True)
    assert source.choose("fr-CA") == VoiceChoice("basic", "fr-CA", basic=True)
    assert source.choose("ja") is None
    assert source.choose("xx") is None


def test_a_voice_is_chosen_by_name_where_it_speaks_the_language(source: StoredVoices) -> None:
    assert source.choose("de", "basic") == VoiceChoice("basic", "de-DE", basic=True)
    assert source.choose("de", "es_MX-ana-low") is None
    assert source.choose("de", "gone") is None
    assert source.named("es_MX-ana-low") == VoiceChoice("es_MX-ana-low", "es-MX")
    assert source.named("gone") is None


def test_it_tells_which_languages_are_spoken(source: StoredVoices) -> None:
    assert {"de", "es", "fr", "ko"} <= source.languages()
    assert not {"ja", "th", "tl", "he"} & source.languages()


@pytest.mark.parametrize(
    ("language", "name"), [("de", "de_DE-karl-medium"), ("fr", "basic"), ("no", "basic"), ("zh", "basic")]
)
def test_what_it_chooses_it_opens_and_that_speaks(source: StoredVoices, language: str, name: str) -> None:
    choice = source.choose(language)
    assert choice is not None
    voice = source.open(choice)
    assert (voice.name, voice.basic, voice.language) == (name, name == "basic", choice.language)
    assert voice.speak("Ja, 1 2 3.").samples.size


def test_a_damaged_store_or_a_folder_without_a_configuration_is_told(source: StoredVoices, tmp_path: Path) -> None:
    (tmp_path / "models" / "installed").mkdir()
    (tmp_path / "models" / "installed" / "some-voice.json").write_text("{")
    with pytest.raises(ModelUnavailableError, match=r"some-voice\.json"):
        source.choose("de")
    with pytest.raises(ModelUnavailableError, match="visavis models pull gone"):
        StoredVoices(ModelStore(tmp_path / "other")).open(VoiceChoice("gone", "de"))
