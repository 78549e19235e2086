"""An appliance for each module of attacks; after each attack its owner is served."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.network import Address, NetworkPolicy
from engine.secret import Secret
from engine.settings import Settings
from engine.store.opening import open_store
from engine.webhooks.delivery import WebhookDelivery
from engine.webhooks.signing import Signer
from tests.attacks.target import KEY, Impatient, Internal, Target
from tests.fakes.call_host import FakeCallHost
from tests.served import served

PRIVATE = "10.0.0.7"


async def _names(host: str, port: int) -> list[Address]:
    """A name server: `private.example` lies in this network; literals are themselves."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        return [ipaddress.ip_address(PRIVATE)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("<!doctype html><title>Room</title>")
    (folder / "room.js").write_text("'use strict';")
    (folder.parent / "outside.js").write_text("outside")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def appliance(tmp_path_factory: pytest.TempPathFactory, page: Path) -> AsyncIterator[Target]:
    async with AsyncExitStack() as parts:
        store = await open_store(tmp_path_factory.mktemp("attacked") / "home")
        parts.push_async_callback(store.close)
        settings = Settings(home=store.home, largest_upload_mb=1, api_key=Secret(KEY))
        base_url = "http://127.0.0.1"
        dependencies = ApiDependencies(
            settings=settings,
            store=store,
            host=FakeCallHost(store, capacity=10_000),
            base_url=lambda: base_url,
            page_folder=page,
        )
        delivery = WebhookDelivery(store.outbox, NetworkPolicy(), Signer(b"k" * 32), resolver=_names)
        delivery.start()
        parts.push_async_callback(delivery.close)
        port = await parts.enter_async_context(served(create_api(dependencies), Impatient))
        yield Target(port, store, base_url)


@pytest_asyncio.fixture(loop_scope="module")
async def target(appliance: Target) -> AsyncIterator[Target]:
    yield appliance
    # Whatever was done to it: the owner is served.
    answer = await appliance.call("GET", "/v2/personas?limit=1")
    assert answer.status == 200, "the server no longer serves"


@pytest_asyncio.fixture(loop_scope="module")
async def internal() -> AsyncIterator[Internal]:
    made = Internal()
    server = await asyncio.start_server(made.serve, None, 0, family=2)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
