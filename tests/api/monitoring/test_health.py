import asyncio
import sqlite3
from dataclasses import replace

import pytest

from engine.api.dependencies import ApiDependencies
from engine.api.monitoring import health
from tests.api.conftest import client_of

ALL_WELL = {"models": "ok", "database": "ok", "callbacks": "ok"}


async def test_health_is_told_to_anybody_as_long_as_the_process_serves(dependencies: ApiDependencies) -> None:
    async with client_of(replace(dependencies, ready=lambda: False)) as stranger:
        assert (await stranger.get("/healthz")).json() == {"status": "ok"}


async def test_an_appliance_that_is_ready_says_so(dependencies: ApiDependencies) -> None:
    async with client_of(dependencies) as stranger:
        response = await stranger.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "checks": ALL_WELL}


@pytest.mark.parametrize(
    ("lacking", "check", "words"),
    [
        ({"ready": lambda: False}, "models", "still being loaded"),
        ({"callbacks_alive": lambda: False}, "callbacks", "not being delivered"),
    ],
)
async def test_one_that_is_not_says_what_is_missing(
    dependencies: ApiDependencies, lacking: dict[str, object], check: str, words: str
) -> None:
    async with client_of(replace(dependencies, **lacking)) as stranger:  # type: ignore[arg-type]
        response = await stranger.get("/readyz")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    body = response.json()
    assert body["status"] == "not ready"
    assert words in body["checks"][check]
    assert body["checks"] | {check: "ok"} == ALL_WELL
    assert body["message"] == body["error"] == body["checks"][check]


async def test_a_database_that_is_closed_is_missing(dependencies: ApiDependencies) -> None:
    await dependencies.store.close()
    async with client_of(dependencies) as stranger:
        response = await stranger.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == ALL_WELL | {"database": "the database cannot be written"}


async def test_a_database_that_somebody_holds_is_not_waited_for(
    dependencies: ApiDependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "WRITABLE_WITHIN", 0.5)
    other = sqlite3.connect(dependencies.store.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with client_of(dependencies) as stranger:
        response = await stranger.get("/readyz")
        assert "busy" in response.json()["checks"]["database"]
        other.execute("ROLLBACK")
        other.close()
        for _ in range(100):
            if (await stranger.get("/readyz")).status_code == 200:
                break
            await asyncio.sleep(0.05)
        else:
            pytest.fail("readiness does not come back")
