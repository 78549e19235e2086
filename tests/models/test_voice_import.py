"""Bringing a voice from a folder into the store."""

import json
import os
from pathlib import Path

import pytest

from models.catalogue import Catalogue, parse_catalogue
from models.errors import SourceError
from models.store import ModelStore
from models.voice_import import UNSTATED_LICENCE, find_voice, import_voice
from tests.models.making import catalogue_text, file_of, model, some_bytes

NOTHING = Catalogue(())
CONFIG = {"audio": {"sample_rate": 22_050}, "phoneme_id_map": {"a": [1]}, "language": {"code": "de_DE"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return put(made, "karl")


def put(folder: Path, name: str, **config: object) -> Path:
    (folder / f"{name}.onnx").write_bytes(some_bytes(2000))
    (folder / f"{name}.onnx.json").write_text(json.dumps({**CONFIG, **config}))
    return folder


def test_a_voice_is_copied_whole_with_hashes_language_and_licence(folder: Path, store: ModelStore) -> None:
    model = import_voice(store, NOTHING, find_voice(folder), licence="CC0-1.0")
    [here] = store.installed()
    assert (here.name, here.task, here.languages, here.licence, here.dropped_in) == (
        "karl",
        "tts",
        ("de",),
        "CC0-1.0",
        False,
    )
    assert store.verify("karl").sound
    assert store.file("karl", "karl.onnx").read_bytes() == (folder / "karl.onnx").read_bytes()
    assert model.size == here.size
    (folder / "karl.onnx").write_bytes(b"gone")
    assert store.verify("karl").sound, "the copy is its own"


@pytest.mark.parametrize("what", ["", "karl.onnx", "karl.onnx.json"])
def test_the_folder_or_either_file_names_it(folder: Path, what: str) -> None:
    found = find_voice(folder / what)
    assert (found.name, found.language, found.licence) == ("karl", "de", "")


def test_the_licence_is_given_or_read_from_the_card_or_said_to_be_unstated(folder: Path, store: ModelStore) -> None:
    assert import_voice(store, NOTHING, find_voice(folder), name="one").licence == UNSTATED_LICENCE
    (folder / "MODEL_CARD").write_text(
        "# Model card for karl\n\n## Dataset\n\n* URL: https://x.test\n* License: CC BY 4.0\n"
    )
    assert import_voice(store, NOTHING, find_voice(folder), name="two").licence == "CC BY 4.0"
    assert import_voice(store, NOTHING, find_voice(folder), name="three", licence=" mine ").licence == "mine"


def test_it_may_be_named_anew_and_no_name_is_taken_twice(folder: Path, store: ModelStore) -> None:
    found = find_voice(folder)
    import_voice(store, NOTHING, found, name="de_DE-karl-medium")
    with pytest.raises(SourceError, match="is in the store already; visavis models remove"):
        import_voice(store, NOTHING, found, name="de_DE-karl-medium")
    known = parse_catalogue(catalogue_text(model("karl", (file_of("karl.onnx", b"x"),))))
    with pytest.raises(SourceError, match="visavis models pull karl --from"):
        import_voice(store, known, found)


@pytest.mark.parametrize("name", ["../karl", "a/b", "..", "blobs", "karl\n", "a" * 101, ".karl"])
def test_a_name_that_leads_elsewhere_is_refused(folder: Path, store: ModelStore, name: str) -> None:
    with pytest.raises(SourceError, match="name: "):
        import_voice(store, NOTHING, find_voice(folder), name=name)
    assert store.installed() == []


@pytest.mark.parametrize("name", ["voice.zip", "voice.tar.gz", "voice.7z", "voice.TGZ"])
def test_archives_are_not_unpacked(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(SourceError, match="an archive is not accepted"):
        find_voice(tmp_path / name)


@pytest.mark.parametrize("linked", ["karl.onnx", "karl.onnx.json"])
def test_links_are_not_followed(folder: Path, tmp_path: Path, linked: str) -> None:
    secret = tmp_path / "secret"
    (folder / linked).rename(secret)
    (folder / linked).symlink_to(secret)
    with pytest.raises(SourceError, match="links are not followed"):
        find_voice(folder)


@pytest.mark.skipif(os.name != "posix", reason="a pipe is a file there alone")
def test_what_is_no_plain_file_is_refused(folder: Path) -> None:
    (folder / "karl.onnx").unlink()
    os.mkfifo(folder / "karl.onnx")
    with pytest.raises(SourceError, match="not a plain file"):
        find_voice(folder)


def test_a_folder_with_no_voice_or_with_several_is_told_so(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no voice"):
        find_voice(tmp_path)
    put(folder, "anna")
    with pytest.raises(SourceError, match=r"several voices \(anna.onnx, karl.onnx\)"):
        find_voice(folder)
    assert find_voice(folder / "anna.onnx").name == "anna"
    with pytest.raises(SourceError, match="a folder with"):
        find_voice(Path(__file__))


@pytest.mark.parametrize(
    "config",
    ["", "[]", "{", "[" * 5000, '{"audio": {}}', '{"audio": {}, "phoneme_id_map": {}}']
    + [json.dumps({**CONFIG, "language": {"code": code}}) for code in ("../de", 3, "", "english")],
)
def test_a_configuration_that_is_none_is_refused(folder: Path, config: str) -> None:
    (folder / "karl.onnx.json").write_text(config)
    with pytest.raises(SourceError, match=r"karl\.onnx\.json"):
        find_voice(folder)


def test_a_file_that_changes_while_it_is_taken_is_not_taken(
    folder: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing else can change it between the two reads of one call.
    monkeypatch.setattr("models.voice_import.sha256_of", lambda path: "0" * 64)
    with pytest.raises(Exception, match="has sha256"):
        import_voice(store, NOTHING, find_voice(folder))
    assert store.installed() == []
