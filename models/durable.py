"""Files that are whole or not there: hashing, atomic writing, and views of a blob."""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20


def sha256_of(path: Path, report: Callable[[int], None] | None = None) -> str:
    """Hash a file in 1 MiB steps, reporting the bytes done; raises OSError."""
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if report is not None:
                report(done)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut; raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move_durably(source: Path, target: Path) -> None:
    """Replace `target` by the fully written `source` of the same filesystem; raises OSError."""
    with source.open("rb+") as stream:
        os.fsync(stream.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    sync_folder(target.parent)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON so that a reader sees the old text or the new one; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(value, stream, indent=2, sort_keys=True)
            stream.write("\n")
        move_durably(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def place_view(blob: Path, view: Path) -> None:
    """Make `view` show `blob`: a relative symbolic link, or a hard link where links are not allowed; raises OSError."""
    view.parent.mkdir(parents=True, exist_ok=True)
    temporary = view.with_name(f".new-{os.getpid()}-{view.name}")
    temporary.unlink(missing_ok=True)
    try:
        temporary.symlink_to(os.path.relpath(blob, view.parent))
    except OSError:
        temporary.hardlink_to(blob)
    temporary.replace(view)
    # Replacing a hard link by another one of the same file leaves both names behind.
    temporary.unlink(missing_ok=True)


def remove_empty_folders(folder: Path, root: Path) -> None:
    """Remove `folder` and its parents below `root` as long as they are empty."""
    while folder not in {root, folder.parent}:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return
        folder = folder.parent


def discard(*paths: Path) -> None:
    """Remove files, whether or not they are there and whatever the disk says."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
