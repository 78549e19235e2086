"""What names and relative paths from a catalogue, a wheel or a manifest may look like."""

import re
from pathlib import PurePosixPath

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}", re.ASCII)
_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+ @-]{0,199}", re.ASCII)
_RESERVED = frozenset({"blobs", "installed"})


def is_model_name(text: str) -> bool:
    """Whether `text` can name a model, and so a folder of the store."""
    return bool(_NAME.fullmatch(text)) and ".." not in text and not text.endswith(".") and text not in _RESERVED


def is_safe_path(text: str) -> bool:
    """Whether `text` is a plain relative POSIX path that stays below its folder on every system."""
    segments = text.split("/")
    return (
        all(_SEGMENT.fullmatch(part) and part[-1] not in ". " for part in segments)
        and PurePosixPath(text).as_posix() == text
    )
