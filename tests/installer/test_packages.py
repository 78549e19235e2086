"""Packages by hash: a real pip against an index that is away, and against one that hands out other bytes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from installer.console import Console
from installer.environment import create, install, installed, usable
from installer.errors import InstallError
from installer.layout import Layout
from installer.llama import checksum
from installer.lock import Pin
from installer.process import Children
from installer.state import State
from installer.steps import Engine, Progress, Step
from installer.wheel import TextWheel

SMALL = TextWheel("small-thing", "1.0", "For the test", files={"small_thing.py": "x = 1\n"})


@pytest.fixture
def attempt(
    scratch: Layout, console: Console, children: Children, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Pin], None]:
    """Installs one package as a step does, with an index at a port where nobody listens and no settings of this user."""
    for variable in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")

    def go(pin: Pin) -> None:
        def run(progress: Progress) -> str:
            install(scratch.python, [pin], progress)
            return "there"

        engine = Engine(State(scratch.state), console, children)
        engine.execute([((Step("packages", "Packages", pin.text, run),),)])

    return go


def test_a_file_with_the_locked_hash_is_installed(
    scratch: Layout, attempt: Callable[[Pin], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = SMALL.write(tmp_path / "links")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    attempt(Pin("small-thing", "1.0", "", (f"sha256:{checksum(wheel)}",)))
    assert installed(scratch, "small-thing")
    assert State(scratch.state).key("packages") is not None


def test_other_bytes_than_the_locked_ones_are_refused(
    scratch: Layout, attempt: Callable[[Pin], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = SMALL.write(tmp_path / "links")
    digest = checksum(wheel)
    with wheel.open("ab") as file:
        file.write(b"!")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    with pytest.raises(InstallError) as caught:
        attempt(Pin("small-thing", "1.0", "", (f"sha256:{digest}",)))
    assert caught.value.why == "a package index handed out other bytes than the lock names"
    assert not installed(scratch, "small-thing")


def test_an_index_out_of_reach_is_said_with_the_log(scratch: Layout, attempt: Callable[[Pin], None]) -> None:
    with pytest.raises(InstallError) as caught:
        attempt(Pin("small-thing", "1.0", "", ("sha256:" + "a" * 64,)))
    assert caught.value.what == "Packages failed."
    assert caught.value.why == "the package index cannot be reached"
    assert caught.value.log is not None
    assert "127.0.0.1" in caught.value.log.read_text()
    assert State(scratch.state).key("packages") is None


def test_an_environment_whose_python_is_gone_is_made_anew(scratch: Layout, progress: Progress) -> None:
    state = State(scratch.state)
    state.finish("packages-base", "old")
    scratch.python.unlink()
    assert not usable(scratch)
    create(scratch, state, (), progress)
    assert usable(scratch)
    assert installed(scratch, "pip")
    assert state.key("packages-base") is None
