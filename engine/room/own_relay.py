"""The room's own way over a TURN server, for an appliance that its guests cannot reach directly."""

import asyncio
import contextlib
import ipaddress
import logging
from typing import Final

from aiortc import RTCIceServer, RTCPeerConnection

from engine.network import NetworkPolicy, NetworkRefusedError, Reach, Resolver, resolve
from engine.room.loopback import gatherers
from engine.room.turn_servers import TurnServers
from engine.turn_urls import TurnUrl

log = logging.getLogger(__name__)

RESOLVE_WITHIN: Final = 1.0
"""Seconds that finding a server's address may hold up an answer."""
RELAY_WITHIN: Final = 1.5
"""Seconds that a server gets for an address of its own before the room answers without one; aioice's own 5 s would hold up everybody
who joins while the server is away."""

PART_WITHIN: Final = 2.0
"""Seconds that a server gets to give the address back; one that is away never answers, and aioice asks it for half a minute."""


class OwnRelay:
    """Chooses the server that the room itself goes through: the first `turn:` one that the network policy lets it reach.

    The rest are for participants: aiortc uses one server, and checks the names of `turns:` ones against the address that it is given.
    """

    def __init__(self, servers: TurnServers, policy: NetworkPolicy, resolver: Resolver = resolve) -> None:
        self._servers = servers
        self._policy = policy
        self._resolve = resolver
        self._said: set[str] = set()

    async def servers(self) -> list[RTCIceServer]:
        """Return the one server, by the address that was checked; nothing, with a warning in the log, when none may or can be reached."""
        for url in self._servers.urls:
            if url.secure:
                continue
            try:
                address = await self._address(url)
            except (NetworkRefusedError, OSError, UnicodeError, TimeoutError) as error:
                self._warn(f"the room does not use {url.url}: {error or 'its name was not resolved in time'}")
                continue
            (own,) = self._servers.for_participant()
            known = f"turn:{address}:{url.port}?transport={url.transport}"
            return [RTCIceServer(known, username=own.username, credential=own.credential.reveal())]
        return []

    async def _address(self, url: TurnUrl) -> ipaddress.IPv4Address:
        async with asyncio.timeout(RESOLVE_WITHIN):
            found = await self._resolve(url.host, url.port)
        refusal = NetworkRefusedError(f"{url.host} has no IPv4 address, and aiortc takes no other")
        for address in found:
            if isinstance(address, ipaddress.IPv4Address):
                try:
                    self._policy.check(url.host, address, Reach.PUBLIC_AND_LOOPBACK)
                except NetworkRefusedError as error:
                    refusal = error
                else:
                    return address
        raise refusal

    def _warn(self, text: str) -> None:
        # Once, not with everybody who joins.
        if text not in self._said:
            self._said.add(text)
            log.warning("%s", text)


def hurry(connection: RTCPeerConnection) -> None:
    """Give servers `RELAY_WITHIN` to answer; to be called before the local description is set."""
    for gatherer in gatherers(connection):
        ice = gatherer._connection
        gather = ice.get_component_candidates

        async def in_time(component, addresses, timeout=5, gather=gather):  # type: ignore[no-untyped-def]  # noqa: ASYNC109
            return await gather(component=component, addresses=addresses, timeout=min(timeout, RELAY_WITHIN))

        ice.get_component_candidates = in_time  # type: ignore[method-assign]


async def close_relayed(connection: RTCPeerConnection) -> None:
    """Close a connection; a server that is away gives the address up by itself (RFC 8656, section 6)."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PART_WITHIN):
            await connection.close()
