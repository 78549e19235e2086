"""The machine code of the frame path's loops: where it is kept, and how it gets into the process.

What is loaded here is run, so it is taken only from a folder and a file that belong to this user (or to root) and that nobody else can
write. It is plain object code, checked by its hash; nothing is unpickled.
"""

import contextlib
import functools
import hashlib
import os
import stat
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import llvmlite  # type: ignore[import-untyped]
import llvmlite.binding as llvm  # type: ignore[import-untyped]

_HERE: Final = Path(__file__).parent
_HASH_BYTES: Final = hashlib.sha256().digest_size
_MOST_BYTES: Final = 16 << 20
_NOT_FOR_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


class MachineCode:
    """Object code in memory, ready to be called."""

    def __init__(self, code: bytes) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        target = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
        self._engine: Final = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Return where a loop begins; raises LookupError if it is not there."""
        address: int = self._engine.get_function_address(name)
        if not address:
            raise LookupError(f"no machine code for {name}")
        return address


_LOADING: Final = threading.Lock()


def machine_code() -> MachineCode:
    """Return the code of all loops: as kept from before, else made now (about ten seconds) and kept where that is possible."""
    with _LOADING:
        return _machine_code()


@functools.cache
def _machine_code() -> MachineCode:
    places = [base / code_name() for base in code_bases()]
    for place in places:
        code = kept_code(place)
        if code is not None:
            return MachineCode(code)
    # Only now: numba takes time and memory that a process with its code at hand saves.
    from engine.layers.replica.presenter.compiling import object_code

    code = object_code()
    keep_code(code, places)
    return MachineCode(code)


def code_bases() -> list[Path]:
    """Return the folders where code may be kept: beside the sources, or in the user's cache."""
    bases = [_HERE / "__pycache__" / "machine"]
    # Whoever has no home keeps nothing: a folder that others can write is no place for code.
    with contextlib.suppress(RuntimeError):
        bases.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "visavis" / "machine")
    return bases


def code_name(sources: Iterable[Path] = (), processor: str | None = None) -> str:
    """Return the file name of the code made from these sources (by default: this package's) for this processor."""
    if processor is None:
        processor = f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    digest = hashlib.sha256(f"{processor} {llvmlite.__version__}".encode())
    for source in sorted(sources) or sorted(_HERE.glob("*.py")):
        digest.update(source.read_bytes())
    return f"presenter-{digest.hexdigest()[:16]}.o"


def kept_code(file: Path) -> bytes | None:
    """Return the code kept in a file, or None: not there, damaged, or another user could have written it."""
    try:
        if not _trusted(file.parent.stat()):
            return None
        with file.open("rb") as stream:
            if not _trusted(os.fstat(stream.fileno())):
                return None
            content = stream.read(_MOST_BYTES)
    except OSError:
        return None
    code = content[_HASH_BYTES:]
    return code if hashlib.sha256(code).digest() == content[:_HASH_BYTES] else None


def keep_code(code: bytes, files: Iterable[Path]) -> Path | None:
    """Write the code into the first of these files whose folder can be written, by this user alone; return it, None if none can."""
    for file in files:
        try:
            file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not _trusted(file.parent.stat()):
                continue
            with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as stream:
                stream.write(hashlib.sha256(code).digest() + code)
            written = Path(stream.name)
            written.chmod(0o644)
            written.replace(file)
        except OSError:
            continue
        return file
    return None


def _trusted(status: os.stat_result) -> bool:
    # Elsewhere than on POSIX, a user's folders are the user's by their access lists.
    return not hasattr(os, "getuid") or (status.st_uid in (0, os.getuid()) and not status.st_mode & _NOT_FOR_OTHERS)
