"""Recordings that go to an S3-compatible server: a process of its own, which checks every signature."""

import asyncio
import ipaddress
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from engine.errors import InvalidInputError
from engine.network import Address, NetworkPolicy, NetworkRefusedError
from engine.recording.finalising import Recorded
from engine.recording.roles import Role
from engine.recording.s3 import S3Settings, S3Storage
from engine.recording.signatures import Credentials, signed
from engine.recording.signed_requests import Patience
from engine.recording.storage import StorageError, Stored, store_recording
from engine.secret import Secret
from tests.fakes.webhook_receiver import Answer, Receiver, receiving
from tests.recording.object_store import BUCKET, ROLE_ARN, ObjectStore, running

NEAR = NetworkPolicy(allow_hosts=("127.0.0.1",))
QUICK = Patience(first_s=0.01, longest_s=0.05, attempts=4)
KEY = "c123/recording-20261121T010203Z.mp4"
PART = 5 << 20
"""Bytes; no server takes less, but for the last part."""
ANYBODY = S3Settings("http://127.0.0.1:9", "key", Secret("secret"))


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectStore]:
    with running() as made:
        yield made


@dataclass(frozen=True)
class Local:
    """A recording on this machine."""

    path: Path

    @property
    def there(self) -> bool:
        return self.path.exists()

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    def fill(self, content: bytes) -> None:
        self.path.write_bytes(content)


@pytest.fixture
def film(tmp_path: Path) -> Local:
    made = Local(tmp_path / "recording.mp4")
    made.fill(os.urandom(100_000))
    return made


def _storage(settings: S3Settings, policy: NetworkPolicy = NEAR, *, bucket: str = BUCKET) -> S3Storage:
    return S3Storage(settings, policy, bucket=bucket, patience=QUICK, part_size=PART)


def _object(server: ObjectStore, key: str = KEY, query: str = "") -> httpx.Response:
    url = f"http://127.0.0.1:{server.port}/{BUCKET}/{key}{query}"
    headers = signed("GET", url, b"", Credentials(server.access_key, Secret(server.secret_key)), region="us-east-1")
    return httpx.get(url, headers=headers, trust_env=False)


def _unfinished(server: ObjectStore) -> int:
    return _object(server, "", "?uploads=").text.count("<UploadId>")


class Obstacle:
    """Stands before the server: each request meets the next of `hurdles` (a status, 0 for a cut connection), then passes."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.hurdles: dict[str, list[int | bytes]] = {}
        """By a piece of the request's first line."""
        self.passed: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode().splitlines()
        length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length")), 0)
        body = await reader.readexactly(length)
        hurdle = next((hurdles.pop(0) for piece, hurdles in self.hurdles.items() if piece in first and hurdles), None)
        if hurdle == 0:
            writer.transport.abort()
            return
        if hurdle is None:
            self.passed.append(first)
            answer = await self._pass(head, body)
        elif isinstance(hurdle, bytes):
            answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + hurdle
        else:
            answer = f"HTTP/1.1 {hurdle} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def _pass(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        lines = [line for line in head.split(b"\r\n") if line and not line.lower().startswith(b"connection:")]
        writer.write(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
        try:
            return await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def _obstacle(server: ObjectStore) -> AsyncIterator[Obstacle]:
    made = Obstacle(server.port)
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0, limit=1 << 20)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


async def test_a_recording_arrives_and_only_then_goes_here(server: ObjectStore, film: Local) -> None:
    content = film.content
    assert await _storage(server.settings()).store(film.path, KEY) == Stored(BUCKET, KEY)
    assert _object(server).content == content
    assert not film.there


async def test_a_browser_that_gets_it_shows_it(server: ObjectStore, film: Local) -> None:
    captions = Local(film.path.with_suffix(".vtt"))
    captions.fill(b"WEBVTT\n\n")
    recorded = Recorded(film.path, captions.path, 1.0, 100_000)
    assert await store_recording(_storage(server.settings()), recorded, KEY) == Stored(BUCKET, KEY)
    assert _object(server).headers["content-type"] == "video/mp4"
    beside = _object(server, KEY.replace(".mp4", ".vtt"))
    assert beside.text == "WEBVTT\n\n"
    assert beside.headers["content-type"].startswith("text/vtt")
    assert not film.there
    assert not captions.there


async def test_a_failed_upload_can_be_repeated(server: ObjectStore, film: Local) -> None:
    captions = Local(film.path.with_suffix(".vtt"))
    captions.fill(b"WEBVTT\n\n")
    recorded = Recorded(film.path, captions.path, 1.0, 100_000)
    async with _obstacle(server) as way:
        way.hurdles = {".mp4": [403]}
        with pytest.raises(StorageError, match="403"):
            await store_recording(_storage(server.settings(port=way.port)), recorded, KEY)
        assert film.there
        assert await store_recording(_storage(server.settings(port=way.port)), recorded, KEY) == Stored(BUCKET, KEY)


@pytest.mark.parametrize("size", [1000, PART + 1])
async def test_a_role_is_assumed_where_the_endpoint_lends_them(server: ObjectStore, film: Local, size: int) -> None:
    content = os.urandom(size)
    film.fill(content)
    async with _obstacle(server) as way:
        settings = server.settings(port=way.port, sts=True)
        role = Role(ROLE_ARN, "tavus")
        await S3Storage(settings, NEAR, bucket=BUCKET, role=role, patience=QUICK, part_size=PART).store(film.path, KEY)
        assert way.passed[0] == "POST / HTTP/1.1"
    assert _object(server).content == content


async def test_a_role_that_is_not_lent_is_said_so(server: ObjectStore, film: Local) -> None:
    storage = S3Storage(server.settings(sts=True), NEAR, bucket=BUCKET, role=Role(ROLE_ARN, "wrong"), patience=QUICK)
    with pytest.raises(StorageError, match="403 AccessDenied"):
        await storage.store(film.path, KEY)
    assert film.there


async def test_a_role_is_passed_over_where_the_endpoint_lends_none(server: ObjectStore, film: Local) -> None:
    async with _obstacle(server) as way:
        storage = S3Storage(server.settings(port=way.port), NEAR, bucket=BUCKET, role=Role(ROLE_ARN), patience=QUICK)
        await storage.store(film.path, KEY)
        assert len(way.passed) == 1


async def test_a_large_one_goes_in_parts(server: ObjectStore, film: Local) -> None:
    content = os.urandom(2 * PART + 12_345)
    film.fill(content)
    async with _obstacle(server) as way:
        await _storage(server.settings(port=way.port)).store(film.path, KEY)
        assert [line.split(" ")[0] for line in way.passed] == ["POST", "PUT", "PUT", "PUT", "POST"]
    assert _object(server).content == content
    assert not film.there


async def test_what_fails_for_a_while_is_repeated_part_by_part(server: ObjectStore, film: Local) -> None:
    content = os.urandom(2 * PART + 1)
    film.fill(content)
    async with _obstacle(server) as way:
        way.hurdles = {
            "uploads=": [503], "partNumber=1": [0, 500], "partNumber=3": [429],
            "POST /calls/c123/recording-20261121T010203Z.mp4?uploadId": [b"<?xml?>\n<Error><Code>InternalError</Code></Error>"],
        }  # fmt: skip
        await _storage(server.settings(port=way.port)).store(film.path, KEY)
        assert sum("partNumber" in line for line in way.passed) == 3, "no part is sent twice"
    assert _object(server).content == content


@pytest.mark.parametrize("size", [1000, 2 * PART])
async def test_what_never_works_leaves_the_recording_where_it_is(server: ObjectStore, film: Local, size: int) -> None:
    content = os.urandom(size)
    film.fill(content)
    async with _obstacle(server) as way:
        way.hurdles = {"PUT": [503] * 100}
        with pytest.raises(StorageError, match="503"):
            await _storage(server.settings(port=way.port)).store(film.path, "never.mp4")
        assert len(way.hurdles["PUT"]) == 100 - QUICK.attempts
    assert film.content == content
    assert _object(server, "never.mp4").status_code == 404
    assert _unfinished(server) == 0, "parts that nobody puts together are removed"


async def test_a_server_that_is_gone_leaves_the_recording_where_it_is(film: Local) -> None:
    with pytest.raises(StorageError, match=r"127\.0\.0\.1"):
        await _storage(ANYBODY).store(film.path, KEY)
    assert film.there


async def test_a_wrong_secret_is_not_tried_again(server: ObjectStore, film: Local) -> None:
    async with _obstacle(server) as way:
        with pytest.raises(StorageError, match="403 SignatureDoesNotMatch"):
            await _storage(server.settings(port=way.port, secret_key="wrong")).store(film.path, KEY)
        assert len(way.passed) == 1
    assert film.there


async def test_a_bucket_that_is_not_there_is_said_so(server: ObjectStore, film: Local) -> None:
    with pytest.raises(StorageError, match="404 NoSuchBucket"):
        await _storage(server.settings(), bucket="nobody-has-this").store(film.path, KEY)
    assert film.there


async def test_a_redirect_is_not_followed(film: Local) -> None:
    async with receiving() as other, receiving() as endpoint:
        endpoint.answers = [Answer(307, (("Location", other.url),))]
        with pytest.raises(StorageError, match="307"):
            await _storage(_at(endpoint)).store(film.path, KEY)
        assert other.requests == []
    assert film.there


async def test_an_answer_without_end_is_not_read(film: Local) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    listening = await asyncio.start_server(endless, "127.0.0.1", 0)
    settings = S3Settings(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", "key", Secret("secret"))
    with pytest.raises(NetworkRefusedError, match="more than"):
        await _storage(settings).store(film.path, KEY)
    listening.close()
    assert film.there


@pytest.mark.parametrize(
    ("policy", "refusal"),
    [(NetworkPolicy(), r"127\.0\.0\.1"), (NetworkPolicy(offline=True), "not a public address|offline")],
)
async def test_only_what_the_policy_allows_is_called(film: Local, policy: NetworkPolicy, refusal: str) -> None:
    async with receiving() as endpoint:
        with pytest.raises(NetworkRefusedError, match=refusal):
            await _storage(_at(endpoint), policy).store(film.path, KEY)
        assert endpoint.requests == []
    assert film.there


async def test_a_name_is_looked_up_once_and_the_checked_address_is_called(film: Local) -> None:
    asked: list[str] = []

    async def first_then_elsewhere(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ipaddress.ip_address("127.0.0.1" if len(asked) == 1 else "10.0.0.1")]

    async with receiving() as endpoint:
        port = endpoint.url.rpartition(":")[2].partition("/")[0]
        settings = S3Settings(f"http://objects.example:{port}", "key", Secret("secret"))
        storage = S3Storage(settings, NEAR, bucket=BUCKET, patience=QUICK, resolver=first_then_elsewhere)
        await storage.store(film.path, KEY)
        assert asked == ["objects.example"]
        assert endpoint.requests[0].headers["host"] == f"objects.example:{port}"


async def test_the_secret_is_not_sent(film: Local) -> None:
    async with receiving() as endpoint:
        await _storage(S3Settings(_at(endpoint).endpoint, "the-key", Secret("the-secret"))).store(film.path, KEY)
        request = endpoint.requests[0]
    assert "the-key" in request.headers["authorization"]
    assert "the-secret" not in str(request.headers)
    assert "the-secret" not in repr(S3Settings("http://a.example", "the-key", Secret("the-secret")))


@pytest.mark.parametrize(
    "bucket", ["", "ab", "Upper", "a/b", "../calls", "a..b", "-ab", "ab?x", "a" * 64, "c\n1", "127.0.0.1/x"]
)
def test_buckets_that_are_none_are_refused(bucket: str) -> None:
    with pytest.raises(InvalidInputError, match="recording_s3_bucket_name"):
        _storage(ANYBODY, bucket=bucket)


@pytest.mark.parametrize("region", ["", "EU West", "a/b", "a\nb"])
def test_regions_that_are_none_are_refused(region: str) -> None:
    with pytest.raises(InvalidInputError, match="recording_s3_bucket_region"):
        S3Storage(ANYBODY, NEAR, bucket=BUCKET, region=region)


async def test_keys_with_path_tricks_are_refused(film: Local) -> None:
    for key in ("../other/a.mp4", "/a.mp4", "a.mp4?acl", "a//b"):
        with pytest.raises(InvalidInputError, match="s3_key"):
            await _storage(ANYBODY).store(film.path, key)


@pytest.mark.parametrize(
    "endpoint",
    ["objects.example", "ftp://a.example", "http://u:p@a.example", "http://a.example?x", "http://2130706433"],
)
def test_endpoints_that_are_none_are_refused(endpoint: str) -> None:
    with pytest.raises(InvalidInputError, match="VISAVIS_S3_ENDPOINT"):
        S3Settings(endpoint, "key", Secret("secret"))


def test_an_endpoint_needs_keys_and_a_bucket_needs_an_endpoint() -> None:
    with pytest.raises(InvalidInputError, match="VISAVIS_S3_ACCESS_KEY"):
        S3Settings("https://a.example", "key")
    assert not S3Settings()
    with pytest.raises(InvalidInputError, match="VISAVIS_S3_ENDPOINT"):
        _storage(S3Settings())


def _at(receiver: Receiver) -> S3Settings:
    return S3Settings(receiver.url.removesuffix("/hook"), "key", Secret("secret"))
