"""A set of objectives, made and read over the API."""

from typing import Any

import httpx

FIRST = {
    "objective_name": "ask_order",
    "objective_prompt": "Find out which order it is.",
    "output_variables": ["order_number"],
    "next_conditional_objectives": {"ask_refund": "when money is to be returned"},
    "next_required_objectives": ["ask_problem"],
    "callback_url": "http://127.0.0.1:9/objectives",
    "colour": "red",
}
SECOND = {"objective_name": "ask_problem", "objective_prompt": "Find out what is wrong."}
THIRD = {"objective_name": "ask_refund", "objective_prompt": "Find out where the money goes.", "modality": "visual"}
SET = {"data": [FIRST, SECOND, THIRD]}


async def made(client: httpx.AsyncClient, body: Any = SET) -> str:
    response = await client.post("/v2/objectives", json=body)
    assert response.status_code == 200, response.text
    return str(response.json()["objectives_id"])


async def shown(client: httpx.AsyncClient, objectives_id: str) -> dict[str, Any]:
    response = await client.get(f"/v2/objectives/{objectives_id}")
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer
