from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.secret import Secret
from engine.settings import Settings
from engine.store.opening import Store
from tests.fakes.call_host import FakeCallHost
from tests.killable_server import address_of, started

BASE_URL = "http://127.0.0.1:8765"
ENVIRONMENT_KEY = "the-key-of-the-environment"


def make_page(folder: Path) -> None:
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Room</title><script src='/room/static/room.js'></script>")
    (folder / "room.js").write_text("'use strict';")
    (folder / "secret.py").write_text("password = 1")
    (folder / ".hidden.js").write_text("no")


@pytest.fixture
def host(store: Store) -> FakeCallHost:
    return FakeCallHost(store)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", api_key=Secret(ENVIRONMENT_KEY))


@pytest.fixture
def dependencies(tmp_path: Path, store: Store, host: FakeCallHost, settings: Settings) -> ApiDependencies:
    make_page(tmp_path / "page")
    return ApiDependencies(
        settings=settings, store=store, host=host, base_url=lambda: BASE_URL, page_folder=tmp_path / "page"
    )


def client_of(dependencies: ApiDependencies, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_api(dependencies), raise_app_exceptions=False, client=("127.0.0.1", 50000))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=named)


@pytest.fixture
async def stranger(dependencies: ApiDependencies) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with client_of(dependencies) as client:
        yield client


@pytest.fixture
async def client(dependencies: ApiDependencies, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a key of the store."""
    key = await store.keys.create("test")
    async with client_of(dependencies, x_api_key=key.secret) as opened:
        yield opened


@pytest.fixture
async def killable(tmp_path: Path) -> AsyncIterator[tuple[Process, str]]:
    """A server in a process of its own, over `tmp_path / "killed"`, and its base URL."""
    async with started(tmp_path / "killed", ENVIRONMENT_KEY) as process:
        yield process, await address_of(process)


def refusal(response: httpx.Response, status_code: int) -> str:
    """Check that an answer is an error in the one format, and return its text."""
    assert response.status_code == status_code, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"message", "error"}
    assert body["message"] == body["error"]
    assert "Traceback" not in body["message"]
    return str(body["message"])
