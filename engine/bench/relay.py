"""A bad network between a person and the room: a UDP relay that loses packets, and delays each by as much as it likes."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Self, cast

from engine.errors import InvalidInputError, SignallingError
from engine.room.loopback import LOOPBACK

Signal = Callable[[str], Awaitable[str]]
Address = tuple[str, int]

_CANDIDATE: Final = "a=candidate:"
_FIELDS: Final = 8
"""Fields of a candidate (RFC 8839, section 5.1); the fifth is its address, the sixth its port."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What a network does to packets, each way."""

    loss: float = 0.0
    """Share of packets that are lost, 0..1."""
    jitter: float = 0.0
    """Seconds; each packet is delayed by anything up to it, so that packets overtake each other."""

    def __post_init__(self) -> None:
        if not 0 <= self.loss < 1:
            raise InvalidInputError("loss", self.loss, "a share from 0 to below 1 is")
        if not 0 <= self.jitter <= 10:
            raise InvalidInputError("jitter", self.jitter, "0 to 10 seconds are")


@dataclass(slots=True)
class Carried:
    """What became of the packets of one direction."""

    forwarded: int = 0
    lost: int = 0


class Relay:
    """Stands between one connection of a person and the room. Both sides are told its own ports instead of each other's."""

    def __init__(self, weather: Weather, seed: int) -> None:
        self.weather = weather
        self.to_room, self.to_person = Carried(), Carried()
        self._random = random.Random(seed)  # noqa: S311 - the same weather each time, no secret
        self._beside_person = _Side(self._from_person)
        self._beside_room = _Side(self._from_room)
        self._person: Address | None = None
        self._room: Address | None = None
        self._cut = False

    @classmethod
    async def open(cls, weather: Weather, seed: int = 0) -> Self:
        """Take two free ports of loopback. `seed`: the same losses and delays each time."""
        relay = cls(weather, seed)
        loop = asyncio.get_running_loop()
        for side in (relay._beside_person, relay._beside_room):
            await loop.create_datagram_endpoint(lambda side=side: side, local_addr=(LOOPBACK, 0))  # type: ignore[misc]
        return relay

    def through(self, signal: Signal) -> Signal:
        """Return the way of an offer that leads the connection through this relay."""

        async def send(sdp: str) -> str:
            self._person, offer = with_port(sdp, self._beside_room.port)
            self._room, answer = with_port(await signal(offer), self._beside_person.port)
            return answer

        return send

    def cut(self) -> None:
        """Let nothing pass any more: the network is gone, and nobody is told."""
        self._cut = True

    def close(self) -> None:
        """Give the ports back; what is on its way is lost."""
        self._cut = True
        for side in (self._beside_person, self._beside_room):
            side.close()

    def _from_person(self, data: bytes, sender: Address) -> None:
        # Of the ports that an offer names the person uses one.
        self._person = sender
        self._carry(data, self._beside_room, self._room, self.to_room)

    def _from_room(self, data: bytes, sender: Address) -> None:
        self._carry(data, self._beside_person, self._person, self.to_person)

    def _carry(self, data: bytes, side: "_Side", target: Address | None, carried: Carried) -> None:
        if self._cut or target is None:
            return
        # Both are drawn for each packet, so that the share lost does not change who is delayed by how much.
        lost, delay = self._random.random() < self.weather.loss, self._random.random() * self.weather.jitter
        if lost:
            carried.lost += 1
            return
        carried.forwarded += 1
        if delay:
            asyncio.get_running_loop().call_later(delay, self._send, data, side, target)
        else:
            side.send(data, target)

    def _send(self, data: bytes, side: "_Side", target: Address) -> None:
        if not self._cut:
            side.send(data, target)


class _Side(asyncio.DatagramProtocol):
    """One port of a relay."""

    def __init__(self, on_packet: Callable[[bytes, Address], None]) -> None:
        self.port = 0
        self._on_packet = on_packet
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._on_packet(data, addr)

    def error_received(self, exc: Exception) -> None:
        # Whoever it was for is gone; that is what relays are for.
        pass

    def send(self, data: bytes, target: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, target)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def with_port(sdp: str, port: int) -> tuple[Address, str]:
    """Return the first address that a description names, and the description with `port` of loopback in each candidate.

    Raises SignallingError when it names none.
    """
    first: Address | None = None
    lines = []
    for line in sdp.splitlines():
        fields = line.split(" ")
        if line.startswith(_CANDIDATE) and len(fields) >= _FIELDS:
            first = first or (fields[4], int(fields[5]))
            fields[4:6] = LOOPBACK, str(port)
        lines.append(" ".join(fields))
    if first is None:
        raise SignallingError("sdp: the description names no candidate")
    return first, "\r\n".join(lines) + "\r\n"
