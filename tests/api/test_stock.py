"""The stock is what an integrator could have made over the API."""

from typing import Any

import httpx
import pytest

from engine.store.stock import StockPersona, StockSet, load_stock

STOCK = load_stock()

ITS_OWN = {"created_at", "updated_at", "objectives_id", "guardrails_id", "uuid"}


@pytest.mark.parametrize("persona", STOCK.personas, ids=lambda persona: persona.persona_id)
async def test_every_persona_is_one_that_the_api_takes(client: httpx.AsyncClient, persona: StockPersona) -> None:
    made = await client.post("/v2/personas", json={"persona_name": persona.persona_name, **persona.fields})
    assert made.status_code == 200, made.text
    copy = (await client.get(f"/v2/personas/{made.json()['persona_id']}")).json()
    stock = (await client.get(f"/v2/personas/{persona.persona_id}")).json()
    assert stock["persona_type"] == "system"
    for member in ("persona_name", "system_prompt", "context", "default_replica_id", "pipeline_mode", "layers"):
        assert stock[member] == copy[member], member


@pytest.mark.parametrize("kind", ["objectives", "guardrails"])
async def test_every_set_is_one_that_the_api_takes(client: httpx.AsyncClient, kind: str) -> None:
    sets: list[StockSet] = getattr(STOCK, kind)
    for set_id, _, fields in sets:
        made = await client.post(f"/v2/{kind}", json=fields)
        assert made.status_code == 200, made.text
        copy = (await client.get(f"/v2/{kind}/{made.json()[f'{kind}_id']}")).json()
        stock = (await client.get(f"/v2/{kind}/{set_id}")).json()
        assert _shared(stock) == _shared(copy)


async def test_every_persona_can_be_called(client: httpx.AsyncClient) -> None:
    for persona in STOCK.personas:
        body = {"persona_id": persona.persona_id, "test_mode": True}
        assert (await client.post("/v2/conversations", json=body)).status_code == 200


def _shared(answer: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in answer.items() if member not in ITS_OWN}
