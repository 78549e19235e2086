"""Thumbnails of stock replicas: drawn when somebody first asks for them, then kept in the home folder."""

import asyncio
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from engine.errors import ModelUnavailableError
from engine.layers.replica.presenter.cast import backdrop_named
from engine.layers.replica.presenter.replica import Backdrop
from engine.layers.replica.thumbnail.drawing import VERSION, draw_thumbnail
from engine.ranks import Rank, ranked_threads
from models.durable import discard, move_durably

Kind: TypeAlias = Literal["mp4", "jpg"]
KINDS: Final[tuple[Kind, ...]] = ("mp4", "jpg")


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where the files of one presenter before one backdrop are."""

    folder: Path
    name: str
    digest: str

    def path(self, kind: Kind) -> Path:
        return self.folder / f"{self.name}.{self.digest}.{kind}"

    def remove_others(self) -> None:
        """Remove what an earlier version drew, and what a killed process left."""
        if self.folder.is_dir():
            discard(*(old for old in self.folder.iterdir() if old.name.lstrip(".").startswith(f"{self.name}.")))


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A whole file."""

    path: Path
    digest: str
    """In hex: the same for the same presenter, backdrop and way of drawing."""


class Gallery:
    """Draws one thumbnail after the other in a thread that yields to all others, and each one once."""

    def __init__(self, shipped: Path, kept: Path) -> None:
        """`shipped`: holds the folders `presenters` and `backdrops`; `kept`: where files are put."""
        self._presenters = shipped / "presenters"
        self._backdrops = shipped / "backdrops"
        self._kept = kept
        self._drawn: dict[tuple[str, str], _Kept] = {}
        self._thread = ranked_threads("thumbnails", Rank.INDEXING)
        self._one_at_a_time = asyncio.Lock()

    async def file(self, presenter: str, backdrop: str, kind: Kind) -> KeptFile:
        """Return a thumbnail's file, drawing it if need be; `backdrop` "" is the presenter's own, "green" a green screen.

        Raises ModelUnavailableError for a presenter or backdrop that is not here or cannot be used, OSError when nothing can be kept.
        """
        drawn = self._drawn.get((presenter, backdrop))
        if drawn is None or not drawn.path(kind).is_file():
            # Whoever waits here waits in the loop, so that a thread is never left with a queue when the appliance ends.
            async with self._one_at_a_time:
                loop = asyncio.get_running_loop()
                drawn = await loop.run_in_executor(self._thread, self._made, presenter, backdrop)
                self._drawn[presenter, backdrop] = drawn
        return KeptFile(drawn.path(kind), drawn.digest)

    def _made(self, presenter: str, backdrop: str) -> _Kept:
        bundle = self._presenters / presenter
        if not (bundle / "presenter.json").is_file():
            raise ModelUnavailableError(f"the presenter {presenter!r} is not here; install Visavis again")
        wall = self._wall(backdrop)
        kept = _Kept(self._kept, f"{presenter}.{backdrop}", _digest(bundle, backdrop, wall))
        if not all(kept.path(kind).is_file() for kind in KINDS):
            drawn = draw_thumbnail(bundle, wall, int(kept.digest[:8], 16))
            kept.remove_others()
            _write(kept.path("mp4"), drawn.film)
            _write(kept.path("jpg"), drawn.still)
        return kept

    def _wall(self, name: str) -> Backdrop:
        backdrop = backdrop_named(self._backdrops, name)
        if isinstance(backdrop, Path) and not backdrop.is_file():
            raise ModelUnavailableError(f"the backdrop {name!r} is not here; install Visavis again")
        return backdrop


def _digest(bundle: Path, backdrop: str, wall: Backdrop) -> str:
    digest = hashlib.sha256(f"{VERSION} {backdrop}".encode())
    parts = sorted(part for part in bundle.iterdir() if part.suffix in {".json", ".npz", ".webp"})
    for part in [*parts, wall] if isinstance(wall, Path) else parts:
        digest.update(part.name.encode())
        digest.update(hashlib.sha256(part.read_bytes()).digest())
    return digest.hexdigest()[:32]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        move_durably(partial, path)
    finally:
        discard(partial)
