"""/v2/replicas."""

import json
import re
from typing import Any

import httpx
import pytest

from engine.store.opening import Store
from tests.api.conftest import refusal

VIDEO = "https://files.example/me.mp4"


async def test_a_stock_replica_shows_what_clients_read(client: httpx.AsyncClient) -> None:
    got = (await client.get("/v2/replicas/rfe12d8b9597")).json()
    assert got["replica_id"] == got["face_id"] == "rfe12d8b9597"
    assert got["replica_name"] == got["face_name"] == "Nathan"
    assert (got["status"], got["training_progress"], got["error_message"]) == ("completed", "100/100", None)
    assert got["model_name"] == "phoenix-3"
    assert "replica_type" not in got
    assert (await client.get("/v2/replicas/rfe12d8b9597?verbose=true")).json()["replica_type"] == "system"


async def test_training_is_no_fake_success(client: httpx.AsyncClient, store: Store) -> None:
    body = {"replica_name": "Me", "train_video_url": VIDEO, "callback_url": "http://127.0.0.1:1/hook"}
    made = (await client.post("/v2/replicas", json=body)).json()
    assert made["status"] == "error"
    assert "not built into this version" in made["error_message"]
    got = (await client.get(f"/v2/replicas/{made['replica_id']}")).json()
    assert (got["status"], got["error_message"], got["replica_name"]) == ("error", made["error_message"], "Me")
    [delivery] = await store.outbox.deliveries(made["replica_id"])
    assert json.loads(delivery.payload) == {
        "replica_id": made["replica_id"],
        "status": "error",
        "error_message": made["error_message"],
    }


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "^Either train_video_url or train_image_url must be provided.$"),
        ({"train_video_url": VIDEO, "train_image_url": VIDEO}, "train_image_url: .*not both"),
        ({"train_image_url": VIDEO}, "voice_name is required"),
        ({"train_video_url": "ftp://files.example/me.mp4"}, "train_video_url: 'ftp.*http"),
        ({"train_video_url": "me.mp4"}, "train_video_url: 'me.mp4'"),
        ({"train_video_url": VIDEO, "consent_video_url": "https://u:p@files.example/"}, "consent_video_url"),
        ({"train_video_url": VIDEO, "callback_url": "javascript:alert(1)"}, "callback_url"),
        ({"train_video_url": VIDEO, "model_name": "phoenix-9"}, "model_name: 'phoenix-9'.*phoenix-3"),
        ({"train_video_url": 7}, "train_video_url: 7"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: dict[str, Any], told: str) -> None:
    text = refusal(await client.post("/v2/replicas", json=body), 400)
    assert re.search(told, text), text


async def test_an_unknown_replica(client: httpx.AsyncClient) -> None:
    assert refusal(await client.get("/v2/replicas/rnowhere"), 400) == "Invalid replica_id"


async def test_lists_are_filtered(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v2/replicas", json={"train_video_url": VIDEO})).json()["replica_id"]
    mine = (await client.get("/v2/replicas?replica_type=user&verbose=true")).json()
    assert [(entry["replica_id"], entry["replica_type"]) for entry in mine["data"]] == [(made, "user")]
    chosen = (await client.get(f"/v2/replicas?replica_ids={made},r79e1c033f")).json()
    assert {entry["replica_id"] for entry in chosen["data"]} == {made, "r79e1c033f"}
    assert (await client.get("/v2/replicas?name=nath")).json()["total_count"] == 1
    assert (await client.get("/v2/replicas?status=error")).json()["total_count"] == 1
