"""The virtual environment, and pip inside it."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from installer.errors import ChildFailedError, InstallError
from installer.layout import Layout
from installer.lock import Pin, rendered
from installer.state import State
from installer.steps import Progress

# pip replaces itself only here: later steps run pip side by side.
TOOLS = ("pip", "setuptools")


def is_environment(folder: Path) -> bool:
    """Whether the folder is a virtual environment."""
    return (folder / "pyvenv.cfg").is_file()


def usable(layout: Layout) -> bool:
    """Whether the environment's interpreter is there (a system upgrade can take it away)."""
    return is_environment(layout.venv) and layout.python.exists()


def create(layout: Layout, state: State, tools: Sequence[Pin], progress: Progress) -> str:
    """Make the environment anew where it is missing or broken, with the locked pip in it; raises InstallError."""
    if layout.venv.exists() and not usable(layout):
        if not is_environment(layout.venv) and any(layout.venv.iterdir()):
            raise InstallError(
                f"{layout.venv} cannot become the environment.",
                "it is a folder with other files in it",
                "name another with --venv DIR, or move the files away",
            )
        progress.note(f"{layout.venv} is broken or half made: made anew")
        state.forget()
        shutil.rmtree(layout.venv)
    if not usable(layout) or not _has_pip(layout, progress):
        progress.run([sys.executable, "-m", "venv", "--clear", layout.venv])
    install(layout.python, tools, progress)
    return f"{layout.venv}, Python {sys.version_info.major}.{sys.version_info.minor}"


def _has_pip(layout: Layout, progress: Progress) -> bool:
    """An interruption while the environment was made can leave it without pip."""
    try:
        progress.run([layout.python, "-m", "pip", "--version"])
    except ChildFailedError:
        return False
    return True


def pip_environment() -> Mapping[str, str]:
    """Return the variables for pip: the user's own index settings stay, questions and hints go."""
    return {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in {"PIP_USER", "PIP_TARGET", "PYTHONHOME", "PYTHONPATH"}
        },
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUNBUFFERED": "1",
    }


def install(python: Path, pins: Iterable[Pin], progress: Progress) -> None:
    """Install exactly these packages, each file checked against its hash."""
    wanted = tuple(pins)
    if not wanted:
        return
    with tempfile.TemporaryDirectory(prefix="visavis-") as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(rendered(wanted), encoding="utf-8")
        arguments: list[str | Path] = ["--require-hashes", "--no-deps", "--no-build-isolation", "--requirement", file]
        progress.run([python, "-m", "pip", "install", *arguments], environment=pip_environment())


def install_files(python: Path, wheels: Iterable[Path], progress: Progress) -> None:
    """Install wheels that lie on the disk, in place of whatever version is there; no network."""
    arguments: list[str | Path] = ["--no-index", "--no-deps", "--force-reinstall", *wheels]
    progress.run([python, "-m", "pip", "install", *arguments], environment=pip_environment())


def uninstall(python: Path, names: Iterable[str], progress: Progress) -> None:
    """Remove distributions, if there."""
    progress.run([python, "-m", "pip", "uninstall", "--yes", *names], environment=pip_environment())


def installed(layout: Layout, distribution: str) -> bool:
    """Whether a distribution is there, by a look at the folder (no child process)."""
    site = layout.site_packages
    return site is not None and any(site.glob(f"{distribution.replace('-', '_')}-*.dist-info"))
