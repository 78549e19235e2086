"""Machine code for the loops of the frame path."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from numba import config, njit

_P = ParamSpec("_P")
_R = TypeVar("_R")

_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "fastmath": True, "error_model": "numpy"}
_HERE: Final = Path(__file__).parent


def code_folder(bases: Iterable[Path], sources: Iterable[Path]) -> Path | None:
    """Return where the code made from these sources is kept: below the first base that can be written; None if none can.

    Functions are compiled into each other across files, so the folder's name follows from all sources together.
    """
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sorted(sources))).hexdigest()[:16]
    for base in bases:
        folder = base / f"presenter-{digest}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


def _bases() -> list[Path]:
    bases = [_HERE / "__pycache__"]
    # Whoever has no home keeps nothing: a folder that others can write is no place for code.
    with contextlib.suppress(RuntimeError):
        bases.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "visavis")
    return bases


_FOLDER: Final = code_folder(_bases(), _HERE.glob("*.py"))


def compiled(function: Callable[_P, _R], folder: Path | None = _FOLDER) -> Callable[_P, _R]:
    """Compile a function at its first call, and keep the code in `folder` for the next process.

    Where nothing can be written each process compiles for itself. The GIL is released while the function runs.
    """
    if folder is None:
        return _as(function, njit(**_OPTIONS)(function))
    before = config.CACHE_DIR  # type: ignore[attr-defined]
    config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    try:
        return _as(function, njit(cache=True, **_OPTIONS)(function))
    finally:
        config.CACHE_DIR = before  # type: ignore[attr-defined]


def _as(_: Callable[_P, _R], dispatcher: Any) -> Callable[_P, _R]:
    result: Callable[_P, _R] = dispatcher
    return result
