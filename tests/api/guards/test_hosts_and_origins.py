"""Foreign names and foreign pages."""

from dataclasses import replace

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.settings import Settings
from tests.api.conftest import client_of, refusal


async def _host_passes(dependencies: ApiDependencies, host: str) -> bool:
    async with client_of(dependencies) as client:
        response = await client.get("/healthz", headers={"host": host})
    if response.status_code == 200:
        return True
    assert "Host" in refusal(response, 403)
    return False


@pytest.mark.parametrize(
    ("host", "passes"),
    [
        ("127.0.0.1:8765", True),
        ("127.0.0.1", True),
        ("127.0.0.2:1", True),
        ("localhost:9", True),
        ("LOCALHOST", True),
        ("localhost.", True),
        ("app.localhost:3000", True),
        ("[::1]:8765", True),
        ("[::1]", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8765", False),
        ("evil.example:127", False),
        ("192.168.1.4:8765", False),
        ("[2001:db8::1]:8765", False),
        ("::1", False),
        ("127.0.0.1:8765@evil.example", False),
        ("127.0.0.1:8765/..", False),
        ("2130706433", False),
        ("", False),
    ],
)
async def test_on_loopback_only_loopback_names_pass(dependencies: ApiDependencies, host: str, passes: bool) -> None:
    assert await _host_passes(dependencies, host) is passes


@pytest.mark.parametrize(
    ("listening", "host", "passes"),
    [
        ("192.168.1.4", "192.168.1.4:8765", True),
        ("192.168.1.4", "192.168.1.5:8765", False),
        ("0.0.0.0", "192.168.1.4:8765", True),
        ("::", "[2001:db8::1]:8765", True),
        ("0.0.0.0", "evil.example:8765", False),
        ("talk.lan", "talk.lan:8765", True),
        ("talk.lan", "evil.example", False),
    ],
)
async def test_an_opened_appliance_is_reached_by_the_address_it_listens_on(
    dependencies: ApiDependencies, listening: str, host: str, passes: bool
) -> None:
    opened = replace(dependencies, settings=Settings(host=listening))
    assert await _host_passes(opened, host) is passes


async def test_the_host_of_the_public_url_passes(dependencies: ApiDependencies) -> None:
    public = replace(dependencies, base_url=lambda: "https://Talk.example")
    assert await _host_passes(public, "talk.example")
    assert not await _host_passes(public, "other.example")


@pytest.mark.parametrize(
    ("origin", "passes"),
    [
        ("http://localhost:5173", True),
        ("http://127.0.0.1:3000", True),
        ("http://[::1]:3000", True),
        ("https://app.example", True),
        ("http://127.0.0.1:8765", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("null", False),
        ("file://", False),
        ("http://[bad", False),
        ("", False),
    ],
)
async def test_pages_call_the_api_from_loopback_and_from_the_origins_of_the_settings(
    dependencies: ApiDependencies, origin: str, passes: bool
) -> None:
    allowing = replace(dependencies, settings=dependencies.settings.changed(allow_origins=("https://app.example/",)))
    asked = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "x-api-key"}
    async with client_of(allowing) as client:
        preflight = await client.options("/v2/conversations", headers=asked)
        call = await client.get("/v2/conversations", headers={"origin": origin})
    if passes:
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == origin
        assert (
            preflight.headers["access-control-allow-headers"] == "authorization, content-type, last-event-id, x-api-key"
        )
        assert "POST" in preflight.headers["access-control-allow-methods"]
        assert call.status_code == 401, "the page may read that its key is missing"
        assert call.headers["access-control-allow-origin"] == origin
        assert call.headers["vary"] == "Origin"
    else:
        assert "Origin" in refusal(preflight, 403)
        assert "Origin" in refusal(call, 403)
        assert "access-control-allow-origin" not in call.headers
    assert "access-control-allow-credentials" not in preflight.headers


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "file://"])
async def test_signalling_and_public_files_are_open_to_every_page_without_cookies(
    stranger: httpx.AsyncClient, origin: str
) -> None:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    preflight = await stranger.options("/rooms/c1/join", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in preflight.headers
    facts = await stranger.get("/rooms/c1", headers={"origin": origin})
    assert facts.status_code == 404
    assert facts.headers["access-control-allow-origin"] == "*"
    file = await stranger.get("/room/static/room.js", headers={"origin": origin})
    assert file.status_code == 200
    assert file.headers["access-control-allow-origin"] == "*"
