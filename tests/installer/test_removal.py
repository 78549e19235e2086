"""Uninstalling: what is named, asked for, deleted, and what is never deleted."""

from pathlib import Path

import pytest

from installer.errors import InstallError
from installer.layout import Layout
from installer.removal import uninstall


def _never(question: str) -> str:
    raise AssertionError(f"asked: {question}")


@pytest.fixture
def there(tmp_path: Path) -> Layout:
    """An installation of a few small files, all in a temporary folder."""
    layout = Layout.of({"HOME": str(tmp_path / "user")}, venv=tmp_path / "venv", checkout=tmp_path / "checkout")
    for file in (
        layout.venv / "pyvenv.cfg",
        layout.wheels / "key" / "llama.whl",
        layout.home / "models" / "a.gguf",
        layout.checkout / "pyproject.toml",
    ):
        file.parent.mkdir(parents=True)
        file.write_text("x")
    return layout


def test_environment_and_cache_go_and_the_data_stays(there: Layout) -> None:
    said: list[str] = []
    assert uninstall(there, data=False, yes=True, ask=_never, say=said.append) == 0
    assert not there.venv.exists()
    assert not there.cache.exists()
    assert (there.home / "models" / "a.gguf").exists()
    assert (there.checkout / "pyproject.toml").exists()
    text = "\n".join(said)
    assert str(there.venv) in text
    assert f"Kept: {there.home}" in text


def test_data_goes_only_when_told_and_after_it_is_named(there: Layout) -> None:
    said: list[str] = []

    def agrees(question: str) -> str:
        assert any(str(there.home) in line and "YOUR DATA" in line for line in said)
        assert there.home.exists()
        return "y"

    assert uninstall(there, data=True, yes=False, ask=agrees, say=said.append) == 0
    assert not there.home.exists()


@pytest.mark.parametrize("answer", ["", "n", "no", "what"])
def test_without_a_yes_nothing_goes(there: Layout, answer: str) -> None:
    assert uninstall(there, data=True, yes=False, ask=lambda question: answer, say=lambda text: None) == 1
    assert there.venv.exists()
    assert there.home.exists()


def test_nobody_there_to_ask_is_a_no(there: Layout) -> None:
    def nobody(question: str) -> str:
        raise EOFError

    assert uninstall(there, data=False, yes=False, ask=nobody, say=lambda text: None) == 1
    assert there.venv.exists()


def test_a_folder_that_is_no_environment_is_refused(there: Layout) -> None:
    (there.venv / "pyvenv.cfg").unlink()
    with pytest.raises(InstallError, match="not removed"):
        uninstall(there, data=False, yes=True, ask=_never, say=lambda text: None)
    assert there.cache.exists()


def test_a_home_named_by_mistake_is_refused(there: Layout, tmp_path: Path) -> None:
    for wrong in (tmp_path, Path.home(), there.checkout):
        mistaken = Layout.of({"HOME": str(tmp_path / "user")}, venv=there.venv, home=wrong, checkout=there.checkout)
        with pytest.raises(InstallError, match="not removed"):
            uninstall(mistaken, data=True, yes=True, ask=_never, say=lambda text: None)
    assert there.checkout.exists()


def test_a_home_in_which_nothing_was_ever_put_can_go(there: Layout) -> None:
    (there.home / "models" / "a.gguf").unlink()
    (there.home / "models").rmdir()
    assert uninstall(there, data=True, yes=True, ask=_never, say=lambda text: None) == 0
    assert not there.home.exists()


@pytest.mark.parametrize("data", [False, True])
def test_nothing_is_taken_from_under_a_running_appliance(there: Layout, *, data: bool) -> None:
    from engine.store.home_lock import HomeLock

    with HomeLock(there.home), pytest.raises(InstallError, match="is running"):
        uninstall(there, data=data, yes=True, ask=_never, say=lambda text: None)
    assert there.venv.exists()
    assert (there.home / "models" / "a.gguf").exists()
    assert uninstall(there, data=data, yes=True, ask=_never, say=lambda text: None) == 0


def test_a_second_time_there_is_nothing_to_remove(there: Layout) -> None:
    said: list[str] = []
    uninstall(there, data=True, yes=True, ask=_never, say=lambda text: None)
    assert uninstall(there, data=True, yes=True, ask=_never, say=said.append) == 0
    assert said == ["Nothing to remove."]
