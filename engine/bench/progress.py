"""What a long run found so far, on the disk: a run that is cut off leaves all it had measured."""

import json
import time
from pathlib import Path
from typing import Any

PROGRESS, REPORT = "progress.jsonl", "report.json"


class Progress:
    """Writes into a folder, or nowhere."""

    def __init__(self, folder: Path | None) -> None:
        """Raises OSError for a folder that cannot be made."""
        self._folder = folder
        self._begun = time.monotonic()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / PROGRESS).write_bytes(b"")

    def note(self, kind: str, **fields: Any) -> None:
        """Add a line: its kind, the seconds since the beginning, and what was found."""
        if self._folder is not None:
            line = {"kind": kind, "at_s": round(time.monotonic() - self._begun, 2), **fields}
            with (self._folder / PROGRESS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def report(self, report: dict[str, Any]) -> None:
        """Put the report as it stands in the place of the one before."""
        if self._folder is not None:
            new = self._folder / f"{REPORT}.new"
            new.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
            new.replace(self._folder / REPORT)
