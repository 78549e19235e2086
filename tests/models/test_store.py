"""The store: what is in it, where it lies, and how damage shows."""

import os
from pathlib import Path

import pytest

from models.catalogue import Model
from models.errors import ModelDamagedError, ModelMissingError, StoreError, UnknownModelError
from models.store import ModelStore
from tests.models.making import file_of, model, sha256, some_bytes

DATA = some_bytes(5000)
OTHER = some_bytes(3000, seed=2)


def put(store: ModelStore, made: Model, contents: dict[str, bytes]) -> None:
    """Install a model without any source."""
    store.partials.mkdir(parents=True, exist_ok=True)
    with store.lock():
        for data in contents.values():
            partial = store.partials / "x"
            partial.write_bytes(data)
            store.adopt(partial, sha256(data))
        store.install(made, {path: sha256(data) for path, data in contents.items()}, "a test")


@pytest.fixture
def chat(store: ModelStore) -> Model:
    contents = {"a.gguf": DATA, "sub/b.json": OTHER}
    made = model("chat", tuple(file_of(path, data) for path, data in contents.items()))
    put(store, made, contents)
    return made


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.usefixtures("chat")
class TestReading:
    def test_a_model_is_a_folder_with_its_files_under_their_own_names(self, store: ModelStore) -> None:
        folder = store.path("chat")
        assert folder == store.root / "llm" / "chat"
        assert (folder / "a.gguf").read_bytes() == DATA
        assert (folder / "sub" / "b.json").read_bytes() == OTHER
        assert store.file("chat", "sub/b.json") == folder / "sub" / "b.json"

    def test_the_home_may_be_moved(self, store: ModelStore, tmp_path: Path) -> None:
        store.home.rename(tmp_path / "moved")
        moved = ModelStore(tmp_path / "moved")
        assert (moved.checked("chat") / "a.gguf").read_bytes() == DATA

    def test_a_missing_model_is_met_with_the_command_that_fetches_it(self, store: ModelStore) -> None:
        with pytest.raises(ModelMissingError, match="visavis models pull absent"):
            store.path("absent")

    def test_a_file_that_the_model_has_not_is_named(self, store: ModelStore) -> None:
        with pytest.raises(UnknownModelError, match=r"'c\.txt' is not a file of the model 'chat'"):
            store.file("chat", "c.txt")

    @pytest.mark.parametrize("name", ["../chat", "/etc", "", "a/b", "blobs"])
    def test_a_name_that_leads_astray_is_refused(self, store: ModelStore, name: str) -> None:
        with pytest.raises(UnknownModelError, match="is not accepted"):
            store.path(name)

    def test_an_unreadable_manifest_names_the_command_that_mends_it(self, store: ModelStore) -> None:
        (store.root / "installed" / "chat.json").write_text('{"name": "chat"')
        with pytest.raises(StoreError, match="visavis models pull chat"):
            store.installed()

    def test_a_manifest_that_points_outside_is_refused(self, store: ModelStore) -> None:
        path = store.root / "installed" / "chat.json"
        path.write_text(path.read_text().replace("sub/b.json", "../../../../b.json"))
        with pytest.raises(StoreError, match="outside the store"):
            store.checked("chat")


@pytest.mark.usefixtures("chat")
class TestChecking:
    def test_a_sound_model_is_given_out(self, store: ModelStore) -> None:
        assert store.checked("chat") == store.path("chat")
        assert store.verify("chat").sound

    def test_a_flipped_byte_names_file_both_hashes_and_what_mends_it(self, store: ModelStore) -> None:
        flip_a_byte(store.blob(sha256(DATA)))
        found = sha256(store.blob(sha256(DATA)).read_bytes())
        with pytest.raises(ModelDamagedError) as raised:
            store.checked("chat")
        message = str(raised.value)
        assert str(store.path("chat") / "a.gguf") in message
        assert sha256(DATA) in message
        assert found in message
        assert "visavis models pull chat" in message

    def test_a_shortened_file_is_damage(self, store: ModelStore) -> None:
        os.truncate(store.blob(sha256(OTHER)), 10)
        with pytest.raises(ModelDamagedError, match=r"sub/b\.json"):
            store.checked("chat")

    def test_a_missing_file_is_damage(self, store: ModelStore) -> None:
        store.blob(sha256(OTHER)).unlink()
        with pytest.raises(ModelDamagedError, match="missing"):
            store.checked("chat")
        assert [file.path for file in store.verify("chat").files if not file.sound] == ["sub/b.json"]

    def test_a_new_time_alone_is_hashed_once_and_then_remembered(self, store: ModelStore) -> None:
        blob = store.blob(sha256(DATA))
        os.utime(blob, ns=(1, 12345))
        store.checked("chat")
        manifest = store.manifest("chat")
        assert manifest is not None
        assert manifest.files["a.gguf"].mtime_ns == 12345

    def test_damage_that_kept_its_time_shows_when_all_is_hashed(self, store: ModelStore) -> None:
        blob = store.blob(sha256(DATA))
        before = blob.stat()
        flip_a_byte(blob)
        os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))
        store.checked("chat")
        report = store.verify("chat")
        assert [file.path for file in report.files if not file.sound] == ["a.gguf"]

    def test_hashing_reports_how_far_it_is(self, store: ModelStore) -> None:
        steps: list[tuple[str, int, int]] = []
        store.verify("chat", lambda *step: steps.append(step))
        assert steps == [("a.gguf", len(DATA), len(DATA)), ("sub/b.json", len(OTHER), len(OTHER))]


class TestRemoving:
    def test_files_and_empty_folders_go(self, store: ModelStore, chat: Model) -> None:
        assert store.remove(chat.name) == len(DATA) + len(OTHER)
        assert store.installed() == []
        assert list(store.blobs.iterdir()) == []
        assert not (store.root / "llm").exists()

    def test_what_another_model_shares_stays(self, store: ModelStore, chat: Model) -> None:
        put(store, model("second", (file_of("same.json", OTHER),)), {"same.json": OTHER})
        assert store.remove(chat.name) == len(DATA)
        assert (store.checked("second") / "same.json").read_bytes() == OTHER

    def test_a_model_that_is_not_here_cannot_be_removed(self, store: ModelStore) -> None:
        with pytest.raises(ModelMissingError):
            store.remove("absent")


def test_a_second_writer_waits_and_says_so(store: ModelStore) -> None:
    waited: list[bool] = []
    with store.lock(), pytest.raises(StoreError, match="another pull"), store.lock(lambda: waited.append(True), 0.3):
        pytest.fail("two writers at once")
    assert waited == [True]


def test_a_store_that_cannot_be_locked_names_the_place(store: ModelStore) -> None:
    (store.root / ".lock").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"models/\.lock: Is a directory"), store.lock():
        pytest.fail("locked a folder")


def test_where_links_are_not_allowed_a_view_is_a_second_name(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: str) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    made = model("chat", (file_of("a.gguf", DATA),))
    for _ in range(2):
        put(store, made, {"a.gguf": DATA})
        view = store.checked("chat") / "a.gguf"
        assert view.samefile(store.blob(sha256(DATA)))
        assert [path.name for path in view.parent.iterdir()] == ["a.gguf"]
