"""The lock file: exact versions with hashes, in sections, with no index named.

```
# == base ==
aiortc==1.16.0 \\
    --hash=sha256:...
```
`base` is what the appliance needs; every other section holds what base lacks for one purpose (a package may stand in
two of them, always in the same version). `build` is complete in itself: it goes into an environment of its own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from installer.errors import InstallError

WITH_TORCH = ("train", "cloning")
"""Sections that hold torch; its CUDA libraries lie in `train-cuda`."""

_SECTION = re.compile(r"^# == ([a-z-]+) ==$")
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


def canonical(name: str) -> str:
    """Return a distribution's name in its one spelling (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True, slots=True)
class Pin:
    """One locked package file set."""

    name: str
    """Canonical."""
    version: str
    marker: str
    """The environment marker, or empty."""
    hashes: tuple[str, ...]
    """`sha256:...`, one for each file that may be installed."""

    @property
    def text(self) -> str:
        """The requirement as pip reads it."""
        head = f"{self.name}=={self.version}" + (f" ; {self.marker}" if self.marker else "")
        return " \\\n    ".join([head, *(f"--hash={digest}" for digest in self.hashes)])


@dataclass(frozen=True, slots=True)
class Lock:
    """The whole lock, by section."""

    sections: Mapping[str, tuple[Pin, ...]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the lock file; raises InstallError naming the line that is wrong."""
        try:
            return cls.parse(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError:
            raise InstallError(
                "The lock cannot be read.",
                f"{path} is missing",
                "take the whole checkout, `git checkout requirements.lock`",
            ) from None

    @classmethod
    def parse(cls, text: str, name: str = "requirements.lock") -> Self:
        """Parse the text of a lock file; raises InstallError naming the line that is wrong."""
        sections: dict[str, list[Pin]] = {}
        current: list[Pin] | None = None
        for number, line in _logical_lines(text):
            if found := _SECTION.match(line):
                current = sections.setdefault(found[1], [])
                continue
            if not line or line.startswith("#"):
                continue
            if current is None:
                raise _wrong(name, number, line, "a package stands before the first section")
            current.append(_pin(name, number, line))
        return cls({section: tuple(pins) for section, pins in sections.items()})

    def pins(self, wanted: Iterable[str], *, without: Iterable[str] = ()) -> tuple[Pin, ...]:
        """Return the packages of the wanted sections, each once; raises InstallError when a section is missing."""
        left_out = {canonical(name) for name in without}
        found: dict[tuple[str, str, str], Pin] = {}
        for section in wanted:
            if section not in self.sections:
                raise InstallError(
                    "The lock cannot be used.",
                    f"it has no section {section!r}, only {', '.join(self.sections)}",
                    "take the lock of this checkout: `git checkout requirements.lock`",
                )
            for pin in self.sections[section]:
                if pin.name not in left_out:
                    found.setdefault((pin.name, pin.version, pin.marker), pin)
        return tuple(found.values())

    def pin(self, section: str, package: str) -> Pin:
        """Return one package of a section; raises InstallError when it is not locked."""
        for pin in self.pins([section]):
            if pin.name == canonical(package):
                return pin
        raise InstallError(
            "The lock cannot be used.", f"its section {section!r} lacks {package}", "run `python3 -m installer lock`"
        )


def rendered(pins: Iterable[Pin]) -> str:
    """Return a requirements file for pip."""
    return "".join(f"{pin.text}\n" for pin in pins)


def _logical_lines(text: str) -> Iterable[tuple[int, str]]:
    parts: list[str] = []
    first = 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not parts:
            first = number
        if line.endswith("\\"):
            parts.append(line[:-1].strip())
            continue
        yield first, " ".join([*parts, line]).strip()
        parts = []
    if parts:
        yield first, " ".join(parts)


def _pin(name: str, number: int, line: str) -> Pin:
    found = _PIN.match(line)
    if not found:
        raise _wrong(name, number, line, "an exact version `name==version` is expected")
    hashes = tuple(_HASH.findall(line))
    if not hashes:
        raise _wrong(name, number, line, "a `--hash=sha256:...` is expected")
    rest = line[found.end() :].split("--hash=", 1)[0]
    return Pin(canonical(found[1]), found[2], rest.strip().removeprefix(";").strip(), hashes)


def _wrong(name: str, number: int, line: str, why: str) -> InstallError:
    return InstallError(
        "The lock cannot be read.",
        f"{name}, line {number}: {why}, found {line[:80]!r}",
        "run `python3 -m installer lock`",
    )
