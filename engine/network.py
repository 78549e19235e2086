"""The one gate for outgoing requests: the address that was checked is the address that is connected to."""

import asyncio
import contextlib
import ipaddress
import re
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias
from urllib.parse import urlsplit

import httpx

from engine.errors import InvalidInputError, VisavisError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver: TypeAlias = Callable[[str, int], Awaitable[list[Address]]]

LONGEST_URL = 2048
RESOLVING_S = 10.0
"""Seconds that a name server gets when a request names no limit for connecting."""
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is handed out of IPv6; what lies outside is special, whatever a library of today knows of it."""
_METADATA = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.169.254",
        "169.254.170.0/24",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.0/24",
        "fd00:ec2::/32",
    )
)
"""Where clouds hand credentials to their machines; some of these count as public. A host name in the allow-list does not open them."""
_NUMERIC_LABEL = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)


class NetworkRefusedError(VisavisError):
    """The network policy does not let a request out; asking again changes nothing."""


class Reach(Enum):
    """What a kind of request may reach without being named in the allow-list."""

    PUBLIC = "public"
    """Fetches and crawls: public addresses."""
    PUBLIC_AND_LOOPBACK = "public and loopback"
    """Webhooks and custom LLMs: the receivers of a local API listen on this machine."""


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Which addresses may be connected to."""

    offline: bool = False
    """Nothing leaves the machine but what `allow_hosts` names."""
    allow_hosts: tuple[str, ...] = ()
    """Host names, addresses and CIDRs that may be reached although they are private, or although the machine is offline."""

    def check(self, host: str, address: Address, reach: Reach) -> None:
        """Raise NetworkRefusedError when `host`, which stands for `address`, may not be reached."""
        inner = embedded(address)
        if self._allowed(host, inner):
            return
        if _within(inner, _METADATA):
            raise NetworkRefusedError(f"{host} ({address}) is a cloud's metadata address")
        if inner.is_loopback:
            if reach is Reach.PUBLIC_AND_LOOPBACK:
                return
        elif self.offline:
            raise NetworkRefusedError(f"{host}: the machine is offline; VISAVIS_ALLOW_HOSTS names exceptions")
        elif is_public(inner):
            return
        raise NetworkRefusedError(f"{host} ({address}) is not a public address; VISAVIS_ALLOW_HOSTS names exceptions")

    def _allowed(self, host: str, address: Address) -> bool:
        for entry in self.allow_hosts:
            try:
                if address in ipaddress.ip_network(entry, strict=False):
                    return True
            except ValueError:
                named = entry.lower().rstrip(".") == host.lower().rstrip(".")
                if named and not _within(address, _METADATA):
                    return True
        return False


def is_public(address: Address) -> bool:
    """Whether an address that carries no other one lies in the public internet."""
    special = address.is_multicast or not address.is_global
    return not special and (isinstance(address, ipaddress.IPv4Address) or address in _GLOBAL_UNICAST)


def _within(address: Address, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    return any(address in network for network in networks)


def embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address carries (mapped, compatible, NAT64, 6to4, Teredo), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if _within(address, _NAT64) or 1 < int(address) < 1 << 32:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    return address.teredo[1] if address.teredo is not None else address


def check_url(field: str, url: str) -> str:
    """Return `url` when its form is one that the appliance calls: http or https, a plain host, no user information.

    Raises InvalidInputError naming `field`. Where the host leads is checked when the request is made.
    """
    accepted = "an http:// or https:// URL without user name and password is"
    if len(url) > LONGEST_URL or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise InvalidInputError(field, url, accepted)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL, UnicodeError):
        raise InvalidInputError(field, url, accepted) from None
    # A percent sign would name a zone of this machine (`[fe80::1%25eth0]`), or hide another character.
    if parts.scheme not in {"http", "https"} or not host or re.search("[@%]", parts.netloc) or misleading(host):
        raise InvalidInputError(field, url, accepted)
    return url


def misleading(host: str) -> bool:
    """Whether a host is a number in disguise (`0177.1`, `2130706433`, `0x7f000001`): resolvers take those for addresses."""
    if not _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


async def resolve(host: str, port: int) -> list[Address]:
    """Return the addresses of a host name or literal, in the resolver's order. Raises OSError, UnicodeError."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Address]] = loop.create_future()

    def settle(addresses: list[Address], error: Exception | None) -> None:
        if not found.done():
            found.set_result(addresses) if error is None else found.set_exception(error)

    def look_up() -> None:
        addresses: list[Address] = []
        failure: Exception | None = None
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses += [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in entries]
        except (OSError, UnicodeError) as error:
            failure = error
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, list(dict.fromkeys(addresses)), failure)

    # A daemon thread of its own: a name server that is silent holds up neither the encoder's executor nor the end of the process.
    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await found


class CheckedTransport(httpx.AsyncBaseTransport):
    """Resolves each request's host once, checks every address, and connects to one that passed: redirects included."""

    def __init__(self, policy: NetworkPolicy, reach: Reach, resolver: Resolver = resolve) -> None:
        self._policy = policy
        self._reach = reach
        self._resolve = resolver
        # Connections are not kept: they are pooled by address, and two names may share one.
        limits = httpx.Limits(max_connections=16, max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request. Raises NetworkRefusedError, or httpx.TransportError when the host cannot be reached."""
        host = request.url.raw_host.decode("ascii").strip("[]")
        if request.url.userinfo or misleading(host) or "%" in host:
            raise NetworkRefusedError(f"{request.url.copy_with(userinfo=b'')}: hosts in disguise are not called")
        limit_s = request.extensions.get("timeout", {}).get("connect") or RESOLVING_S
        try:
            async with asyncio.timeout(limit_s):
                addresses = await self._resolve(host, request.url.port or 443)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(f"{host} was not resolved in {limit_s:g} s", request=request) from error
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} cannot be resolved: {error}", request=request) from error
        return await self._send(request, host, self._passed(host, addresses))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()

    def _passed(self, host: str, addresses: list[Address]) -> list[Address]:
        passed: list[Address] = []
        refusal = NetworkRefusedError(f"{host} has no address")
        for address in addresses:
            try:
                self._policy.check(host, address, self._reach)
                passed.append(address)
            except NetworkRefusedError as error:
                refusal = error
        if not passed:
            raise refusal
        return passed

    async def _send(self, request: httpx.Request, host: str, addresses: list[Address]) -> httpx.Response:
        # The Host header was made from the name before; TLS asks for, and verifies, the name too.
        extensions = {**request.extensions, "sni_hostname": host}
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_pinned(request, address, extensions))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_pinned(request, addresses[-1], extensions))


def _pinned(request: httpx.Request, address: Address, extensions: dict[str, object]) -> httpx.Request:
    return httpx.Request(
        method=request.method,
        url=request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )


def open_client(
    policy: NetworkPolicy, reach: Reach, *, timeout: float, redirects: int = 0, resolver: Resolver = resolve
) -> httpx.AsyncClient:
    """Return a client behind the gate; `timeout` in seconds for each step, `redirects` followed at most (0: none)."""
    return httpx.AsyncClient(
        transport=CheckedTransport(policy, reach, resolver),
        timeout=timeout,
        follow_redirects=redirects > 0,
        max_redirects=redirects or 1,
        trust_env=False,
        # What was packed is unpacked under a limit (engine.fetching); other packings are not asked for.
        headers={"user-agent": "visavis", "accept-encoding": "gzip, deflate"},
    )
