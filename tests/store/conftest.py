from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.store.opening import Store, open_store


def on_disk(folder: Path) -> bytes:
    """Return all bytes in a folder's files."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
async def store(home: Path) -> AsyncIterator[Store]:
    opened = await open_store(home)
    yield opened
    await opened.close()
