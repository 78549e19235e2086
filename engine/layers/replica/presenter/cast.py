"""The presenters of an installation and what they stand before, kept once they are loaded."""

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from engine.errors import ModelUnavailableError
from engine.layers.replica.performance.hearing import MouthReader
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.presenter.replica import GREEN_SCREEN, Backdrop, PresenterReplica

GREEN: Final = "green"
"""The backdrop that is a green screen."""
_KEPT: Final = 6


def backdrop_named(folder: Path, name: str) -> Backdrop:
    """Return what `PresenterReplica` takes for a backdrop of a folder; "" is the presenter's own. Pictures are not looked for."""
    if name == GREEN:
        return GREEN_SCREEN
    return folder / f"{name}.webp" if name else None


class Cast:
    """Presenters by name, before backdrops by name. Thread-safe."""

    def __init__(
        self,
        presenters: Path,
        backdrops: Path,
        *,
        width: int = 512,
        height: int = 512,
        reader: MouthReader | None = None,
    ) -> None:
        """`presenters`: a folder of bundles; `backdrops`: a folder of pictures; `reader`: for speech without phonemes.

        Raises ModelUnavailableError when there is no presenter at all.
        """
        self._folders = {found.parent.name: found.parent for found in sorted(presenters.glob("*/presenter.json"))}
        if not self._folders:
            raise ModelUnavailableError(f"there is no presenter in {presenters}; install Visavis again")
        self._backdrops = backdrops
        self.backdrops = [*(found.stem for found in sorted(backdrops.glob("*.webp"))), GREEN]
        """The backdrops that are here, the green screen included."""
        self._size = width, height
        self._reader = reader
        self._loading = threading.Lock()
        self._loaded: OrderedDict[tuple[str, str], PresenterReplica] = OrderedDict()

    @property
    def names(self) -> list[str]:
        """The presenters that are here, in order."""
        return list(self._folders)

    def replica(self, presenter: str, backdrop: str = "") -> PresenterReplica:
        """Return a presenter before a backdrop; blocking where it is not loaded yet (about half a second).

        The first presenter stands in for a name that is not here, and its own background for a backdrop that is not here. Raises
        BundleError for a bundle that cannot be used.
        """
        name = presenter if presenter in self._folders else next(iter(self._folders))
        before = backdrop if backdrop in self.backdrops else ""
        with self._loading:
            found = self._loaded.get((name, before)) or self._load(name, before)
            self._loaded[name, before] = found
            self._loaded.move_to_end((name, before))
            while len(self._loaded) > _KEPT:
                self._loaded.popitem(last=False)
        return found

    def _load(self, name: str, backdrop: str) -> PresenterReplica:
        wall = backdrop_named(self._backdrops, backdrop)
        for (loaded, _), replica in self._loaded.items():
            if loaded == name:
                return replica.before(wall)
        width, height = self._size
        return PresenterReplica(self._folders[name], self._actor, width, height, backdrop=wall)

    def _actor(self, seed: int) -> Performance:
        return Performance(seed, reader=self._reader)
