"""What the system must bring: found, or named with the exact command."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from installer import system
from installer.errors import InstallError
from installer.steps import Progress


def _which(*there: str) -> Callable[[str], str | None]:
    return lambda name: f"/usr/bin/{name}" if name in there else None


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which there is nothing at all."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for variable in ("CC", "CXX", "VISAVIS_CHROMIUM"):
        monkeypatch.delenv(variable, raising=False)
    return folder


def _program(folder: Path, name: str, script: str = "exit 0") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("program", "manager", "command"),
    [
        ("apt-get", "apt", "apt-get update && {sudo}apt-get install -y --no-install-recommends g++"),
        ("dnf", "dnf", "dnf install -y gcc-c++"),
        ("pacman", "pacman", "pacman -Sy --noconfirm --needed gcc"),
        ("zypper", "zypper", "zypper --non-interactive install gcc-c++"),
    ],
)
def test_a_missing_compiler_is_named_with_the_command_of_this_system(program: str, manager: str, command: str) -> None:
    assert system.package_manager(_which(program)) == manager
    error = system.missing_error([system.compiler(_which())], manager)
    sudo = "" if os.geteuid() == 0 else "sudo "
    assert error.what == "This machine lacks a C++ compiler."
    assert "llama.cpp" in error.why
    assert f"`{sudo}{command.format(sudo=sudo)}`" in error.remedy


def test_homebrew_is_never_called_with_sudo() -> None:
    commands = system.install_commands([system.compiler(_which()), system.browser(_which())], "brew")
    assert system.shown(commands, "brew") == "brew install gcc --cask chromium"


def test_without_a_known_package_manager_the_thing_itself_is_named(empty_path: Path, progress: Progress) -> None:
    with pytest.raises(InstallError) as caught:
        system.provide([system.compiler(), system.browser()], progress, yes=True)
    assert caught.value.what == "This machine lacks a C++ compiler and Chromium."
    assert "package manager" in caught.value.remedy


def test_a_path_without_compilers_is_an_error_before_anything_is_built(empty_path: Path, progress: Progress) -> None:
    _program(empty_path, "apt-get", "exit 1")
    with pytest.raises(InstallError) as caught:
        system.provide([system.compiler()], progress, yes=False)
    assert "apt-get install -y --no-install-recommends g++" in caught.value.remedy
    assert "--yes" in caught.value.remedy


def test_any_usual_compiler_will_do_and_cxx_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    assert all(system.compiler(_which(name)).met() for name in system.COMPILERS)
    assert not system.compiler(_which("gcc")).met()
    monkeypatch.setenv("CXX", "my-c++ -m64")
    assert system.compiler(_which("my-c++")).met()
    assert not system.compiler(_which("g++")).met()


@pytest.mark.skipif(os.geteuid() != 0, reason="system packages are installed as root")
def test_yes_as_root_installs_what_is_missing(empty_path: Path, progress: Progress) -> None:
    """A package manager of the test's own, which brings the compiler when called as the real one would be."""
    calls = empty_path / "calls"
    _program(
        empty_path,
        "apt-get",
        f'echo "$@ $DEBIAN_FRONTEND" >> {calls}\n[ "$1" = update ] || {{ : > {empty_path}/g++; /bin/chmod +x {empty_path}/g++; }}',
    )
    outcome = system.provide([system.compiler()], progress, yes=True)
    assert outcome == "installed a C++ compiler"
    assert calls.read_text().splitlines() == [
        "update noninteractive",
        "install -y --no-install-recommends g++ noninteractive",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="system packages are installed as root")
def test_a_package_manager_that_brings_nothing_is_not_believed(empty_path: Path, progress: Progress) -> None:
    _program(empty_path, "apt-get")
    with pytest.raises(InstallError, match=r"lacks a C\+\+ compiler"):
        system.provide([system.compiler()], progress, yes=True)


def test_what_is_there_needs_no_package_manager(empty_path: Path, progress: Progress) -> None:
    _program(empty_path, "c++")
    assert system.provide([system.compiler()], progress, yes=False) == "all there"


def test_a_shared_library_is_really_loaded() -> None:
    assert system.shared_library("libc.so.6" if sys.platform == "linux" else "libc.dylib", {}).met()
    missing = system.shared_library("libdoesnotexist.so.9", {"apt": "libdoesnotexist9"})
    assert not missing.met()
    assert "libdoesnotexist9" in system.missing_error([missing], "apt").remedy


def test_the_browser_is_found_by_name_or_by_variable(
    empty_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert system.find_browser() is None
    chrome = _program(empty_path, "google-chrome")
    assert system.find_browser() == str(chrome)
    chromium = _program(empty_path, "chromium")
    assert system.find_browser() == str(chromium)
    own = _program(tmp_path, "my-chromium")
    monkeypatch.setenv("VISAVIS_CHROMIUM", str(own))
    assert system.find_browser() == str(own)
    monkeypatch.setenv("VISAVIS_CHROMIUM", str(tmp_path / "gone"))
    assert system.find_browser() == str(chromium)


def test_the_venv_package_is_the_one_of_this_python() -> None:
    assert system.venv_module().packages["apt"] == f"python3.{sys.version_info.minor}-venv"
    assert system.venv_module().met()
