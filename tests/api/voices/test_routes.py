"""/v2/voices."""

import json
from pathlib import Path

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.settings import Settings
from tests.api.conftest import refusal


@pytest.fixture
def voices(settings: Settings) -> Path:
    """Two Piper voices that someone dropped into the model store."""
    folder = settings.home / "models" / "tts"
    for name, code in (("en_US-ljspeech-high", "en_US"), ("de_DE-thorsten-medium", "de_DE")):
        (folder / name).mkdir(parents=True)
        (folder / name / f"{name}.onnx").write_bytes(b"network")
        (folder / name / f"{name}.onnx.json").write_text(json.dumps({"language": {"code": code}}))
    return folder


async def names(client: httpx.AsyncClient, query: str = "") -> list[str]:
    response = await client.get(f"/v2/voices?{query}")
    assert response.status_code == 200, response.text
    return [entry["voice_name"] for entry in response.json()["data"]]


async def test_without_models_the_basic_voice_is_there(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v2/voices")).json()
    assert (answer["total_count"], answer["page"], answer["limit"]) == (1, 1, 10)
    [voice] = answer["data"]
    assert (voice["voice_name"], voice["audio_url"]) == ("basic", None)
    assert {"tag_name": "basic"} in voice["tags"]
    assert (await client.get(f"/v2/replicas/{voice['replica_id']}")).status_code == 200


@pytest.mark.usefixtures("voices")
async def test_the_voices_of_the_model_store_are_tagged_by_what_they_are(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v2/voices?search=LJSpeech")).json()
    assert answer["total_count"] == 1
    assert [tag["tag_name"] for tag in answer["data"][0]["tags"]] == ["piper", "en", "en-US", "high", "added by hand"]


@pytest.mark.usefixtures("voices")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["basic", "de_DE-thorsten-medium", "en_US-ljspeech-high"]),
        ("sort=desc", ["en_US-ljspeech-high", "de_DE-thorsten-medium", "basic"]),
        ("tag=piper", ["de_DE-thorsten-medium", "en_US-ljspeech-high"]),
        ("tag=EN", ["basic", "en_US-ljspeech-high"]),
        ("tag=en&search=_us", ["en_US-ljspeech-high"]),
        ("tag=none", []),
        ("limit=2&page=2", ["en_US-ljspeech-high"]),
        ("page=9", []),
        ("limit=1000", ["basic", "de_DE-thorsten-medium", "en_US-ljspeech-high"]),
    ],
)
async def test_they_are_searched_sorted_and_paged(client: httpx.AsyncClient, query: str, found: list[str]) -> None:
    assert await names(client, query) == found


@pytest.mark.parametrize(
    ("query", "told"), [("page=0", "page: '0'"), ("limit=0", "limit: '0'"), ("sort=up", "sort: 'up'")]
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, query: str, told: str) -> None:
    assert told in refusal(await client.get(f"/v2/voices?{query}"), 400)


async def test_a_damaged_model_store_is_said(client: httpx.AsyncClient, dependencies: ApiDependencies) -> None:
    folder = dependencies.settings.home / "models" / "installed"
    folder.mkdir(parents=True)
    (folder / "some-voice.json").write_text("{")
    assert "some-voice.json" in refusal(await client.get("/v2/voices"), 503)
