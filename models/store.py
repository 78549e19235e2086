"""The content-addressed store of models.

models/blobs/sha256/<hash>      the bytes, one file per hash
models/blobs/partial/           downloads under way, kept for resuming
models/installed/<name>.json    what is installed, with hash, size and time of each file
models/pins.json                hashes pinned on first use
models/<task>/<name>/<file>     views for those who load: links to the blobs
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from models.catalogue import Model
from models.durable import discard, move_durably, place_view, remove_empty_folders, sha256_of, write_json
from models.errors import ModelDamagedError, ModelMissingError, StoreError, UnknownModelError, store_errors
from models.lock import exclusive
from models.manifests import InstalledFile, Manifest, read_pins
from models.names import is_model_name
from models.selection import Installed, choose, dropped_voice
from models.tiers import Tier


@dataclass(frozen=True, slots=True)
class FileReport:
    """What re-hashing found of one file."""

    path: str
    expected: str
    """sha256."""
    found: str
    """sha256, or `missing`."""

    @property
    def sound(self) -> bool:
        """Whether the file is what was put there."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class Report:
    """What re-hashing found of one model."""

    name: str
    files: tuple[FileReport, ...]

    @property
    def sound(self) -> bool:
        """Whether every file is what was put there."""
        return all(file.sound for file in self.files)


class ModelStore:
    """The models below `home/models`.

    Reading needs no lock: everything appears and disappears by renaming. Writing (`adopt`, `install`, `remove`, `pin`) is
    done while holding `lock()`. Any method may raise StoreError when the disk does not obey.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "models"
        self.blobs = self.root / "blobs" / "sha256"
        self.partials = self.root / "blobs" / "partial"
        self._manifests = self.root / "installed"
        self._pins = self.root / "pins.json"

    # --- reading

    def path(self, name: str) -> Path:
        """Return the folder of an installed model; raises ModelMissingError."""
        manifest = self.manifest(name)
        if manifest is not None:
            return self._folder(manifest.task, name)
        voice = self._dropped(name)
        if voice is None:
            raise ModelMissingError(name)
        return voice.folder

    def file(self, name: str, filename: str) -> Path:
        """Return the path of one file of an installed model; raises ModelMissingError or UnknownModelError."""
        manifest = self.manifest(name)
        folder = self.path(name)
        known = [entry.name for entry in folder.iterdir()] if manifest is None else list(manifest.files)
        if filename not in known:
            raise UnknownModelError(
                f"file: {filename!r} is not a file of the model {name!r}; one of {', '.join(known)} is"
            )
        return folder / filename

    def checked(self, name: str) -> Path:
        """Return the folder of a model that is fit to be loaded: cheap, meant for every start.

        A file whose size and time are as recorded is taken for sound; any other is hashed in full.
        Raises ModelMissingError, or ModelDamagedError naming the file, both hashes and what mends it.
        """
        manifest = self.manifest(name)
        if manifest is None:
            return self.path(name)
        folder = self._folder(manifest.task, name)
        fresh: dict[str, InstalledFile] = {}
        for path, recorded in manifest.files.items():
            view = folder / path
            present = _stated(view)
            if present == (recorded.size, recorded.mtime_ns):
                continue
            found = _hash(view)
            if found != recorded.sha256 or present is None:
                raise ModelDamagedError(name, view, recorded.sha256, found)
            fresh[path] = replace(recorded, mtime_ns=present[1])
        if fresh:
            # Remembering the new time only saves the next start some hashing: a read-only or busy store works without.
            with contextlib.suppress(OSError, StoreError), self.lock(timeout=0):
                if self.manifest(name) == manifest:
                    replace(manifest, files={**manifest.files, **fresh}).write(self._manifest_path(name))
        return folder

    def installed(self) -> list[Installed]:
        """Return every model in the store, by name, with the Piper voices that someone dropped in."""
        found = {}
        for path in sorted(self._manifests.glob("*.json")):
            manifest = Manifest.read(path)
            found[manifest.name] = Installed(
                name=manifest.name,
                task=manifest.task,
                languages=manifest.languages,
                licence=manifest.licence,
                tier=Tier(manifest.tier) if manifest.tier in set(Tier) else Tier.CPU,
                default=manifest.default,
                size=manifest.size,
                folder=self._folder(manifest.task, manifest.name),
                source=manifest.source,
            )
        for folder in sorted((self.root / "tts").glob("*/")):
            voice = dropped_voice(folder) if folder.name not in found and is_model_name(folder.name) else None
            if voice is not None:
                found[voice.name] = voice
        return sorted(found.values(), key=lambda model: model.name)

    def best(self, task: str, language: str = "en", tier: Tier | str = Tier.CPU, prefer: str = "") -> str | None:
        """Return the name of the installed model that suits best, or None when none does."""
        candidates = (model for model in self.installed() if model.task == task)
        chosen = choose(candidates, language, Tier(tier), prefer)
        return None if chosen is None else chosen.name

    def verify(self, name: str, report: Callable[[str, int, int], None] | None = None) -> Report:
        """Hash every file of a model again; `report` gets file, bytes done and bytes in all. Raises ModelMissingError."""
        manifest = self.manifest(name)
        if manifest is None:
            self.path(name)
            return Report(name, ())
        folder = self._folder(manifest.task, name)
        files = []
        for path, recorded in manifest.files.items():
            step = None if report is None else _stepper(report, path, recorded.size)
            files.append(FileReport(path, recorded.sha256, _hash(folder / path, step)))
        return Report(name, tuple(files))

    def manifest(self, name: str) -> Manifest | None:
        """Return what is known of an installed model."""
        if not is_model_name(name):
            raise UnknownModelError(f"model name: {name!r} is not accepted; see: visavis models list")
        path = self._manifest_path(name)
        return Manifest.read(path) if path.is_file() else None

    def pins(self) -> Mapping[str, str]:
        """Return the hashes pinned on first use (`Model.pin_key` -> sha256)."""
        return read_pins(self._pins)

    def blob(self, sha256: str) -> Path:
        """Return where the bytes of that hash lie, or would lie."""
        return self.blobs / sha256

    # --- writing

    def lock(
        self, on_wait: Callable[[], None] | None = None, timeout: float | None = None
    ) -> AbstractContextManager[None]:
        """Hold the store for writing; see `models.lock.exclusive`."""
        return exclusive(self.root / ".lock", on_wait, timeout)

    def adopt(self, partial: Path, sha256: str) -> None:
        """Take a verified file of this filesystem as the blob of that hash."""
        with store_errors(self.root):
            move_durably(partial, self.blob(sha256))

    def install(self, model: Model, hashes: Mapping[str, str], source: str) -> None:
        """Make the views and the manifest of a model whose blobs (file path -> sha256) are all here and verified."""
        folder = self._folder(model.task, model.name)
        with store_errors(self.root):
            files = {}
            for path, sha256 in hashes.items():
                place_view(self.blob(sha256), folder / path)
                status = self.blob(sha256).stat()
                files[path] = InstalledFile(sha256, status.st_size, status.st_mtime_ns)
            manifest = Manifest(
                name=model.name,
                task=model.task,
                languages=model.languages,
                licence=model.licence,
                tier=str(model.tier),
                default=model.default,
                source=source,
                files=files,
            )
            manifest.write(self._manifest_path(model.name))

    def pin(self, key: str, sha256: str) -> None:
        """Remember the hash of a file that the catalogue has none for."""
        with store_errors(self._pins):
            write_json(self._pins, {**self.pins(), key: sha256})

    def remove(self, name: str) -> int:
        """Remove a model and the blobs that no other one shares; returns the bytes freed. Raises ModelMissingError.

        What was pinned stays pinned.
        """
        with self.lock(), store_errors(self.root):
            manifest = self.manifest(name)
            if manifest is None:
                folder = self.path(name)
                raise StoreError(f"model {name!r} was put into the store by hand; remove its folder {folder}")
            # The manifest goes first: from here on the model is not there, wherever the rest is interrupted.
            self._manifest_path(name).unlink()
            folder = self._folder(manifest.task, name)
            for path in manifest.files:
                discard(folder / path)
                remove_empty_folders((folder / path).parent, self.root)
            return self._sweep({file.sha256 for file in manifest.files.values()})

    def _sweep(self, hashes: set[str]) -> int:
        kept = {file.sha256 for other in self._all_manifests() for file in other.files.values()}
        freed = 0
        for sha256 in hashes - kept:
            blob = self.blob(sha256)
            freed += blob.stat().st_size if blob.is_file() else 0
            discard(blob)
        return freed

    # --- places

    def _all_manifests(self) -> Iterator[Manifest]:
        return (Manifest.read(path) for path in sorted(self._manifests.glob("*.json")))

    def _dropped(self, name: str) -> Installed | None:
        return dropped_voice(self.root / "tts" / name)

    def _folder(self, task: str, name: str) -> Path:
        return self.root / task / name

    def _manifest_path(self, name: str) -> Path:
        return self._manifests / f"{name}.json"


def _stated(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _hash(path: Path, report: Callable[[int], None] | None = None) -> str:
    try:
        return sha256_of(path, report)
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return f"unreadable ({error.strerror})"


def _stepper(report: Callable[[str, int, int], None], path: str, size: int) -> Callable[[int], None]:
    return lambda done: report(path, done, size)
