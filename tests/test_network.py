"""The gate for outgoing requests."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from engine.fetching import read_limited
from engine.network import (
    Address,
    NetworkPolicy,
    NetworkRefusedError,
    Reach,
    check_url,
    embedded,
    misleading,
    open_client,
    resolve,
)
from tests.real_time import SOON

PRIVATE = [
    "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1",
    "198.18.0.1", "240.0.0.1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "fec0::1", "64:ff9b:1::a00:1", "5f00::1", "fe80::1%eth0", "192.0.0.192", "168.63.129.16", "100.100.100.200", "::ffff:168.63.129.16",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"]
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"]


def _permits(policy: NetworkPolicy, address: str, reach: Reach, host: str = "some.example") -> bool:
    try:
        policy.check(host, ipaddress.ip_address(address), reach)
    except NetworkRefusedError:
        return False
    return True


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_in_every_dress(address: str, reach: Reach) -> None:
    assert not _permits(NetworkPolicy(), address, reach)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass_unless_the_machine_is_offline(address: str) -> None:
    for reach in Reach:
        assert _permits(NetworkPolicy(), address, reach)
        assert not _permits(NetworkPolicy(offline=True), address, reach)


@pytest.mark.parametrize("address", LOOPBACK)
@pytest.mark.parametrize("offline", [False, True])
def test_loopback_is_for_webhooks_and_not_for_fetches(address: str, offline: bool) -> None:
    policy = NetworkPolicy(offline=offline)
    assert _permits(policy, address, Reach.PUBLIC_AND_LOOPBACK)
    assert not _permits(policy, address, Reach.PUBLIC)


@pytest.mark.parametrize(
    ("allowed", "address", "host"),
    [
        ("10.0.0.0/8", "10.1.2.3", "h.example"),
        ("10.0.0.0/8", "::ffff:10.1.2.3", "h.example"),
        ("169.254.169.254", "169.254.169.254", "h.example"),
        ("nas.lan", "192.168.1.9", "nas.lan"),
        ("NAS.lan", "192.168.1.9", "nas.lan."),
        ("fd00::/8", "fd00::5", "h.example"),
        ("127.0.0.1", "127.0.0.1", "localhost"),
    ],
)
def test_the_allow_list_opens_what_it_names_and_nothing_else(allowed: str, address: str, host: str) -> None:
    for offline in (False, True):
        policy = NetworkPolicy(offline=offline, allow_hosts=(allowed,))
        assert _permits(policy, address, Reach.PUBLIC, host)
        assert not _permits(policy, "192.168.77.7", Reach.PUBLIC, "evil" + host)


@pytest.mark.parametrize("address", ["169.254.169.254", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254"])
def test_a_name_in_the_allow_list_does_not_open_the_metadata_of_a_cloud(address: str) -> None:
    """Who answers for the name could answer with such an address; the address itself must be listed."""
    policy = NetworkPolicy(allow_hosts=("nas.lan",))
    assert _permits(policy, "192.168.1.9", Reach.PUBLIC, "nas.lan")
    assert not _permits(policy, address, Reach.PUBLIC, "nas.lan")
    assert _permits(NetworkPolicy(allow_hosts=(address.removeprefix("::ffff:"),)), address, Reach.PUBLIC, "nas.lan")


@given(number=st.integers(0, 2**32 - 1), prefix=st.sampled_from(["mapped", "nat64", "6to4", "compatible"]))
def test_an_ipv4_address_is_judged_the_same_inside_an_ipv6_one(number: int, prefix: str) -> None:
    inner = ipaddress.IPv4Address(number)
    outer = {
        "mapped": 0xFFFF << 32 | number,
        "nat64": int(ipaddress.IPv6Address("64:ff9b::")) | number,
        "6to4": 0x2002 << 112 | number << 80 | 1,
        "compatible": number,
    }[prefix]
    address = ipaddress.IPv6Address(outer)
    if prefix == "compatible" and number < 2:
        return
    assert embedded(address) == inner
    for reach in Reach:
        assert _permits(NetworkPolicy(), str(address), reach) == _permits(NetworkPolicy(), str(inner), reach)


@given(address=st.ip_addresses())
def test_offline_nothing_but_loopback_passes(address: Address) -> None:
    policy = NetworkPolicy(offline=True)
    assert _permits(policy, str(address), Reach.PUBLIC_AND_LOOPBACK) == embedded(address).is_loopback
    assert not _permits(policy, str(address), Reach.PUBLIC)


@given(number=st.integers(0, 2**32 - 1))
def test_every_other_spelling_of_an_address_is_misleading(number: int) -> None:
    plain = str(ipaddress.IPv4Address(number))
    first, *rest = plain.split(".")
    assert not misleading(plain)
    spellings = [
        str(number),
        hex(number),
        f"0{int(first):o}." + ".".join(rest),
        f"{first}.{number & 0xFFFFFF}",
        f"{first}.1",
    ]
    for other in spellings:
        if other != plain:
            assert misleading(other), other
            with pytest.raises(InvalidInputError):
                check_url("callback_url", f"http://{other}/")


@pytest.mark.parametrize(
    "url",
    [
        "https://h.example/p?q=1",
        "http://127.0.0.1:8080/hook",
        "http://[::1]:5/",
        "HTTP://h.example",
        "https://3com.example/",
    ],
)
def test_ordinary_urls_are_taken(url: str) -> None:
    assert check_url("callback_url", url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "h.example", "//h.example/", "ftp://h.example/", "file:///etc/passwd", "javascript:alert(1)", "http://", "http:///x",
        "http://user@h.example/", "http://user:word@h.example/", "http://good.example@127.0.0.1/", "http://@h.example/",
        "http://good.example\\@evil.example/", "http://h.example/a b", "http://h.example\n/", "http://h\x00.example/",
        "http://[::1/", "http://h.example:99999/", "http://h.example:x/", "http://0x7f.1/", "http://017700000001/",
        "http://h.example/" + "x" * 3000, "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://127.0.0.1%2f.example/",
    ],
)  # fmt: skip
def test_other_urls_are_refused_with_the_field(url: str) -> None:
    with pytest.raises(InvalidInputError, match="callback_url"):
        check_url("callback_url", url)


@given(url=st.text(max_size=60) | st.text(max_size=40).map("http://".__add__))
def test_checking_any_text_returns_it_or_refuses_it(url: str) -> None:
    try:
        assert check_url("url", url) == url
    except InvalidInputError:
        return
    assert httpx.URL(url).host


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class Receiver:
    """A real HTTP server on loopback; answers with what it is told and keeps the heads that it read."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


def _answering(*addresses: str) -> Callable[[str, int], Coroutine[Any, Any, list[Address]]]:
    """A name server that gives the first answer first, then the next, ...; the last for ever."""
    answers = list(addresses)

    async def answer(host: str, port: int) -> list[Address]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            return [ipaddress.ip_address(answers.pop(0) if len(answers) > 1 else answers[0])]

    return answer


async def test_the_request_goes_to_the_checked_address_under_the_name_that_was_asked(receiver: Receiver) -> None:
    async with open_client(
        NetworkPolicy(), Reach.PUBLIC_AND_LOOPBACK, timeout=SOON, resolver=_answering("127.0.0.1")
    ) as client:
        response = await client.get(f"http://hooks.example:{receiver.port}/a")
    assert response.text == "ok"
    assert f"Host: hooks.example:{receiver.port}\r\n" in receiver.heads[0]


async def test_a_name_is_resolved_once_so_that_it_cannot_change_between_check_and_connection(
    receiver: Receiver,
) -> None:
    """A rebinding name answers with a public address first and with loopback afterwards: nothing arrives here."""
    resolver = _answering("192.0.2.1", "127.0.0.1")
    policy = NetworkPolicy(allow_hosts=("192.0.2.0/24",))
    async with open_client(policy, Reach.PUBLIC, timeout=0.3, resolver=resolver) as client:
        with pytest.raises(httpx.TransportError):
            await client.get(f"http://rebind.example:{receiver.port}/")
        with pytest.raises(NetworkRefusedError, match=r"127\.0\.0\.1"):
            await client.get(f"http://rebind.example:{receiver.port}/")
    assert receiver.heads == []


async def test_a_redirect_is_checked_again(receiver: Receiver) -> None:
    policy = NetworkPolicy(allow_hosts=("start.example",))
    target = f"http://169.254.169.254:{receiver.port}/latest"
    receiver.answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    async with open_client(policy, Reach.PUBLIC, timeout=SOON, redirects=3, resolver=_answering("127.0.0.1")) as client:
        with pytest.raises(NetworkRefusedError, match=r"169\.254\.169\.254"):
            await client.get(f"http://start.example:{receiver.port}/")
    assert len(receiver.heads) == 1


async def test_redirects_are_followed_only_when_asked_and_only_so_often(receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.port}/"
    receiver.answer = (
        f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    )
    async with open_client(NetworkPolicy(), Reach.PUBLIC_AND_LOOPBACK, timeout=SOON) as client:
        assert (await client.get(url)).status_code == 302
    async with open_client(NetworkPolicy(), Reach.PUBLIC_AND_LOOPBACK, timeout=SOON, redirects=3) as client:
        with pytest.raises(httpx.TooManyRedirects):
            await client.get(url)


async def test_the_next_address_of_a_name_is_tried_when_the_first_does_not_answer(receiver: Receiver) -> None:
    async def two(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address("127.0.0.9"), ipaddress.ip_address("127.0.0.1")]

    async with open_client(NetworkPolicy(), Reach.PUBLIC_AND_LOOPBACK, timeout=SOON, resolver=two) as client:
        assert (await client.post(f"http://localhost:{receiver.port}/", content=b"x")).text == "ok"


async def test_the_environment_cannot_put_a_proxy_in_between(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{receiver.port}")
    monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{receiver.port}")
    async with open_client(NetworkPolicy(), Reach.PUBLIC, timeout=SOON, resolver=_answering("10.0.0.1")) as client:
        with pytest.raises(NetworkRefusedError):
            await client.get("http://internal.example/")
    assert receiver.heads == []


async def test_a_silent_name_server_is_waited_for_as_long_as_for_a_connection() -> None:
    async def silent(host: str, port: int) -> list[Address]:
        await asyncio.Event().wait()
        return []

    async with open_client(NetworkPolicy(), Reach.PUBLIC, timeout=0.05, resolver=silent) as client:
        with pytest.raises(httpx.ConnectTimeout, match="not resolved"):
            await client.get("http://slow.example/")


async def test_a_zone_of_this_machine_cannot_be_named() -> None:
    async with open_client(NetworkPolicy(), Reach.PUBLIC_AND_LOOPBACK, timeout=SOON) as client:
        for url in ("http://[fe80::1%25lo]/", "http://[::1%25lo]/"):
            with pytest.raises((NetworkRefusedError, httpx.InvalidURL)):
                await client.get(url)


async def test_an_endless_answer_is_cut(receiver: Receiver) -> None:
    receiver.answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 100_000
    async with open_client(NetworkPolicy(), Reach.PUBLIC_AND_LOOPBACK, timeout=SOON) as client:
        async with client.stream("GET", f"http://127.0.0.1:{receiver.port}/") as response:
            with pytest.raises(NetworkRefusedError, match="more than 1000 bytes"):
                await read_limited(response, 1000)
        async with client.stream("GET", f"http://127.0.0.1:{receiver.port}/") as response:
            assert len(await read_limited(response, 100_000)) == 100_000


async def test_the_resolver_of_the_system_knows_this_machine() -> None:
    found = await resolve("localhost", 80)
    assert found
    assert all(address.is_loopback for address in found)
    assert await resolve("::1", 80) == [ipaddress.ip_address("::1")]
    with pytest.raises(socket.gaierror):
        await resolve("no-such-name.invalid", 80)
