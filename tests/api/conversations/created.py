"""Conversations made over the API."""

from typing import Any

import httpx

PERSONA = "pb87e71797da"
FACE = "r4067604db72"


async def create(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """Create a conversation and return the answer."""
    response = await client.post("/v2/conversations", json={"persona_id": PERSONA, **body})
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made
