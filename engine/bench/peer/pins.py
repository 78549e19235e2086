"""What the peer's environment is made of."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Pins:
    """Requirements as pip reads them (PEP 508)."""

    version: str
    """Of the peer."""
    wanted: tuple[str, ...]
    pinned: tuple[str, ...]
    """The one version of each package that may be drawn in; a package that only other machines need may be missing."""


def peer_pins() -> Pins:
    """Read the table that is shipped."""
    table = tomllib.loads(files("engine.bench.peer").joinpath("pins.toml").read_text(encoding="utf-8"))
    return Pins(str(table["version"]), tuple(table["wanted"]), tuple(table["pinned"]))
