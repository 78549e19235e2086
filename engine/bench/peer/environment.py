"""The peer's environment: a virtual one of its own, made by pip once and kept."""

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from engine.bench.peer.pins import Pins, peer_pins
from engine.errors import InvalidInputError, VisavisError

MARK: Final = "visavis-peer.json"
LLAMA: Final = "llama-cpp-python"
_TRY: Final = "import faster_whisper, llama_cpp, piper, pipecat.transports.smallwebrtc.transport"
_TAIL: Final = 1500
"""Characters of what pip said that an error shows: its last lines name what failed."""


class PeerUnavailableError(VisavisError):
    """The peer cannot be installed, or does not run; the message says why and what to do."""


def usual_folder(home: Path) -> Path:
    """Return where the peer's environment lies unless another folder is named."""
    return home / "cache" / "peers" / f"pipecat-{peer_pins().version}"


def python_of(folder: Path) -> Path:
    """Return the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ready(folder: Path) -> bool:
    """Whether the environment in a folder is whole and made of the same packages as one that were made now."""
    try:
        mark = json.loads((folder / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(mark, dict) and mark.get("made_of") == _made_of(peer_pins()) and python_of(folder).exists()


def peer_environment(folder: Path, *, offline: bool, note: Callable[[str], None]) -> Path:
    """Return the peer's interpreter; its environment is made when it is not there. Blocking (minutes the first time).

    Raises InvalidInputError for a folder that holds something else, PeerUnavailableError when the packages cannot be installed or when
    `offline` forbids to fetch them.
    """
    if is_ready(folder):
        return python_of(folder)
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).is_file())):
        raise InvalidInputError("--peer-folder", str(folder), "an empty folder, or one that this bench made, is")
    pins = peer_pins()
    if offline:
        raise PeerUnavailableError(
            f"pipecat {pins.version} is not in {folder}, and VISAVIS_OFFLINE forbids to fetch it; run this bench once without"
        )
    note(f"installing pipecat {pins.version} into {folder} (once; about 1.1 GB) ...")
    _make(folder, pins)
    return python_of(folder)


def _make(folder: Path, pins: Pins) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        # The folder is known for the bench's own from the start: what is cut off is made anew.
        (folder / MARK).write_text("{}", "utf-8")
    except OSError as error:
        raise PeerUnavailableError(f"{folder} cannot be made ({error.strerror}); name another one") from error
    _run("making the environment", sys.executable, "-m", "venv", str(folder))
    with tempfile.TemporaryDirectory(prefix="visavis-peer-") as beside:
        constraints = Path(beside) / "constraints.txt"
        constraints.write_text("\n".join(pins.pinned) + "\n", "utf-8")
        pip = (str(python_of(folder)), "-m", "pip", "install", "--disable-pip-version-check", "--no-input")
        _run("installing its packages", *pip, "--constraint", str(constraints), *pins.wanted)
    _take_llama(folder)
    _run("trying it", str(python_of(folder)), "-c", _TRY)
    (folder / MARK).write_text(json.dumps({"made_of": _made_of(pins)}), "utf-8")


def _take_llama(folder: Path) -> None:
    """Copy the build of llama.cpp that the appliance runs with: the same code for both, and nothing to compile."""
    asked = "import sysconfig; print(sysconfig.get_path('platlib'))"
    site = Path(_run("asking for its packages", str(python_of(folder)), "-c", asked).strip())
    for file in importlib.metadata.files(LLAMA) or []:
        source, goal = Path(str(file.locate())), site / str(file)
        # Files outside of the packages (scripts) are none of the library.
        if ".." not in file.parts and source.is_file():
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, goal)


def _run(doing: str, *command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    except OSError as error:
        raise PeerUnavailableError(f"pipecat cannot be installed: {doing}: {error}") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-_TAIL:]
        raise PeerUnavailableError(
            f"pipecat cannot be installed: {doing} failed ({' '.join(command[:4])} ...): {said}\n"
            "pip reads its settings as ever (PIP_INDEX_URL, PIP_FIND_LINKS); mend that, or run the bench without --peer"
        )
    return done.stdout


def _made_of(pins: Pins) -> str:
    parts = (sys.version, importlib.metadata.version(LLAMA), *pins.wanted, *pins.pinned)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
