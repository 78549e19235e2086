from typing import Any

import httpx
import pytest

BASE: dict[str, Any] = {
    "persona_name": "Clock Keeper",
    "system_prompt": "You keep clocks.",
    "context": "It is noon.",
    "default_replica_id": "r4067604db72",
    "layers": {
        "llm": {"model": "tavus-gpt-oss", "tools": [{"type": "function", "function": {"name": "wind"}}]},
        "stt": {"hotwords": "escapement"},
        "tts": {"tts_engine": "cartesia"},
    },
    "document_tags": ["a", "b"],
}


@pytest.fixture
async def persona_id(client: httpx.AsyncClient) -> str:
    return str((await client.post("/v2/personas", json=BASE)).json()["persona_id"])


async def read(client: httpx.AsyncClient, persona_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.get(f"/v2/personas/{persona_id}")).json()
    return answer


async def patched(client: httpx.AsyncClient, persona_id: str, *operations: dict[str, Any]) -> dict[str, Any]:
    response = await client.patch(f"/v2/personas/{persona_id}", json=list(operations))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    assert answer == await read(client, persona_id)
    return answer
