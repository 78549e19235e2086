"""/v2/videos."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.jobs.error_texts import VideoStatusDetails
from engine.jobs.worker import RenderedVideo, Workers
from engine.store.opening import Store
from tests.api.conftest import BASE_URL, ENVIRONMENT_KEY, client_of, refusal
from tests.api.working import working
from tests.jobs.workers import GatedWorker, told, until_status

NATHAN = "rfe12d8b9597"
HOOK = "http://127.0.0.1:1/hook"
HTTP_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
MINIMAL = {"replica_id": NATHAN, "script": "Hello."}


async def _create(client: httpx.AsyncClient, **body: Any) -> str:
    made = await client.post("/v2/videos", json={**MINIMAL, **body})
    assert made.status_code == 200, made.text
    return str(made.json()["video_id"])


async def test_a_new_video_is_queued(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v2/videos", json=MINIMAL)).json()
    assert set(made) == {"video_id", "video_name", "status", "hosted_url", "created_at"}
    assert re.fullmatch(r"[0-9a-f]{10}", made["video_id"])
    assert made["status"] == "queued"
    assert made["hosted_url"] == f"{BASE_URL}/video/{made['video_id']}"
    assert HTTP_DATE.fullmatch(made["created_at"])


async def test_the_default_name_tells_replica_day_and_video(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v2/videos", json=MINIMAL)).json()
    shape = rf"replica_id: {NATHAN} - [A-Z][a-z]+ [1-9]\d?, \d{{4}} - video: {made['video_id']}"
    assert re.fullmatch(shape, made["video_name"])
    assert (await client.get(f"/v2/videos/{made['video_id']}")).json()["video_name"] == made["video_name"]


async def test_a_video_shows_what_clients_read_while_it_waits(client: httpx.AsyncClient) -> None:
    made = await _create(client, video_name="Mine")
    got = (await client.get(f"/v2/videos/{made}")).json()
    assert HTTP_DATE.fullmatch(got.pop("created_at"))
    assert HTTP_DATE.fullmatch(got.pop("updated_at"))
    assert got == {
        "video_id": made,
        "video_name": "Mine",
        "status": "queued",
        "data": {"script": "Hello.", "start_with_wave": True},
        "replica_id": NATHAN,
        "face_id": NATHAN,
        "download_url": None,
        "stream_url": None,
        "hosted_url": f"{BASE_URL}/video/{made}",
        "status_details": VideoStatusDetails.QUEUED,
        "error_details": None,
        "generation_progress": "0/100",
        "background_url": None,
        "background_source_url": None,
        "still_image_thumbnail_url": None,
        "gif_thumbnail_url": None,
    }


async def test_every_field_of_a_video_is_kept_and_shown(client: httpx.AsyncClient) -> None:
    body = {
        "replica_id": NATHAN,
        "audio_url": "https://files.example/a.mp3",
        "video_name": "Mine",
        "background_url": "https://site.example/",
        "callback_url": HOOK,
        "fast": True,
        "transparent_background": True,
        "watermark_image_url": f"{BASE_URL}/v2/uploads/u0123/content",
        "properties": {
            "background_scroll": True,
            "background_scroll_type": "human",
            "background_scroll_depth": "middle",
            "background_scroll_return": "halt",
            "start_with_wave": False,
            "of_tomorrow": 1,
        },
        "of_tomorrow": ["kept"],
    }
    made = (await client.post("/v2/videos", json=body)).json()["video_id"]
    got = (await client.get(f"/v2/videos/{made}?verbose=true")).json()
    assert {name: got[name] for name in body} == body
    assert got["data"] == {"audio_url": "https://files.example/a.mp3", "start_with_wave": False}
    short = (await client.get(f"/v2/videos/{made}")).json()
    assert short["of_tomorrow"] == ["kept"]
    assert "watermark_image_url" not in short


@pytest.mark.parametrize(("given", "kept"), [("return", "return"), ("true", "true"), (True, "true"), (False, "false")])
async def test_the_return_of_a_scroll_is_taken_in_every_documented_form(
    client: httpx.AsyncClient, given: Any, kept: str
) -> None:
    made = await _create(client, properties={"background_scroll_return": given})
    got = (await client.get(f"/v2/videos/{made}?verbose=true")).json()
    assert got["properties"] == {"background_scroll_return": kept}


async def test_what_is_decided_here_is_not_taken_from_a_body(client: httpx.AsyncClient) -> None:
    made = await _create(client, status="ready", download_url="https://x.example/", generation_progress="1", _job={})
    got = (await client.get(f"/v2/videos/{made}?verbose=true")).json()
    assert (got["status"], got["download_url"], got["generation_progress"]) == ("queued", None, "0/100")
    assert "_job" not in got


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"replica_id": None}, "^replica_id is required$"),
        ({"script": None}, "^Either script or audio_url must be provided.$"),
        ({"script": "  \n"}, "^Either script or audio_url must be provided.$"),
        ({"audio_url": "https://files.example/a.wav"}, "audio_url: .*not both"),
        ({"replica_id": "rnowhere"}, "^Invalid replica_id$"),
        ({"replica_id": "R/../"}, "^Invalid replica_id$"),
        ({"script": None, "audio_url": "file:///etc/passwd"}, "audio_url: 'file:.*http"),
        ({"background_url": "ftp://x.example"}, "background_url"),
        ({"background_source_url": "nothing"}, "background_source_url"),
        ({"watermark_image_url": "http://2130706433/"}, "watermark_image_url"),
        ({"callback_url": "mailto:a@b.example"}, "callback_url"),
        ({"transparent_background": True}, "transparent_background: True .*fast: true"),
        ({"transparent_background": True, "fast": False}, "transparent_background: True .*fast: true"),
        ({"background_url": "https://a.example/", "background_source_url": "https://b.example/"}, "not both"),
        ({"properties": {"background_scroll_type": "wild"}}, "properties.background_scroll_type: 'wild'.*smooth"),
        ({"properties": {"background_scroll_depth": "top"}}, "properties.background_scroll_depth: 'top'.*bottom"),
        ({"properties": {"background_scroll_return": "no"}}, "properties.background_scroll_return: 'no'.*halt"),
        ({"properties": {"start_with_wave": "perhaps"}}, "properties.start_with_wave"),
        ({"fast": "perhaps"}, "fast: 'perhaps'"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: dict[str, Any], expected: str) -> None:
    given = {name: value for name, value in {**MINIMAL, **body}.items() if value is not None}
    text = refusal(await client.post("/v2/videos", json=given), 400)
    assert re.search(expected, text), text


async def test_an_empty_callback_url_is_nobody(client: httpx.AsyncClient) -> None:
    await _create(client, callback_url="")


async def test_a_video_of_a_replica_in_training_says_what_it_waits_for(client: httpx.AsyncClient) -> None:
    training = (await client.post("/v2/replicas", json={"train_video_url": "https://x.example/v.mp4"})).json()
    made = await _create(client, replica_id=training["replica_id"])
    got = (await client.get(f"/v2/videos/{made}")).json()
    assert (got["status"], got["status_details"]) == ("queued", VideoStatusDetails.REPLICA_IN_TRAINING)


async def test_rendering_is_no_fake_success(dependencies: ApiDependencies, store: Store) -> None:
    async with working(dependencies, Workers()) as client:
        made = await _create(client, callback_url=HOOK)
        await until_status(store.videos.get, made, "error")
        got = (await client.get(f"/v2/videos/{made}?verbose=true")).json()
    assert "not built into this version" in got["status_details"]
    assert (got["error_type"], got["download_url"], got["generation_progress"]) == ("not_built", None, "0/100")
    [payload] = await told(store, made)
    assert (payload["status"], payload["status_details"]) == ("error", got["status_details"])


async def test_a_ready_video_shows_its_addresses_on_this_appliance(dependencies: ApiDependencies, store: Store) -> None:
    rendered = RenderedVideo("/media/v.mp4", "/media/v.m3u8", "/media/v.png", "https://cdn.example/v.gif")
    async with working(dependencies, Workers(rendering=GatedWorker(rendered))) as client:
        made = await _create(client)
        await until_status(store.videos.get, made, "ready")
        got = (await client.get(f"/v2/videos/{made}")).json()
    assert got["download_url"] == f"{BASE_URL}/media/v.mp4"
    assert got["stream_url"] == f"{BASE_URL}/media/v.m3u8"
    assert got["still_image_thumbnail_url"] == f"{BASE_URL}/media/v.png"
    assert got["gif_thumbnail_url"] == "https://cdn.example/v.gif"
    assert (got["generation_progress"], got["status_details"]) == ("100/100", VideoStatusDetails.SUCCESS)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("DELETE", "?hard=true"), ("PATCH", "/name")]
)
async def test_an_unknown_video(client: httpx.AsyncClient, method: str, path: str) -> None:
    for video_id in ("nowhere", "V!", "0" * 65):
        body = {"video_name": "x"} if method == "PATCH" else None
        response = await client.request(method, f"/v2/videos/{video_id}{path}", json=body)
        assert refusal(response, 400) == "Invalid video_id"


async def test_videos_are_listed_from_page_zero(client: httpx.AsyncClient) -> None:
    made = [await _create(client) for _ in range(3)]
    first = (await client.get("/v2/videos?limit=2")).json()
    assert [entry["video_id"] for entry in first["data"]] == [made[2], made[1]]
    assert first["total_count"] == 3
    assert (await client.get("/v2/videos?limit=2&page=0")).json() == first
    second = (await client.get("/v2/videos?limit=2&page=1")).json()
    assert [entry["video_id"] for entry in second["data"]] == [made[0]]


async def test_a_video_is_renamed(client: httpx.AsyncClient) -> None:
    made = await _create(client)
    renamed = await client.patch(f"/v2/videos/{made}/name", json={"video_name": "Sales"})
    assert (renamed.status_code, renamed.content) == (200, b"")
    assert (await client.get(f"/v2/videos/{made}")).json()["video_name"] == "Sales"
    for body in ({}, {"video_name": ""}, {"video_name": 7}):
        assert "video_name" in refusal(await client.patch(f"/v2/videos/{made}/name", json=body), 400)


async def test_a_deleted_video_is_shown_as_such_and_listed_only_when_asked_for(client: httpx.AsyncClient) -> None:
    made, other = await _create(client), await _create(client)
    deleted = await client.delete(f"/v2/videos/{made}")
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert (await client.get(f"/v2/videos/{made}")).json()["status"] == "deleted"

    async def listed(query: str) -> list[str]:
        return [entry["video_id"] for entry in (await client.get(f"/v2/videos{query}")).json()["data"]]

    assert await listed("") == [other]
    assert await listed("?status=queued") == [other]
    assert await listed("?status=deleted") == [made]


async def test_a_hard_deleted_video_is_gone(client: httpx.AsyncClient) -> None:
    made = await _create(client)
    await client.delete(f"/v2/videos/{made}")
    assert (await client.delete(f"/v2/videos/{made}?hard=true")).status_code == 200
    assert refusal(await client.get(f"/v2/videos/{made}"), 400) == "Invalid video_id"


async def test_deleting_wakes_the_job_runner(dependencies: ApiDependencies) -> None:
    woken: list[int] = []
    wake: Callable[[], None] = lambda: woken.append(1)  # noqa: E731
    queued = replace(dependencies, wake_jobs=wake)
    async with client_of(queued, x_api_key=ENVIRONMENT_KEY) as client:
        made = await _create(client)
        assert len(woken) == 1
        await client.delete(f"/v2/videos/{made}")
        assert len(woken) == 2
