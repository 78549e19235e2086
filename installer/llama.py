"""llama-cpp-python: how its wheel is built for this machine, and where built wheels are kept."""

import hashlib
import json
import os
import shlex
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from installer import system
from installer.lock import Pin
from installer.state import key_of

PACKAGE = "llama-cpp-python"

# Nothing but the two libraries that the binding loads; the multimodal one and the command line tools stay out.
_BASE = ("-DLLAVA_BUILD=OFF", "-DLLAMA_BUILD_TOOLS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_TESTS=OFF")

# The binding's CMake file forces llama.cpp's helper library on, a third of the compile time, and never loads it.
# A variable set right after llama.cpp's own `project()` comes before the cached value.
HOOK = "set(LLAMA_BUILD_COMMON OFF)\n"

# What ggml takes for granted on x86-64 when it does not compile for this very processor.
BASELINE = frozenset({"avx2", "fma", "f16c", "bmi2"})


@dataclass(frozen=True, slots=True)
class Build:
    """How to build the wheel."""

    pin: Pin
    cmake: tuple[str, ...]
    cuda: bool
    native: bool
    """Whether it is compiled for this very processor (one without AVX2, or not x86-64)."""
    key: str
    """Names the built wheel in the cache: another key, another build."""


def plan(
    pin: Pin,
    *,
    gpus: tuple[str, ...] = (),
    flags: frozenset[str] | None = None,
    machine: str | None = None,
    environment: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
) -> Build:
    """Decide how to build: for CUDA when both its compiler and a card are there, else for any AVX2 processor."""
    machine = machine or system.machine()
    flags = system.processor_flags() if flags is None else flags
    portable = "x86_64" in machine or "amd64" in machine
    native = bool(flags and not flags >= BASELINE) if portable else True
    nvcc = which("nvcc") if gpus else None
    cmake = [*_BASE, f"-DGGML_NATIVE={'ON' if native else 'OFF'}"]
    facts: list[object] = []
    if nvcc:
        cmake += ["-DGGML_CUDA=ON", "-DCMAKE_CUDA_ARCHITECTURES=native"]
        facts += [os.path.realpath(nvcc), *gpus]
    if native:
        facts.append(sorted(flags))
    # The variable that llama-cpp-python documents for its builders: it comes last, so it wins.
    cmake += shlex.split(environment.get("CMAKE_ARGS", ""))
    key = key_of(pin.version, *pin.hashes, machine, *cmake, HOOK, *facts)
    return Build(pin=pin, cmake=tuple(cmake), cuda=nvcc is not None, native=native, key=key)


class WheelCache:
    """Built wheels with their checksums, one folder a build key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> Path | None:
        """Return the wheel of a build, or None when there is none or it was damaged (then it is taken away)."""
        folder = self._folder / key
        try:
            note = json.loads((folder / "wheel.json").read_text())
            wheel = folder / Path(note["file"]).name
            if checksum(wheel) == note["sha256"] and intact(wheel):
                return wheel
        except (OSError, ValueError, KeyError, TypeError):
            pass
        shutil.rmtree(folder, ignore_errors=True)
        return None

    def keep(self, key: str, wheel: Path) -> Path:
        """Move a wheel into the cache and return where it lies; the note is written last, so half is none."""
        folder = self._folder / key
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        kept = Path(shutil.move(wheel, folder / wheel.name))
        (folder / "wheel.json").write_text(json.dumps({"file": kept.name, "sha256": checksum(kept)}))
        return kept

    def holds(self, key: str) -> bool:
        """Whether a wheel of this build seems to be there (a glance, no checksum)."""
        return (self._folder / key / "wheel.json").is_file()


def checksum(file: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def intact(wheel: Path) -> bool:
    """Whether a wheel is a whole zip archive with the metadata of one."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.testzip() is None and any(name.endswith(".dist-info/RECORD") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False
