"""/v2/languages."""

import json
from typing import Any

import httpx
import pytest

from engine.settings import Settings
from tests.api.conftest import refusal
from tests.fakes.call_host import FakeCallHost


@pytest.fixture
def swedish(settings: Settings) -> None:
    """A Swedish voice that someone dropped into the model store, and one that no catalogue knows."""
    for name, code in (("sv_SE-nst-medium", "sv_SE"), ("greta", "sv_SE")):
        folder = settings.home / "models" / "tts" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.onnx").write_bytes(b"network")
        (folder / f"{name}.onnx.json").write_text(json.dumps({"language": {"code": code}}))


async def listed(client: httpx.AsyncClient, query: str = "") -> dict[str, dict[str, Any]]:
    response = await client.get(f"/v2/languages?{query}")
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["total_count"] == len(answer["data"])
    return {language["code"]: language for language in answer["data"]}


async def test_every_language_says_how_it_is_heard_and_spoken_here(client: httpx.AsyncClient) -> None:
    languages = await listed(client)
    assert len(languages) == 42
    english, french, japanese = languages["en"], languages["fr"], languages["ja"]
    assert (english["language_name"], english["installed"], english["spoken_by"]) == ("English", True, "basic")
    assert english["basic_voice"] is True
    assert english["get"] == ["visavis models pull en_US-vera-medium"]
    assert (french["installed"], french["heard"], french["recognition"]) == (False, False, "very good")
    assert french["get"] == ["visavis models pull whisper-small", "visavis models pull fr_FR-siwis-medium"]
    assert {"quality", "licence", "size_bytes", "installed"} < set(french["voices"][0])
    assert (japanese["spoken_by"], japanese["voices"]) == (None, [])
    assert "espeak-ng" in japanese["note"]


@pytest.mark.usefixtures("swedish")
async def test_what_is_installed_is_marked_and_can_be_asked_for_alone(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    assert set(await listed(client, "installed=true")) == {"en"}
    host.heard_languages = frozenset({"en", "sv", "ja"})
    here = await listed(client, "installed=true")
    assert set(here) == {"en", "sv"}, "Japanese is heard, and nothing speaks it"
    assert here["sv"]["spoken_by"] in {"sv_SE-nst-medium", "greta"}
    assert here["sv"]["get"] == []
    assert {voice["voice_name"]: voice["installed"] for voice in here["sv"]["voices"]} == {
        "sv_SE-nst-medium": True,
        "greta": True,
    }
    assert "sv" not in await listed(client, "installed=false")
    assert set(await listed(client, "search=SWED")) == {"sv"}


@pytest.fixture
def damaged(settings: Settings) -> None:
    folder = settings.home / "models" / "installed"
    folder.mkdir(parents=True)
    (folder / "some-voice.json").write_text("{")


async def test_what_is_wrong_is_named(client: httpx.AsyncClient) -> None:
    assert "installed: 'perhaps'" in refusal(await client.get("/v2/languages?installed=perhaps"), 400)


@pytest.mark.usefixtures("damaged")
async def test_a_damaged_model_store_is_said(client: httpx.AsyncClient) -> None:
    assert "some-voice.json" in refusal(await client.get("/v2/languages"), 503)
