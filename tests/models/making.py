"""Small models, wheels and catalogues made on the fly."""

import hashlib
import random
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from models.catalogue import HubSource, Model, ModelFile, WheelSource
from models.pull import Puller
from models.sources.hub import HubFetcher
from models.store import ModelStore
from models.tiers import Tier
from tests.models.hub_server import HubServer

REPOSITORY = "someone/something"
REVISION = "0123abc"


def some_bytes(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def file_of(path: str, data: bytes, *, known: bool = True, exact: bool = True) -> ModelFile:
    return ModelFile(path, len(data), exact, sha256(data) if known else None)


def model(name: str, files: tuple[ModelFile, ...], **changes: object) -> Model:
    made = Model(
        name=name,
        task="llm",
        languages=("en",),
        licence="MIT",
        tier=Tier.CPU,
        default=False,
        files=files,
        sources=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def hub_model(
    hub: HubServer, name: str, content: Mapping[str, bytes], *, known: bool = True, exact: bool = True
) -> Model:
    """Put files on the hub and return the model that they make."""
    for path, data in content.items():
        hub.content[hub_path(path)] = data
    files = tuple(file_of(path, data, known=known, exact=exact) for path, data in content.items())
    return model(name, files, sources=(HubSource(REPOSITORY, REVISION, {path: path for path in content}),))


def hub_path(path: str) -> str:
    return f"/{REPOSITORY}/resolve/{REVISION}/{path}"


def fetcher(hub: HubServer, *, read_timeout: float = 60.0) -> HubFetcher:
    """Return a fetcher that loses no time between its tries."""
    return HubFetcher(base_url=hub.url, read_timeout=read_timeout, attempts=3, longest_wait=0.01)


def puller(store: ModelStore, hub: HubServer | None = None) -> Puller:
    return Puller(store, hub=fetcher(hub) if hub else HubFetcher(base_url="http://127.0.0.1:9"), reserve=0)


def make_wheel(folder: Path, distribution: str, version: str, members: Mapping[str, bytes]) -> Path:
    """Write a wheel that pip takes."""
    stem = f"{distribution.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", tags)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in members))
    return path


def wheel_model(wheel: Path, name: str, content: Mapping[str, bytes], members: Mapping[str, str]) -> Model:
    distribution, version = wheel.name.split("-")[:2]
    source = WheelSource(distribution.replace("_", "-"), version, wheel.stat().st_size, members)
    return model(name, tuple(file_of(path, data) for path, data in content.items()), sources=(source,))


def catalogue_text(made: Model) -> str:
    """Return a catalogue in TOML with one hub model."""
    lines = [
        "[[model]]",
        f'name = "{made.name}"',
        f'task = "{made.task}"',
        'languages = ["en"]',
        f'licence = "{made.licence}"',
        f'tier = "{made.tier}"',
    ]
    for file in made.files:
        known = f'sha256 = "{file.sha256}"\n' if file.sha256 else ""
        size = "size" if file.size_exact else "approximate_size"
        lines.append(f'[[model.files]]\npath = "{file.path}"\n{size} = {file.size}\n{known}')
    for source in made.sources:
        assert isinstance(source, HubSource)
        lines.append(
            f'[[model.source]]\nkind = "hub"\nrepository = "{source.repository}"\nrevision = "{source.revision}"'
        )
        lines.append("[model.source.files]")
        lines.extend(f'"{path}" = "{remote}"' for path, remote in source.files.items())
    return "\n".join(lines) + "\n"
