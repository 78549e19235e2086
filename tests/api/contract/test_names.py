"""The newer names: paths, parameters, bodies and answers."""

import httpx
import pytest

from engine.api.contract.names import ALIASES, OLDER_BY_NEWER, both_names, older_names
from engine.errors import InvalidInputError
from tests.api.conftest import refusal


async def test_a_pal_is_a_persona(client: httpx.AsyncClient) -> None:
    body = {"pal_name": "Pal", "default_face_id": "r4067604db72", "pipeline_mode": "echo"}
    pal = (await client.post("/v2/pals", json=body)).json()
    assert pal["pal_id"] == pal["persona_id"]
    url = f"/v2/pals/{pal['pal_id']}"
    assert (await client.get(url)).json() == (await client.get(f"/v2/personas/{pal['pal_id']}")).json()
    assert (await client.patch(url, json={"pal_name": "Other"})).json()["persona_name"] == "Other"
    assert (await client.get("/v2/pals/?pal_type=user")).json()["total_count"] == 1
    assert (await client.delete(url)).status_code == 204
    assert refusal(await client.get(url), 400) == "Invalid persona_id"


async def test_a_face_is_a_replica(client: httpx.AsyncClient) -> None:
    face = (await client.get("/v2/faces/r4067604db72")).json()
    assert face == (await client.get("/v2/replicas/r4067604db72")).json()
    assert face["face_id"] == "r4067604db72"
    listed = (await client.get("/v2/faces", params={"face_ids": "r4067604db72", "face_type": "system"})).json()
    assert [entry["face_id"] for entry in listed["data"]] == ["r4067604db72"]
    assert "replica_type" in refusal(await client.get("/v2/faces?face_type=none"), 400)


@pytest.mark.parametrize("path", ["/v2/palsy", "/v2/face", "/v2/pals/x/y"])
async def test_other_paths_are_left_alone(client: httpx.AsyncClient, path: str) -> None:
    refusal(await client.get(path), 404)


async def test_the_newer_paths_need_a_key_too(stranger: httpx.AsyncClient) -> None:
    for newer, _ in ALIASES:
        assert refusal(await stranger.get(newer), 401) == "Invalid access token"


def test_both_names_are_taken_and_answered() -> None:
    for newer, older in OLDER_BY_NEWER.items():
        assert older_names({newer: "x"}) == {older: "x"}
        assert older_names({newer: "x", older: "x"}) == {older: "x"}
        assert both_names({older: "x"}) == {older: "x", newer: "x"}
        with pytest.raises(InvalidInputError, match=newer):
            older_names({newer: "x", older: "y"})
