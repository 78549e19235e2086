"""`uninstall`: takes away what the installer made, and the data only when told to."""

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from installer.environment import is_environment
from installer.errors import InstallError
from installer.layout import Layout

LOCK_NAME = "visavis.lock"
"""The file in the home folder that a running appliance holds locked."""


@dataclass(frozen=True, slots=True)
class Removal:
    """One folder to be deleted."""

    folder: Path
    contents: str


def removals(layout: Layout, *, data: bool) -> list[Removal]:
    """Return what would be deleted; raises InstallError when a folder is in use or does not look like what it should be."""
    found = []
    if layout.venv.exists():
        if not is_environment(layout.venv):
            raise InstallError(
                f"{layout.venv} is not removed.", "it is no virtual environment", "name the environment with --venv DIR"
            )
        found.append(Removal(layout.venv, "the Python environment"))
    if layout.cache.exists():
        found.append(Removal(layout.cache, "built wheels, half-done builds, logs"))
    if found and _running(layout.home):
        raise InstallError(
            "Visavis is running.", f"it holds {layout.home / LOCK_NAME}", "end it (Ctrl-C, or SIGTERM), then call again"
        )
    if data and layout.home.exists():
        _check_home(layout)
        found.append(Removal(layout.home, "YOUR DATA: conversations, personas, replicas, models, API keys"))
    return found


def uninstall(
    layout: Layout, *, data: bool, yes: bool, ask: Callable[[str], str] = input, say: Callable[[str], None] = print
) -> int:
    """Name what is deleted, ask unless told `yes`, delete. Returns the exit status; raises InstallError."""
    found = removals(layout, data=data)
    if not found:
        say("Nothing to remove.")
        return 0
    say("This deletes:")
    for removal in found:
        say(f"  {removal.folder}  ({removal.contents}, {_megabytes(removal.folder):.0f} MB)")
    if not data and layout.home.exists():
        say(f"Kept: {layout.home} (data, models, keys; --data deletes it too)")
    if not yes and not _agrees(ask):
        say("Nothing was deleted.")
        return 1
    for removal in found:
        shutil.rmtree(removal.folder)
        say(f"deleted {removal.folder}")
    return 0


def _agrees(ask: Callable[[str], str]) -> bool:
    try:
        return ask("Delete? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _running(home: Path) -> bool:
    try:
        with (home / LOCK_NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _check_home(layout: Layout) -> None:
    """A home folder named by mistake (`--home ~`) must not be deleted."""
    inside = layout.checkout.is_relative_to(layout.home) or Path.home().is_relative_to(layout.home)
    known = any((layout.home / name).exists() for name in ("models", "visavis.db", "secret.key"))
    if inside or not (known or not any(layout.home.iterdir())):
        raise InstallError(
            f"{layout.home} is not removed.",
            "it does not look like a home folder of Visavis",
            "name the right one with --home DIR, or delete it by hand",
        )


def _megabytes(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6
