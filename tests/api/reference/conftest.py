import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.api.reference.openapi import build_document
from engine.settings import Settings
from engine.store.opening import open_store
from tests.api.conftest import BASE_URL
from tests.fakes.call_host import FakeCallHost


async def _build(home: Path) -> dict[str, Any]:
    store = await open_store(home)
    try:
        host = FakeCallHost(store)
        settings = Settings(home=home)
        app = create_api(ApiDependencies(settings=settings, store=store, host=host, base_url=lambda: BASE_URL))
        return build_document(app, BASE_URL)
    finally:
        await store.close()


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return asyncio.run(_build(tmp_path_factory.mktemp("described") / "home"))
