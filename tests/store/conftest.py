from pathlib import Path


def on_disk(folder: Path) -> bytes:
    """Return all bytes in a folder's files."""
    return b"".join(file.read_bytes() for file in folder.iterdir())
