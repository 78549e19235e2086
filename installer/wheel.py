"""Wheels of metadata: a few text files with a correct RECORD, written with nothing but `zipfile`."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Fixed, so that the same inputs make the same bytes.
_MOMENT = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class TextWheel:
    """A pure-Python wheel made of text."""

    name: str
    version: str
    summary: str
    requires: Sequence[str] = ()
    """Requirements, as in `Requires-Dist`."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Text by path inside site-packages."""
    scripts: Mapping[str, str] = field(default_factory=dict)
    """`module:function` by command name."""
    requires_python: str = ""

    def write(self, folder: Path) -> Path:
        """Write the wheel into a folder and return its path; an older one of the same name is replaced."""
        escaped = self.name.replace("-", "_")
        info = f"{escaped}-{self.version}.dist-info"
        entries = {**self.files, f"{info}/METADATA": self._metadata(), f"{info}/WHEEL": self._wheel()}
        if self.scripts:
            lines = [f"{command} = {target}" for command, target in self.scripts.items()]
            entries[f"{info}/entry_points.txt"] = "\n".join(["[console_scripts]", *lines, ""])
        record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in entries.items())
        entries[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{escaped}-{self.version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in entries.items():
                entry = zipfile.ZipInfo(name, _MOMENT)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, text)
        return path

    def _metadata(self) -> str:
        lines = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.version}", f"Summary: {self.summary}"]
        if self.requires_python:
            lines.append(f"Requires-Python: {self.requires_python}")
        lines += [f"Requires-Dist: {requirement}" for requirement in self.requires]
        return "\n".join([*lines, ""])

    def _wheel(self) -> str:
        return "Wheel-Version: 1.0\nGenerator: visavis-installer\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
