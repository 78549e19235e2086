"""Where things lie: the checkout, the environment, the cache, the home folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one installation; all paths are absolute."""

    checkout: Path
    """The source tree this installer lies in."""
    venv: Path
    """The virtual environment."""
    cache: Path
    """Built wheels, half-done builds and logs; shared by all checkouts of this user."""
    home: Path
    """Data, models and keys of the appliance."""

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        *,
        venv: Path | None = None,
        home: Path | None = None,
        checkout: Path | None = None,
    ) -> Self:
        """Read `VISAVIS_HOME` and `XDG_CACHE_HOME`; arguments come first."""
        checkout = checkout or Path(__file__).resolve().parent.parent
        user = Path(environment.get("HOME") or Path.home())
        cache = Path(environment.get("XDG_CACHE_HOME") or user / ".cache")
        named = environment.get("VISAVIS_HOME", "").strip()
        home = home or (Path(named) if named else user / ".local" / "share" / "visavis")
        return cls(
            checkout=checkout,
            venv=_absolute(venv or checkout / ".venv"),
            cache=_absolute(cache) / "visavis",
            home=_absolute(home),
        )

    @property
    def state(self) -> Path:
        """What is done; lies in the environment, so that a fresh environment starts anew."""
        return self.venv / "visavis-installer.json"

    @property
    def logs(self) -> Path:
        """Output of child processes, one file a step."""
        return self.cache / "logs"

    @property
    def wheels(self) -> Path:
        """Wheels built on this machine, by build key."""
        return self.cache / "wheels"

    @property
    def builds(self) -> Path:
        """Half-done builds, by build key."""
        return self.cache / "build"

    @property
    def lock(self) -> Path:
        """The exact versions."""
        return self.checkout / "requirements.lock"

    @property
    def scripts(self) -> Path:
        """Where the environment's commands lie."""
        return self.venv / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.scripts / ("python.exe" if os.name == "nt" else "python")

    @property
    def site_packages(self) -> Path | None:
        """The environment's package folder, or None while there is none."""
        found = sorted(self.venv.glob("lib/python3*/site-packages")) or sorted(self.venv.glob("Lib/site-packages"))
        return found[0] if found else None


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100  # resolve() would follow a linked .venv
