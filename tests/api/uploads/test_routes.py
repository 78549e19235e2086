"""`/v2/uploads`."""

import asyncio
import hashlib
import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.store.opening import Store, open_store
from engine.store.uploads import FOLDER, UploadFolder, resolve_upload
from tests.api.conftest import BASE_URL, ENVIRONMENT_KEY, client_of, refusal
from tests.api.uploads.conftest import files_of

CONTENT = os.urandom(300_000)


@pytest.fixture
async def small(dependencies: ApiDependencies) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an appliance that takes one megabyte."""
    limited = replace(dependencies, settings=dependencies.settings.changed(largest_upload_mb=1))
    async with client_of(limited, x_api_key=ENVIRONMENT_KEY) as client:
        yield client


async def test_a_form_is_stored_and_described(client: httpx.AsyncClient, store: Store) -> None:
    response = await client.post(
        "/v2/uploads", files={"file": ("Übersicht 1.pdf", CONTENT, "application/pdf")}, data={"note": "ignored"}
    )
    assert response.status_code == 200
    upload = response.json()
    assert upload["size"] == len(CONTENT)
    assert upload["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert upload["content_type"] == "application/pdf"
    assert upload["filename"] == "Übersicht 1.pdf"
    assert upload["url"] == f"{BASE_URL}/v2/uploads/{upload['upload_id']}/content"
    assert upload["created_at"].endswith("Z")
    path = await resolve_upload(upload["url"], BASE_URL, store)
    assert path is not None
    assert path.read_bytes() == CONTENT
    assert files_of(store) == [path]


async def test_raw_bytes_are_stored_under_their_content_type(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for begin in range(0, len(CONTENT), 1000):
            yield CONTENT[begin : begin + 1000]

    told = await client.post("/v2/uploads", content=pieces(), headers={"content-type": "Video/MP4; codecs=avc1"})
    assert told.json()["content_type"] == "video/mp4"
    assert told.json()["filename"] is None
    assert told.json()["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    guessed = await client.post("/v2/uploads?filename=talk.mp4", content=CONTENT)
    assert (guessed.json()["content_type"], guessed.json()["filename"]) == ("video/mp4", "talk.mp4")
    unknown = await client.post("/v2/uploads", content=CONTENT, headers={"content-type": "a\tb"})
    assert unknown.json()["content_type"] == "application/octet-stream"


async def test_uploads_are_listed_got_and_deleted(client: httpx.AsyncClient, store: Store) -> None:
    made = [(await client.post("/v2/uploads", content=b"x" * size)).json() for size in (1, 2, 3)]
    listed = (await client.get("/v2/uploads?limit=2")).json()
    assert listed == {"data": [made[2], made[1]], "total_count": 3}
    url = f"/v2/uploads/{made[0]['upload_id']}"
    assert (await client.get(url)).json() == made[0]
    deleted = await client.delete(url)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert len(files_of(store)) == 2
    for response in (await client.get(url), await client.get(f"{url}/content"), await client.delete(url)):
        assert refusal(response, 404) == "Upload not found"


@pytest.mark.parametrize("upload_id", ["u0", "U1", "..%2f..%2fvisavis.db", "%2e%2e", "a" * 65, "ü"])
async def test_an_unknown_id_is_not_found(client: httpx.AsyncClient, upload_id: str) -> None:
    for path in ("", "/content"):
        refusal(await client.get(f"/v2/uploads/{upload_id}{path}"), 404)


async def test_the_content_is_read_whole_or_in_ranges(client: httpx.AsyncClient) -> None:
    upload = (await client.post("/v2/uploads", content=CONTENT)).json()
    whole = await client.get(upload["url"])
    assert whole.content == CONTENT
    assert whole.headers["accept-ranges"] == "bytes"
    etag = whole.headers["etag"]
    assert etag == f'"{upload["sha256"]}"'
    head = await client.head(upload["url"])
    assert (head.headers["content-length"], head.content) == (str(len(CONTENT)), b"")
    for asked, expected in (
        ("bytes=0-99", CONTENT[:100]),
        ("bytes=-7", CONTENT[-7:]),
        ("bytes=299990-", CONTENT[299_990:]),
    ):
        part = await client.get(upload["url"], headers={"range": asked, "if-range": etag})
        assert (part.status_code, part.content) == (206, expected)
        assert part.headers["content-range"].endswith(f"/{len(CONTENT)}")
    changed = await client.get(upload["url"], headers={"range": "bytes=0-1", "if-range": '"other"'})
    assert (changed.status_code, len(changed.content)) == (200, len(CONTENT))
    beyond = await client.get(upload["url"], headers={"range": "bytes=300000-"})
    assert "300000 bytes" in refusal(beyond, 416)
    assert beyond.headers["content-range"] == "bytes */300000"
    for malformed in (
        "bytes",
        "lines=1-2",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=" + "0-1," * 500,
        "bytes=" + "9" * 5000 + "-",
    ):
        response = await client.get(upload["url"], headers={"range": malformed})
        assert response.status_code == 200, malformed
    for known in (etag, f"W/{etag}", f'"a", {etag}', "*"):
        unchanged = await client.get(upload["url"], headers={"if-none-match": known})
        assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_the_content_needs_a_key_and_is_never_rendered(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    page = {"file": ('a"b\r\n;.html', b"<script>alert(1)</script>", "text/html")}
    upload = (await client.post("/v2/uploads", files=page)).json()
    refusal(await stranger.get(upload["url"]), 401)
    response = await client.get(upload["url"])
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"].startswith("attachment; filename")
    assert "\n" not in response.headers["content-disposition"]
    assert "sandbox" in response.headers["content-security-policy"]


async def test_a_name_that_is_a_path_stays_a_name(client: httpx.AsyncClient, store: Store) -> None:
    upload = (await client.post("/v2/uploads", files={"file": ("../../x", b"1")})).json()
    assert upload["filename"] == "x"
    assert [path.parent for path in files_of(store)] == [store.home / FOLDER]
    raw = (await client.post("/v2/uploads?filename=..%2F..%2Fy", content=b"1")).json()
    assert raw["filename"] == "y"


async def test_what_is_too_large_is_refused_and_leaves_nothing(small: httpx.AsyncClient, store: Store) -> None:
    limit = 1 << 20

    async def lying() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert (await small.post("/v2/uploads", content=b"x" * limit)).status_code == 200
    assert (await small.post("/v2/uploads", files={"file": b"x" * limit})).status_code == 200
    kept = files_of(store)
    for response in (
        await small.post("/v2/uploads", content=b"x" * (limit + 1)),
        await small.post("/v2/uploads", content=lying()),
        await small.post("/v2/uploads", content=lying(), headers={"content-length": "5"}),
        await small.post("/v2/uploads", files={"file": b"x" * (limit + 1)}),
        await small.post("/v2/uploads", files={"file": b"x"}, data={"pad": "y" * (limit + 100_000)}),
    ):
        assert "VISAVIS_LARGEST_UPLOAD_MB" in refusal(response, 413)
    assert files_of(store) == kept


async def test_a_disk_without_room_is_said_before_anything_is_sent(
    client: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=1000))
    assert "free space" in refusal(await client.post("/v2/uploads", content=b"x"), 507)
    assert files_of(store) == []


async def test_acknowledged_uploads_survive_kill_nine_and_the_half_ones_are_swept(
    tmp_path: Path, killable: tuple[Process, str]
) -> None:
    server, url = killable
    acknowledged: list[dict[str, str]] = []
    enough = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield CONTENT
        await enough.wait()
        server.send_signal(signal.SIGKILL)
        while True:
            yield CONTENT
            await asyncio.sleep(0.01)

    async def whole(client: httpx.AsyncClient) -> None:
        while True:
            acknowledged.append((await client.post(f"{url}/v2/uploads", content=CONTENT)).json())
            if len(acknowledged) >= 10:
                enough.set()

    async with httpx.AsyncClient(headers={"x-api-key": ENVIRONMENT_KEY}, timeout=30) as client:
        outcomes = await asyncio.gather(
            whole(client), whole(client), client.post(f"{url}/v2/uploads", content=half()), return_exceptions=True
        )
    assert all(isinstance(outcome, httpx.TransportError) for outcome in outcomes), outcomes
    await server.wait()

    store = await open_store(tmp_path / "killed")
    swept = await UploadFolder(store.home).sweep(store)
    assert swept >= 1, "the half one at least"
    for upload in acknowledged:
        path = await resolve_upload(upload["url"], "http://127.0.0.1", store)
        assert path is not None
        assert hashlib.sha256(path.read_bytes()).hexdigest() == upload["sha256"]
    await store.close()
