"""What is kept of a client's words about a file: its name and its media type."""

import mimetypes
import re
import unicodedata

LONGEST_NAME = 255
"""Characters of a file name."""
UNKNOWN_TYPE = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_UNTOLD = {"", UNKNOWN_TYPE, "application/x-www-form-urlencoded"}
"""Types that say nothing about the file: the last one is what command line tools send when they are not told."""


def plain_name(given: str) -> str:
    """Return the last part of a file name, without control characters and what else cannot be seen; it is data, never a path."""
    last = re.split(r"[/\\]", given)[-1]
    seen = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip()
    return "" if seen.strip(".") == "" else seen[:LONGEST_NAME]


def media_type(given: str, file_name: str) -> str:
    """Return the media type without parameters: as given, else by the file name, else that of unknown bytes."""
    essence = given.partition(";")[0].strip().lower()
    if essence not in _UNTOLD and _MEDIA_TYPE.fullmatch(essence):
        return essence
    guessed, encoding = mimetypes.guess_type(file_name, strict=True)
    return guessed if guessed is not None and encoding is None else UNKNOWN_TYPE
