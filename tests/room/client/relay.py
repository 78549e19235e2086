"""A network between a client and its room that can go away: every datagram takes a way of the test's own."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from engine.room.client.errors import UnreachableError
from engine.room.client.signalling import JoinAnswer, Signalling

CANDIDATE = re.compile(r"^(a=candidate:\S+ \d+ udp \d+ \S+) (\d+) ", re.MULTILINE | re.IGNORECASE)


class Way(asyncio.DatagramProtocol):
    """Carries datagrams between one connection of a client and the room."""

    def __init__(self, room_port: int) -> None:
        self._room = "127.0.0.1", room_port
        self._client: tuple[str, int] | None = None
        self.broken = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        to = self._client if addr == self._room else self._room
        if addr != self._room:
            self._client = addr
        if to is not None and not self.broken:
            self.transport.sendto(data, to)

    @property
    def port(self) -> int:
        return int(self.transport.get_extra_info("sockname")[1])


class Network:
    """What lies between the client and its room; `gone` is the whole network, one of the `ways` an address that does not come back."""

    def __init__(self) -> None:
        self.ways: list[Way] = []
        self._away = False

    @contextmanager
    def gone(self, *, signalling: bool) -> Iterator[None]:
        """Nothing arrives; with `signalling` the room cannot be asked either."""
        self._away = signalling
        before = list(self.ways)
        for way in before:
            way.broken = True
        try:
            yield
        finally:
            self._away = False
            for way in self.ways:
                way.broken = False

    async def join(self, signalling: Signalling, offer: str, user_name: str, resume_token: str | None) -> JoinAnswer:
        """Join on a way of its own."""
        if self._away:
            raise UnreachableError("there is no network")
        # The room learns where the client is from what comes on the way.
        hidden = "".join(line for line in offer.splitlines(keepends=True) if not line.startswith("a=candidate:"))
        answer = await JOIN(signalling, hidden, user_name, resume_token)
        found = CANDIDATE.search(answer.sdp)
        assert found is not None
        way = Way(int(found[2]))
        way.broken = bool(self.ways) and self.ways[-1].broken
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: way, local_addr=("127.0.0.1", 0))
        self.ways.append(way)
        sdp = CANDIDATE.sub(rf"\1 {way.port} ", answer.sdp)
        return JoinAnswer(sdp, answer.session_id, answer.replica_name, answer.resume_token)


JOIN = Signalling.join


@contextmanager
def network() -> Iterator[Network]:
    """Lead clients that join meanwhile over a network of the test's own."""
    between = Network()

    async def join(signalling: Signalling, offer: str, user_name: str, resume_token: str | None = None) -> JoinAnswer:
        return await between.join(signalling, offer, user_name, resume_token)

    with patch.object(Signalling, "join", join):
        try:
            yield between
        finally:
            for way in between.ways:
                way.transport.close()
