"""Secrets of a persona: masked in answers, sealed on the disk, kept when a mask comes back."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.api.personas.masking import refuse_masked, restore_secrets
from engine.errors import InvalidInputError
from engine.store.opening import Store
from tests.api.conftest import refusal

LLM_KEY = "sk-llm-0123456789abcdef"
TTS_KEY = "tts-key-9876543210fedc"
BEARER = "Bearer 5555666677778888"
BODY: dict[str, Any] = {
    "system_prompt": "x",
    "layers": {
        "llm": {
            "model": "m",
            "base_url": "http://127.0.0.1:9/v1",
            "api_key": LLM_KEY,
            "headers": {"Authorization": BEARER},
        },
        "tts": {"api_key": TTS_KEY},
    },
}


@pytest.fixture
async def persona_id(client: httpx.AsyncClient) -> str:
    return str((await client.post("/v2/personas", json=BODY)).json()["persona_id"])


async def layers_of(store: Store, persona_id: str) -> dict[str, Any]:
    record = await store.personas.get(persona_id)
    assert record is not None
    layers: dict[str, Any] = record.fields["layers"]
    return layers


async def test_no_answer_and_no_file_holds_a_secret(client: httpx.AsyncClient, persona_id: str, tmp_path: Path) -> None:
    url = f"/v2/personas/{persona_id}"
    answers = [
        await client.get(url),
        await client.get(f"{url}?verbose=true"),
        await client.get("/v2/personas"),
        await client.patch(url, json={"context": "new"}),
        await client.patch(url, json=[{"op": "test", "path": "/layers/llm/api_key", "value": "guess"}]),
        await client.patch(url, json=[{"op": "copy", "from": "/layers/llm/api_key", "path": "/greeting"}]),
        await client.get(url),
    ]
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file())
    for secret in (LLM_KEY, TTS_KEY, BEARER):
        assert all(secret not in answer.text for answer in answers)
        assert secret.encode() not in kept
    assert answers[0].json()["layers"]["llm"]["api_key"] == "********cdef"


async def test_a_mask_that_comes_back_keeps_the_secret(
    client: httpx.AsyncClient, store: Store, persona_id: str
) -> None:
    url = f"/v2/personas/{persona_id}"
    shown = (await client.get(url)).json()
    assert (await client.patch(url, json={"layers": shown["layers"]})).status_code == 304
    layers = {**shown["layers"], "stt": {"hotwords": "x"}}
    assert (await client.patch(url, json=[{"op": "replace", "path": "/layers", "value": layers}])).status_code == 200
    kept = await layers_of(store, persona_id)
    assert (kept["llm"], kept["tts"]) == (BODY["layers"]["llm"], BODY["layers"]["tts"])


async def test_a_secret_can_be_replaced_moved_copied_and_removed(
    client: httpx.AsyncClient, store: Store, persona_id: str
) -> None:
    url = f"/v2/personas/{persona_id}"
    operations = [
        {"op": "copy", "from": "/layers/tts", "path": "/layers/spare"},
        {"op": "move", "from": "/layers/llm/api_key", "path": "/layers/tts/api_key"},
        {"op": "replace", "path": "/layers/llm/headers/Authorization", "value": "Bearer another-key-1234"},
    ]
    assert (await client.patch(url, json=operations)).status_code == 200
    kept = await layers_of(store, persona_id)
    assert kept["spare"] == {"api_key": TTS_KEY}
    assert kept["tts"] == {"api_key": LLM_KEY}
    assert "api_key" not in kept["llm"]
    assert kept["llm"]["headers"] == {"Authorization": "Bearer another-key-1234"}
    assert (await client.patch(url, json={"layers": {"tts": {"api_key": None}}})).status_code == 200
    assert "api_key" not in (await layers_of(store, persona_id))["tts"]


async def test_a_mask_that_stands_for_nothing_is_refused(client: httpx.AsyncClient, persona_id: str) -> None:
    body = {"layers": {"tts": {"api_key": "********0000"}}}
    text = refusal(await client.patch(f"/v2/personas/{persona_id}", json=body), 400)
    assert text.startswith("layers.tts.api_key: '********0000'")


def test_two_secrets_with_one_mask_are_told_apart_by_their_places() -> None:
    stored = {"a": {"api_key": "short"}, "b": {"api_key": "brief"}}
    shown = {"a": {"api_key": "********"}, "b": {"api_key": "********"}}
    assert restore_secrets(shown, stored) == stored
    moved = restore_secrets({"c": shown["a"]}, stored)
    with pytest.raises(InvalidInputError, match=r"c\.api_key"):
        refuse_masked(moved)


def test_secrets_inside_lists_are_found() -> None:
    stored = {"tools": [{"x": 1}, {"api_key": "0123456789abcdef"}]}
    assert restore_secrets({"tools": [{"x": 2}, {"api_key": "********cdef"}]}, stored) == {
        "tools": [{"x": 2}, {"api_key": "0123456789abcdef"}]
    }
