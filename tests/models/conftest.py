from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store import ModelStore
from tests.models.hub_server import HubServer, serving


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with serving() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "home")
