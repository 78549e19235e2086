"""/v2/replicas."""

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.jobs.error_texts import ReplicaError
from engine.jobs.worker import JobFailedError, TrainedReplica, Workers
from engine.store.opening import Store
from engine.store.records import ReplicaRecord
from tests.api.conftest import BASE_URL, ENVIRONMENT_KEY, client_of, refusal
from tests.api.working import working
from tests.fakes.call_host import FakeCallHost
from tests.jobs.workers import GatedWorker, told, until_status

VIDEO = "https://files.example/me.mp4"
HOOK = "http://127.0.0.1:1/hook"


async def _create(client: httpx.AsyncClient, **body: Any) -> str:
    made = await client.post("/v2/replicas", json={"train_video_url": VIDEO, **body})
    assert made.status_code == 200, made.text
    return str(made.json()["replica_id"])


async def _completed(store: Store, replica_id: str) -> None:
    def trained(record: ReplicaRecord) -> ReplicaRecord:
        return replace(record, status="completed", training_progress="100/100")

    await store.replicas.change(replica_id, trained)


async def test_a_stock_replica_shows_what_clients_read(client: httpx.AsyncClient) -> None:
    got = (await client.get("/v2/replicas/rfe12d8b9597")).json()
    assert got["replica_id"] == got["face_id"] == "rfe12d8b9597"
    assert got["replica_name"] == got["face_name"] == "Nathan"
    assert (got["status"], got["training_progress"], got["error_message"]) == ("completed", "100/100", None)
    assert got["model_name"] == "phoenix-3"
    assert "replica_type" not in got
    assert (await client.get("/v2/replicas/rfe12d8b9597?verbose=true")).json()["replica_type"] == "system"


async def test_a_new_replica_is_started(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v2/replicas", json={"replica_name": "Me", "train_video_url": VIDEO})).json()
    assert re.fullmatch(r"r[0-9a-f]{11}", made["replica_id"])
    assert made == {"replica_id": made["replica_id"], "face_id": made["replica_id"], "status": "started"}
    got = (await client.get(f"/v2/replicas/{made['replica_id']}")).json()
    assert (got["replica_name"], got["status"], got["training_progress"]) == ("Me", "started", "0/100")


async def test_every_field_of_a_training_is_kept_and_shown(client: httpx.AsyncClient) -> None:
    body = {
        "replica_name": "Me",
        "train_image_url": f"{BASE_URL}/v2/uploads/u0123/content",
        "voice_name": "anna",
        "auto_fix_training_image": True,
        "model_name": "phoenix-4",
        "properties": {"background_green_screen": True, "of_tomorrow": [1]},
        "callback_url": HOOK,
        "of_tomorrow": {"a": None},
    }
    made = (await client.post("/v2/replicas", json=body)).json()["replica_id"]
    got = (await client.get(f"/v2/replicas/{made}?verbose=true")).json()
    assert {name: got[name] for name in body} == body
    assert got["replica_type"] == "user"
    short = (await client.get(f"/v2/replicas/{made}")).json()
    assert short["of_tomorrow"] == {"a": None}
    assert "train_image_url" not in short


async def test_the_newer_names_are_taken(client: httpx.AsyncClient) -> None:
    made = await _create(client, face_name="Me")
    assert (await client.get(f"/v2/replicas/{made}")).json()["replica_name"] == "Me"


async def test_what_is_decided_here_is_not_taken_from_a_body(client: httpx.AsyncClient) -> None:
    made = await _create(client, status="completed", training_progress="100/100", _job={"attempts": 9}, replica_id="r0")
    got = (await client.get(f"/v2/replicas/{made}?verbose=true")).json()
    assert (got["replica_id"], got["status"], got["training_progress"]) == (made, "started", "0/100")
    assert "_job" not in got


async def test_training_is_no_fake_success(dependencies: ApiDependencies, store: Store) -> None:
    async with working(dependencies, Workers()) as client:
        made = await _create(client, callback_url=HOOK)
        await until_status(store.replicas.get, made, "error")
        got = (await client.get(f"/v2/replicas/{made}")).json()
    assert "not built into this version" in got["error_message"]
    assert await told(store, made) == [
        {"replica_id": made, "status": "error", "error_message": got["error_message"]},
    ]


async def test_a_failed_training_shows_the_text_and_the_type_of_its_error(
    dependencies: ApiDependencies, store: Store
) -> None:
    worker = GatedWorker[TrainedReplica](JobFailedError(ReplicaError.VIDEO_FPS))
    async with working(dependencies, Workers(training=worker)) as client:
        made = await _create(client)
        await until_status(store.replicas.get, made, "error")
        got = (await client.get(f"/v2/replicas/{made}?verbose=true")).json()
    assert (got["error_message"], got["error_type"]) == (ReplicaError.VIDEO_FPS.text(""), "video_fps")
    assert got["training_progress"] == "37/100"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "^Either train_video_url or train_image_url must be provided.$"),
        ({"train_video_url": ""}, "^Either train_video_url or train_image_url must be provided.$"),
        ({"train_video_url": VIDEO, "train_image_url": VIDEO}, "train_image_url: .*not both"),
        ({"train_image_url": VIDEO}, "voice_name is required"),
        ({"train_video_url": "ftp://files.example/me.mp4"}, "train_video_url: 'ftp.*http"),
        ({"train_video_url": "me.mp4"}, "train_video_url: 'me.mp4'"),
        ({"train_video_url": VIDEO, "consent_video_url": "https://u:p@files.example/"}, "consent_video_url"),
        ({"train_video_url": VIDEO, "callback_url": "javascript:alert(1)"}, "callback_url"),
        ({"train_video_url": VIDEO, "model_name": "phoenix-9"}, "model_name: 'phoenix-9'.*phoenix-3"),
        ({"train_video_url": 7}, "train_video_url: 7"),
        ({"train_video_url": VIDEO, "properties": []}, "properties: .*object"),
        ({"train_video_url": VIDEO, "properties": {"background_green_screen": "so so"}}, "background_green_screen"),
        (
            {"train_video_url": VIDEO, "properties": {"relaxed_checks": ["video_duration"]}},
            "properties.relaxed_checks: .*VISAVIS_ALLOW_RELAXED_CHECKS=1",
        ),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: dict[str, Any], expected: str) -> None:
    text = refusal(await client.post("/v2/replicas", json=body), 400)
    assert re.search(expected, text), text


async def test_relaxed_checks_are_taken_where_the_settings_allow_them(dependencies: ApiDependencies) -> None:
    settings = dependencies.settings.changed(allow_relaxed_checks=True)
    async with client_of(replace(dependencies, settings=settings), x_api_key=ENVIRONMENT_KEY) as client:
        properties: dict[str, Any] = {"relaxed_checks": ["video_duration", "quality_issue_detected"]}
        made = await _create(client, properties=properties)
        got = (await client.get(f"/v2/replicas/{made}?verbose=true")).json()
        assert got["properties"] == properties
        body = {"train_video_url": VIDEO, "properties": {"relaxed_checks": ["everything"]}}
        assert "'everything'" in refusal(await client.post("/v2/replicas", json=body), 400)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("DELETE", "?hard=true"), ("PATCH", "/name")]
)
async def test_an_unknown_replica(client: httpx.AsyncClient, method: str, path: str) -> None:
    for replica_id in ("rnowhere", "R!", "r" * 65, "..."):
        body = {"replica_name": "x"} if method == "PATCH" else None
        response = await client.request(method, f"/v2/replicas/{replica_id}{path}", json=body)
        assert refusal(response, 400) == "Invalid replica_id"


async def test_lists_are_filtered(client: httpx.AsyncClient, store: Store) -> None:
    made = await _create(client, model_name="phoenix-2")

    async def ids(query: str) -> list[str]:
        return [entry["replica_id"] for entry in (await client.get(f"/v2/replicas?{query}")).json()["data"]]

    mine = (await client.get("/v2/replicas?replica_type=user&verbose=true")).json()
    assert [(entry["replica_id"], entry["replica_type"]) for entry in mine["data"]] == [(made, "user")]
    assert set(await ids(f"replica_ids={made},r79e1c033f")) == {made, "r79e1c033f"}
    assert "rfe12d8b9597" in await ids("name=nath&limit=100")
    assert made not in await ids("name=nath&limit=100")
    assert await ids("status=started") == [made]
    assert await ids("model_name=phoenix-2") == [made]
    await _completed(store, made)
    assert made in await ids("status=completed&limit=100")
    assert await ids("status=ready&replica_type=user") == [made]


async def test_a_replica_is_renamed(client: httpx.AsyncClient) -> None:
    made = await _create(client)
    renamed = await client.patch(f"/v2/replicas/{made}/name", json={"replica_name": "Rio"})
    assert (renamed.status_code, renamed.content) == (200, b"")
    assert (await client.get(f"/v2/replicas/{made}")).json()["replica_name"] == "Rio"
    await client.patch(f"/v2/replicas/{made}/name", json={"face_name": "Ria"})
    assert (await client.get(f"/v2/replicas/{made}")).json()["replica_name"] == "Ria"


@pytest.mark.parametrize("body", [{}, {"replica_name": ""}, {"replica_name": None}, {"replica_name": 7}])
async def test_a_name_must_be_a_name(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    made = await _create(client)
    assert "replica_name" in refusal(await client.patch(f"/v2/replicas/{made}/name", json=body), 400)


async def test_stock_replicas_stay_as_they_are(client: httpx.AsyncClient) -> None:
    path = "/v2/replicas/rfe12d8b9597"
    assert "is stock" in refusal(await client.patch(f"{path}/name", json={"replica_name": "x"}), 400)
    assert "is stock" in refusal(await client.delete(path), 400)
    assert "is stock" in refusal(await client.delete(f"{path}?hard=true"), 400)
    assert (await client.get(path)).json()["replica_name"] == "Nathan"


async def test_a_deleted_replica_is_seen_no_more_and_joins_no_conversation(
    client: httpx.AsyncClient, store: Store
) -> None:
    made = await _create(client)
    await _completed(store, made)
    deleted = await client.delete(f"/v2/replicas/{made}")
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert refusal(await client.get(f"/v2/replicas/{made}"), 400) == "Invalid replica_id"
    assert (await client.get("/v2/replicas?replica_type=user")).json() == {"data": [], "total_count": 0}
    body = {"replica_id": made, "persona_id": "pb87e71797da"}
    assert refusal(await client.post("/v2/conversations", json=body), 400) == "Invalid replica_id"
    assert refusal(await client.delete(f"/v2/replicas/{made}"), 400) == "Invalid replica_id"


async def test_a_hard_delete_erases_what_a_soft_one_kept(client: httpx.AsyncClient, store: Store) -> None:
    made = await _create(client)

    async def rows() -> int:
        query = "SELECT count(*) FROM replicas WHERE replica_id = ?"
        return int(await store.database.read(lambda tables: tables.execute(query, [made]).fetchone()[0]))

    await client.delete(f"/v2/replicas/{made}")
    assert await rows() == 1
    assert (await client.delete(f"/v2/replicas/{made}?hard=true")).status_code == 200
    assert await rows() == 0
    assert refusal(await client.delete(f"/v2/replicas/{made}?hard=true"), 400) == "Invalid replica_id"


async def test_a_replica_in_a_running_conversation_is_not_deleted(
    client: httpx.AsyncClient, store: Store, host: FakeCallHost
) -> None:
    made = await _create(client)
    await _completed(store, made)
    body = {"replica_id": made, "persona_id": "pb87e71797da"}
    conversation = (await client.post("/v2/conversations", json=body)).json()["conversation_id"]
    for query in ("", "?hard=true"):
        assert conversation in refusal(await client.delete(f"/v2/replicas/{made}{query}"), 409)
    await client.post(f"/v2/conversations/{conversation}/end")
    assert (await client.delete(f"/v2/replicas/{made}")).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "statement"),
    [
        ({"train_video_url": VIDEO, "consent_video_url": VIDEO}, "personal", "consent_video_url"),
        ({"train_video_url": VIDEO}, "undecided", "train_video_url"),
        ({"train_image_url": "https://files.example/face.png", "voice_name": "anna"}, "non_human", None),
    ],
)
async def test_consent_is_recorded_as_the_key_declared_it(
    client: httpx.AsyncClient, store: Store, body: dict[str, Any], kind: str, statement: str | None
) -> None:
    made = (await client.post("/v2/replicas", json={**body, "consent": {"on_file": True}})).json()
    [key] = await store.keys.all_keys()
    url = f"/v2/replicas/{made['replica_id']}"
    got = (await client.get(f"{url}?verbose=true")).json()
    assert got["consent"] == {
        "kind": kind,
        "statement": statement,
        "on_file": False,
        "required": False,
        "declared_by": key.key_id,
    }
    assert (got["enforced"], got["not_enforced"]) == (False, ["consent"])
    assert "consent" not in (await client.get(url)).json()


async def test_where_consent_is_required_a_picture_needs_a_statement(dependencies: ApiDependencies) -> None:
    strict = replace(dependencies, settings=dependencies.settings.changed(require_consent="always"))
    picture = {"train_image_url": "https://files.example/face.png", "voice_name": "anna"}
    async with client_of(strict, x_api_key=ENVIRONMENT_KEY) as client:
        refused = refusal(await client.post("/v2/replicas", json=picture), 400)
        assert refused == ReplicaError.CONSENT_PHRASE_MISMATCH.text("")
        for body in ({**picture, "consent_video_url": VIDEO}, {"train_video_url": VIDEO}):
            made = (await client.post("/v2/replicas", json=body)).json()
            got = (await client.get(f"/v2/replicas/{made['replica_id']}?verbose=true")).json()
            assert (got["consent"]["required"], got["consent"]["declared_by"]) == (True, "environment")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/replicas", {"train_video_url": VIDEO}),
        ("/v2/videos", {"replica_id": "r4067604db72", "script": "Hello."}),
        ("/v2/documents", {"document_url": "https://files.example/a.pdf"}),
    ],
)
async def test_a_secret_in_a_field_that_nobody_knows_is_never_shown(
    client: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    made = (await client.post(path, json={**body, "storage": {"api_key": "0123456789abcdef"}})).json()
    [identifier] = [made[name] for name in ("replica_id", "video_id", "document_id") if name in made][:1]
    for url in (path, f"{path}/{identifier}", f"{path}/{identifier}?verbose=true"):
        shown = await client.get(url)
        assert '"api_key":"********cdef"' in shown.text
        assert "0123456789abcdef" not in shown.text
