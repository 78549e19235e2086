"""What can go wrong with the store, in words fit to be shown."""

from pathlib import Path

from engine.errors import VisavisError


class StoreError(VisavisError):
    """The database cannot be opened, read or written."""


class HomeInUseError(VisavisError):
    """Another process works on the same home folder."""

    def __init__(self, home: Path, pid: int | None) -> None:
        holder = f"the process {pid}" if pid is not None else "another process"
        super().__init__(f"{home} is in use by {holder}: end that one first, or choose another folder with --home")
        self.pid = pid
