"""Recordings over REST: begun and ended, listed, downloaded in parts, and gone with their conversation."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.recording.arrivals import RecordingError
from engine.secret import Secret
from engine.settings import Settings
from engine.store.opening import Store
from engine.store.records import RecordingRecord
from tests.api.conftest import refusal
from tests.fakes.call_host import FakeCallHost

PERSONA = "pb87e71797da"


async def conversation(client: httpx.AsyncClient, **properties: Any) -> str:
    body = {"persona_id": PERSONA, "properties": {"enable_recording": True, **properties}}
    made = await client.post("/v2/conversations", json=body)
    assert made.status_code == 200, made.text
    return str(made.json()["conversation_id"])


async def recorded(store: Store, settings: Settings, conversation_id: str, *, captions: bool = True) -> RecordingRecord:
    """A recording that is whole and stays here."""
    key = f"{conversation_id}/recording-1.mp4"
    record = await store.recordings.create(conversation_id, key)
    film = settings.home / "recordings" / key
    film.parent.mkdir(parents=True)
    film.write_bytes(bytes(range(100)))
    if captions:
        film.with_suffix(".vtt").write_text("WEBVTT\n\n")
    await store.recordings.whole(record.recording_id, duration=4.2, size=100, captions=captions)
    await store.recordings.ready(record.recording_id, bucket_name="local", s3_key=key)
    found = await store.recordings.get(record.recording_id)
    assert found is not None
    return found


async def test_a_recording_is_begun_once_and_ended_once(client: httpx.AsyncClient, host: FakeCallHost) -> None:
    path = f"/v2/conversations/{await conversation(client)}/recordings"
    assert "not being recorded" in refusal(await client.post(f"{path}/stop"), 409)
    begun = await client.post(path)
    assert begun.status_code == 201
    made = begun.json()
    assert (made["status"], made["duration"], made["video_url"], made["captions_url"]) == ("recording", 0, None, None)
    assert "already" in refusal(await client.post(path), 409)
    assert (await client.get(path)).json() == {"data": [made], "total_count": 1}
    assert (await client.get(f"{path}/{made['recording_id']}")).json() == made
    assert "still runs" in refusal(await client.get(f"{path}/{made['recording_id']}/video"), 409)
    ended = await client.post(f"{path}/stop")
    assert (ended.status_code, ended.content) == (204, b"")


async def test_only_a_running_conversation_that_may_be_is_recorded(
    client: httpx.AsyncClient, host: FakeCallHost
) -> None:
    plain = await conversation(client, enable_recording=False)
    assert "enable_recording" in refusal(await client.post(f"/v2/conversations/{plain}/recordings"), 400)
    over = await conversation(client)
    await client.post(f"/v2/conversations/{over}/end")
    for path in ("recordings", "recordings/stop"):
        assert "ended" in refusal(await client.post(f"/v2/conversations/{over}/{path}"), 409)
    host.cannot_record = RecordingError("There is not enough free space on the disk")
    full = await conversation(client)
    assert "free space" in refusal(await client.post(f"/v2/conversations/{full}/recordings"), 507)


async def test_the_film_is_downloaded_whole_or_in_parts(
    client: httpx.AsyncClient, store: Store, settings: Settings
) -> None:
    conversation_id = await conversation(client)
    record = await recorded(store, settings, conversation_id)
    (shown,) = (await client.get(f"/v2/conversations/{conversation_id}/recordings")).json()["data"]
    assert (shown["status"], shown["duration"], shown["size"], shown["bucket_name"]) == ("ready", 4.2, 100, "local")
    film = await client.get(shown["video_url"])
    assert (film.status_code, film.content, film.headers["content-type"]) == (200, bytes(range(100)), "video/mp4")
    assert film.headers["accept-ranges"] == "bytes"
    part = await client.get(shown["video_url"], headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["content-range"] == "bytes 10-19/100"
    tail = await client.get(shown["video_url"], headers={"range": "bytes=-5"})
    assert (tail.status_code, tail.content) == (206, bytes(range(95, 100)))
    beyond = await client.get(shown["video_url"], headers={"range": "bytes=100-"})
    assert "100 bytes" in refusal(beyond, 416)
    assert beyond.headers["content-range"] == "bytes */100"
    captions = await client.get(shown["captions_url"])
    assert (captions.status_code, captions.text) == (200, "WEBVTT\n\n")
    assert captions.headers["content-type"].startswith("text/vtt")
    unchanged = await client.get(shown["video_url"], headers={"if-none-match": film.headers["etag"]})
    assert unchanged.status_code == 304
    assert record.recording_id in film.headers["etag"]


@pytest.mark.parametrize(("part", "size"), [("video", "100"), ("captions", "8")])
async def test_who_asks_for_the_head_of_a_file_gets_all_but_the_file(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, store: Store, settings: Settings, part: str, size: str
) -> None:
    conversation_id = await conversation(client)
    record = await recorded(store, settings, conversation_id)
    path = f"/v2/conversations/{conversation_id}/recordings/{record.recording_id}/{part}"
    head, get = await client.head(path), await client.get(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", size)
    for name in ("accept-ranges", "content-disposition", "content-length", "content-type", "etag"):
        assert head.headers[name] == get.headers[name]
    part_of_it = await client.head(path, headers={"range": "bytes=2-6"})
    assert (part_of_it.status_code, part_of_it.content, part_of_it.headers["content-length"]) == (206, b"", "5")
    assert part_of_it.headers["content-range"] == f"bytes 2-6/{size}"
    assert (await client.head(path, headers={"range": "bytes=500-"})).status_code == 416
    assert (await client.head(path, headers={"if-none-match": get.headers["etag"]})).status_code == 304
    assert (await stranger.head(path)).status_code == 401
    assert (await client.head(f"{path}/more")).status_code == 404


@pytest.mark.parametrize("part", ["", "/video", "/captions"])
async def test_a_recording_is_read_with_a_key_and_under_its_own_conversation_alone(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, store: Store, settings: Settings, part: str
) -> None:
    conversation_id, other = await conversation(client), await conversation(client)
    record = await recorded(store, settings, conversation_id)
    path = f"recordings/{record.recording_id}{part}"
    assert (await client.get(f"/v2/conversations/{conversation_id}/{path}")).status_code == 200
    refusal(await stranger.get(f"/v2/conversations/{conversation_id}/{path}"), 401)
    refusal(await client.get(f"/v2/conversations/{other}/{path}"), 404)
    refusal(await client.get(f"/v2/conversations/cnone/{path}"), 400)
    refusal(await client.get(f"/v2/conversations/{conversation_id}/recordings/..%2F..%2Fsecret.key{part}"), 404)


async def test_what_is_not_here_says_where_it_is_or_why(
    client: httpx.AsyncClient, store: Store, settings: Settings
) -> None:
    conversation_id = await conversation(client)
    path = f"/v2/conversations/{conversation_id}/recordings"
    silent = await recorded(store, settings, conversation_id, captions=False)
    assert "no captions" in refusal(await client.get(f"{path}/{silent.recording_id}/captions"), 404)
    (settings.home / "recordings" / silent.s3_key).unlink()
    assert "gone" in refusal(await client.get(f"{path}/{silent.recording_id}/video"), 404)
    away = await store.recordings.create(conversation_id, f"{conversation_id}/b.mp4")
    await store.recordings.whole(away.recording_id, duration=1, size=9, captions=True)
    await store.recordings.ready(away.recording_id, bucket_name="calls", s3_key=away.s3_key)
    assert f"bucket calls under {away.s3_key}" in refusal(await client.get(f"{path}/{away.recording_id}/video"), 404)
    failed = await store.recordings.create(conversation_id, f"{conversation_id}/c.mp4")
    await store.recordings.failed(failed.recording_id, "the disk is full")
    assert "the disk is full" in refusal(await client.get(f"{path}/{failed.recording_id}/video"), 404)


async def test_a_link_on_the_way_is_not_followed(
    client: httpx.AsyncClient, store: Store, settings: Settings, tmp_path: Path
) -> None:
    conversation_id = await conversation(client)
    record = await recorded(store, settings, conversation_id)
    film = settings.home / "recordings" / record.s3_key
    film.unlink()
    film.symlink_to(tmp_path / "home" / "secret.key")
    path = f"/v2/conversations/{conversation_id}/recordings/{record.recording_id}/video"
    assert "symbolic" in refusal(await client.get(path), 400)


async def test_erasing_a_conversation_erases_its_recordings_and_hiding_it_hides_them(
    client: httpx.AsyncClient, host: FakeCallHost, store: Store, settings: Settings
) -> None:
    conversation_id = await conversation(client)
    record = await recorded(store, settings, conversation_id)
    assert (await client.delete(f"/v2/conversations/{conversation_id}")).status_code == 204
    refusal(await client.get(f"/v2/conversations/{conversation_id}/recordings"), 400)
    assert host.erased == []
    assert (await client.delete(f"/v2/conversations/{conversation_id}?hard=true")).status_code == 204
    assert host.erased == [conversation_id]
    assert await store.recordings.get(record.recording_id) is None


class TestWithAnEndpoint:
    """What names a bucket counts once there is an endpoint for it."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(
            home=tmp_path / "home",
            api_key=Secret("key-of-the-environment"),
            s3_endpoint="https://objects.example",
            s3_access_key="who",
            s3_secret_key=Secret("knows"),
        )

    @pytest.mark.parametrize(
        ("properties", "ignored"),
        [
            ({"recording_s3_bucket_name": "calls", "recording_s3_bucket_region": "eu-north-1"}, None),
            ({"recording_storage": {"provider": "s3", "bucket_name": "calls"}}, None),
            ({"recording_storage": {"provider": "gcs", "bucket_name": "calls"}}, ["properties.recording_storage"]),
            (
                {"recording_s3_bucket_name": "calls", "aws_assume_role_arn": "arn:aws:iam::1:role/r"},
                ["properties.aws_assume_role_arn"],
            ),
        ],
    )
    async def test_only_what_nothing_acts_on_is_named(
        self, client: httpx.AsyncClient, properties: dict[str, Any], ignored: list[str] | None
    ) -> None:
        made = await conversation(client, **properties)
        shown = (await client.get(f"/v2/conversations/{made}?verbose=true")).json()
        assert shown.get("not_enforced") == ignored

    @pytest.mark.parametrize(
        ("properties", "field"),
        [
            ({"recording_s3_bucket_name": "Not A Bucket"}, "recording_s3_bucket_name"),
            ({"recording_s3_bucket_name": "calls", "recording_s3_bucket_region": "a b"}, "recording_s3_bucket_region"),
        ],
    )
    async def test_a_bucket_that_can_be_none_is_refused_before_the_call(
        self, client: httpx.AsyncClient, properties: dict[str, str], field: str
    ) -> None:
        body = {"persona_id": PERSONA, "properties": properties}
        assert field in refusal(await client.post("/v2/conversations", json=body), 400)
