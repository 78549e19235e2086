"""The gate for outgoing requests with connections that stay open between two requests to one host."""

import time
from typing import Final

import httpx

from engine.network import Address, CheckedTransport, NetworkPolicy, NetworkRefusedError, Reach, Resolver, resolve

KEPT_S: Final = 60.0
"""Seconds that an unused connection is kept: routers on the way forget it, without a word, after some minutes."""
REMEMBERED_S: Final = 60.0
"""Seconds that the addresses of the host are remembered: a connection to another of them would not be the open one."""
CONNECT_S: Final = 3.0
"""Seconds for resolving, and for connecting to each address."""


class KeptConnection(CheckedTransport):
    """Serves one host alone: connections are pooled by address, and what was opened for one name must not serve another."""

    def __init__(self, host: str, policy: NetworkPolicy, resolver: Resolver = resolve) -> None:
        super().__init__(policy, Reach.PUBLIC_AND_LOOPBACK, _Remembering(resolver))
        self._host = host
        # Two: an answer that nobody wants any more may still be closing its connection when the next one is asked for.
        limits = httpx.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=KEPT_S)
        self._inner = httpx.AsyncHTTPTransport(trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request. Raises NetworkRefusedError, also for another host, or httpx.TransportError."""
        if request.url.host != self._host:
            raise NetworkRefusedError(f"{request.url.host} is not the host that this connection is for")
        return await super().handle_async_request(request)


class _Remembering:
    """A resolver that asks again after a while only; every address is checked each time all the same."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolve = resolver
        self._known: list[Address] = []
        self._until = 0.0

    async def __call__(self, host: str, port: int) -> list[Address]:
        if time.monotonic() >= self._until:
            self._known = await self._resolve(host, port)
            self._until = time.monotonic() + REMEMBERED_S
        return self._known


def open_kept_client(host: str, policy: NetworkPolicy, resolver: Resolver = resolve) -> httpx.AsyncClient:
    """Return a client for one host behind the gate. It follows no redirects, and limits only connecting: the caller limits the rest."""
    return httpx.AsyncClient(
        transport=KeptConnection(host, policy, resolver),
        timeout=httpx.Timeout(None, connect=CONNECT_S),
        follow_redirects=False,
        trust_env=False,
        headers={"user-agent": "visavis"},
    )
