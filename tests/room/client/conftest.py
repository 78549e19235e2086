from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.room.client.appliance import Appliance, appliance_in


@pytest.fixture
async def appliance(home: Path) -> AsyncIterator[Appliance]:
    """An appliance with fakes for its layers; it is closed after the test."""
    async with appliance_in(home) as running:
        yield running
