"""Where the product's own models lie."""

from importlib.resources import files
from pathlib import Path


def shipped(*parts: str) -> Path:
    """Return a folder or file of what the product brings along: `presenters`, `backdrops`, `visemes`, ...; by itself their folder."""
    return Path(str(files("models")), *parts)
