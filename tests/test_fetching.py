"""Files from outside: bounded in size and time, and only from where the policy allows."""

import asyncio
import gzip
import hashlib
import ipaddress
import os
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from engine.fetching import MOST_REDIRECTS, Fetched, FetchError, fetch_to_file
from engine.network import Address, NetworkPolicy, NetworkRefusedError, Resolver
from engine.store.files import FileTooLargeError
from tests.real_time import SOON

CONTENT = os.urandom(200_000)
LOCAL = NetworkPolicy(allow_hosts=("127.0.0.1",))

Serve = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Site:
    """A real HTTP server on loopback; `pages` says what each path sends."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Serve] = {}
        self.heads: list[str] = []
        self.port = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        page = self.pages[head.split(" ")[1]]
        try:
            if isinstance(page, bytes):
                writer.write(page)
                await writer.drain()
            else:
                await page(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


def _answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    told = [f"Content-Length: {len(body) if length is None else length}", "Connection: close", *headers]
    return f"HTTP/1.1 {status}\r\n".encode() + "".join(f"{line}\r\n" for line in told).encode() + b"\r\n" + body


def _redirect(target: str, status: str = "302 Found") -> bytes:
    return _answer(b"", f"Location: {target}", status=status)


def _names(**answers: list[str]) -> Resolver:
    """A name server; each name's answers in turn, the last for ever."""

    async def look_up(host: str, port: int) -> list[Address]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            known = answers[host.partition(".")[0]]
            return [ipaddress.ip_address(known.pop(0) if len(known) > 1 else known[0])]

    return look_up


def _names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def _fetch(
    folder: Path,
    url: str,
    policy: NetworkPolicy = LOCAL,
    *,
    most: int = 1_000_000,
    limit_s: float = SOON,
    names: Resolver | None = None,
) -> Fetched:
    place = folder / "fetched"
    try:
        if names is None:
            return await fetch_to_file(policy, url, place, most_bytes=most, limit_s=limit_s)
        return await fetch_to_file(policy, url, place, most_bytes=most, limit_s=limit_s, resolver=names)
    except BaseException:
        assert _names_in(folder) == [], "nothing is left of what failed"
        raise


async def test_a_file_is_fetched_whole(tmp_path: Path, site: Site) -> None:
    site.pages["/a.mp4?x=1"] = _answer(CONTENT, "Content-Type: Video/MP4; codecs=avc1")
    fetched = await _fetch(tmp_path, site.url("/a.mp4?x=1"))
    assert fetched.path.read_bytes() == CONTENT
    assert (fetched.size, fetched.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert (fetched.content_type, fetched.url) == ("video/mp4", site.url("/a.mp4?x=1"))
    assert _names_in(tmp_path) == ["fetched"]
    assert "accept-encoding: identity" in site.heads[0].lower()


async def test_redirects_are_followed_to_the_file(tmp_path: Path, site: Site) -> None:
    for hop in range(MOST_REDIRECTS):
        site.pages[f"/{hop}"] = _redirect(f"/{hop + 1}", "307 Temporary Redirect")
    site.pages[f"/{MOST_REDIRECTS}"] = _answer(CONTENT)
    fetched = await _fetch(tmp_path, site.url("/0"))
    assert (fetched.size, fetched.url) == (len(CONTENT), site.url(f"/{MOST_REDIRECTS}"))


async def test_a_redirect_loop_ends(tmp_path: Path, site: Site) -> None:
    site.pages["/a"], site.pages["/b"] = _redirect("/b"), _redirect("/a")
    with pytest.raises(FetchError, match=f"more than {MOST_REDIRECTS} times"):
        await _fetch(tmp_path, site.url("/a"))
    assert len(site.heads) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/x", "http://[::1]:{port}/x", "http://[::ffff:127.0.0.2]:{port}/x",
        "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://2130706433:{port}/x", "http://0177.0.0.1:{port}/x",
        "http://user@127.0.0.1:{port}/x", "http://127.1:{port}/x", "http://0.0.0.0:{port}/x", "//127.0.0.3:{port}/x",
        "file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "http://[fe80::1%25lo]/",
    ],
)  # fmt: skip
async def test_a_redirect_leads_nowhere_that_the_first_url_could_not(tmp_path: Path, site: Site, target: str) -> None:
    site.pages["/a"] = _redirect(target.format(port=site.port))
    site.pages["/x"] = _answer(b"secret")
    # An address with leading zeros is not even a URL to httpx: that is a FetchError.
    with pytest.raises((NetworkRefusedError, FetchError)):
        await _fetch(tmp_path, site.url("/a"))
    assert len(site.heads) == 1


async def test_loopback_is_not_fetched_from(tmp_path: Path, site: Site) -> None:
    with pytest.raises(NetworkRefusedError, match=r"127\.0\.0\.1"):
        await _fetch(tmp_path, site.url("/a"), NetworkPolicy())
    assert site.heads == []


async def test_a_name_that_changes_its_address_between_two_steps_is_judged_at_each(tmp_path: Path, site: Site) -> None:
    """The first answer is allowed; the second, after the redirect to the same name, is this machine."""
    site.pages["/a"] = _redirect(site.url("/b", "rebind.example"))
    site.pages["/b"] = _answer(b"secret")
    policy = NetworkPolicy(allow_hosts=("127.0.0.1",))
    with pytest.raises(NetworkRefusedError, match=r"127\.0\.0\.5"):
        await _fetch(
            tmp_path, site.url("/a", "rebind.example"), policy, names=_names(rebind=["127.0.0.1", "127.0.0.5"])
        )
    assert len(site.heads) == 1


async def test_a_name_is_asked_for_once_between_check_and_connection(tmp_path: Path, site: Site) -> None:
    site.pages["/a"] = _answer(b"x")
    asked: list[str] = []

    async def first_then_private(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ipaddress.ip_address("127.0.0.1" if len(asked) == 1 else "10.0.0.1")]

    assert (await _fetch(tmp_path, site.url("/a", "rebind.example"), names=first_then_private)).size == 1
    assert asked == ["rebind.example"]


async def test_offline_nothing_is_fetched_but_from_the_allow_list(tmp_path: Path, site: Site) -> None:
    site.pages["/a"] = _answer(b"x")
    assert (await _fetch(tmp_path, site.url("/a"), NetworkPolicy(offline=True, allow_hosts=("127.0.0.0/8",)))).size == 1
    empty = tmp_path / "empty"
    empty.mkdir()
    names = _names(far=["8.8.8.8"], near=["127.0.0.1"])
    for host in ("far.example", "near.example"):
        with pytest.raises(NetworkRefusedError):
            await _fetch(empty, site.url("/a", host), NetworkPolicy(offline=True), names=names)


async def test_more_than_was_asked_for_is_refused_before_it_is_sent(tmp_path: Path, site: Site) -> None:
    site.pages["/a"] = _answer(b"", length=2_000_000)
    with pytest.raises(FileTooLargeError):
        await _fetch(tmp_path, site.url("/a"))


async def test_an_endless_body_is_cut(tmp_path: Path, site: Site) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    site.pages["/a"] = endless
    with pytest.raises(FileTooLargeError):
        await _fetch(tmp_path, site.url("/a"), limit_s=60)


async def test_a_body_that_drips_is_cut_by_the_time_for_the_whole(tmp_path: Path, site: Site) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def drip_head(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-A: b\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    site.pages["/body"], site.pages["/head"] = drip, drip_head
    for path in ("/body", "/head"):
        with pytest.raises(FetchError, match=r"did not give the file in 0\.4 s"):
            await _fetch(tmp_path, site.url(path), limit_s=0.4)


async def test_a_silent_name_server_is_cut_too(tmp_path: Path) -> None:
    async def silent(host: str, port: int) -> list[Address]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(FetchError):
        await _fetch(tmp_path, "http://slow.example/", limit_s=0.1, names=silent)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(CONTENT)),
        ("x-gzip", gzip.compress(CONTENT[:1000]) + gzip.compress(CONTENT[1000:])),
        ("deflate", zlib.compress(CONTENT)),
        ("identity", CONTENT),
    ],
)
async def test_what_comes_packed_is_unpacked(tmp_path: Path, site: Site, encoding: str, packed: bytes) -> None:
    site.pages["/a"] = _answer(packed, f"Content-Encoding: {encoding}")
    assert (await _fetch(tmp_path, site.url("/a"))).sha256 == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_a_bomb_counts_by_what_it_unpacks_to(tmp_path: Path, site: Site, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(50_000_000))
    assert len(bomb) < 1_000_000
    kind = "gzip" if pack is gzip.compress else "deflate"
    site.pages["/a"] = _answer(bomb, f"Content-Encoding: {kind}")
    with pytest.raises(FileTooLargeError):
        await _fetch(tmp_path, site.url("/a"))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_answer(b"no", status="404 Not Found"), "answered 404"),
        (_answer(b"part", status="206 Partial Content"), "answered 206"),
        (_answer(b"", status="304 Not Modified"), "answered 304"),
        (_answer(b"abc", length=10), "127.0.0.1"),
        (_answer(b"abc", "Content-Encoding: br"), "packed as 'br'"),
        (_answer(b"abc", "Content-Encoding: gzip"), "cannot be unpacked"),
        (_answer(gzip.compress(CONTENT)[:1000], "Content-Encoding: gzip"), "ends too early"),
        (b"", "127.0.0.1"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "127.0.0.1"),
    ],
)
async def test_what_is_no_file_is_an_error_that_names_the_host(
    tmp_path: Path, site: Site, answer: bytes, told: str
) -> None:
    site.pages["/a?token=secret"] = answer
    with pytest.raises(FetchError) as failed:
        await _fetch(tmp_path, site.url("/a?token=secret"))
    assert told in str(failed.value)
    assert "secret" not in str(failed.value)


async def test_a_host_that_nobody_answers_at_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"127\.0\.0\.1"):
        await _fetch(tmp_path, "http://127.0.0.1:1/")
