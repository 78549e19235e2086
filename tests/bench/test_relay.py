"""The bad network of the bench, with real packets on loopback."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bench.relay import Relay, Weather, with_port
from engine.errors import InvalidInputError, SignallingError
from tests.real_time import SOON, until

CANDIDATE = "a=candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host"


def description(port: int) -> str:
    return "\r\n".join(["v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 96", CANDIDATE.format(port=port), "a=mid:0"]) + "\r\n"


class Peer(asyncio.DatagramProtocol):
    """One end of a connection."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.received.append(data)

    @property
    def port(self) -> int:
        return int(self.transport.get_extra_info("sockname")[1])


async def peer() -> Peer:
    loop = asyncio.get_running_loop()
    _, made = await loop.create_datagram_endpoint(Peer, local_addr=("127.0.0.1", 0))
    return made


async def connected(weather: Weather, seed: int = 1) -> tuple[Relay, Peer, Peer, int, int]:
    """Return a relay, a person, a room, and the ports that each of these two believes to be the other."""
    relay, person, room = await Relay.open(weather, seed), await peer(), await peer()
    seen: list[int] = []

    async def signal(sdp: str) -> str:
        seen.append(with_port(sdp, 1)[0][1])
        return description(room.port)

    answer = await relay.through(signal)(description(person.port))
    return relay, person, room, with_port(answer, 1)[0][1], seen[0]


async def test_both_sides_reach_each_other_through_ports_of_the_relay() -> None:
    relay, person, room, towards_room, towards_person = await connected(Weather())
    assert {towards_room, towards_person}.isdisjoint({person.port, room.port})
    person.transport.sendto(b"question", ("127.0.0.1", towards_room))
    await until(lambda: room.received)
    room.transport.sendto(b"answer", ("127.0.0.1", towards_person))
    await until(lambda: person.received)
    assert (room.received, person.received) == ([b"question"], [b"answer"])
    assert (relay.to_room.forwarded, relay.to_person.forwarded, relay.to_room.lost) == (1, 1, 0)
    relay.close()


async def delivered(seed: int) -> list[bytes]:
    relay, person, room, towards_room, _ = await connected(Weather(loss=0.3, jitter=0.01), seed)
    for number in range(100):
        person.transport.sendto(bytes([number]), ("127.0.0.1", towards_room))
        await asyncio.sleep(0)
    await until(lambda: relay.to_room.forwarded + relay.to_room.lost == 100)
    await until(lambda: len(room.received) == relay.to_room.forwarded)
    relay.close()
    return room.received


async def test_the_same_packets_are_lost_each_time_and_others_overtake_each_other() -> None:
    first, again, other = await delivered(3), await delivered(3), await delivered(4)
    assert sorted(first) == sorted(again) != sorted(other)
    assert 50 < len(first) < 90
    assert first != sorted(first)


async def test_nothing_passes_a_network_that_is_gone() -> None:
    relay, person, room, towards_room, _ = await connected(Weather(jitter=0.05))
    person.transport.sendto(b"on its way", ("127.0.0.1", towards_room))
    await until(lambda: relay.to_room.forwarded)
    relay.cut()
    person.transport.sendto(b"too late", ("127.0.0.1", towards_room))
    await asyncio.sleep(0.1)
    assert room.received == []
    relay.close()


@pytest.mark.parametrize(("loss", "jitter"), [(-0.1, 0), (1.0, 0), (0, -1), (0, 11), (float("nan"), 0)])
def test_weather_that_there_is_not_is_refused(loss: float, jitter: float) -> None:
    with pytest.raises(InvalidInputError, match=r"loss|jitter"):
        Weather(loss, jitter)


def test_a_description_without_candidates_leads_nowhere() -> None:
    with pytest.raises(SignallingError, match="names no candidate"):
        with_port("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\n", 5000)


@given(st.lists(st.integers(1, 65535), min_size=1, max_size=5), st.integers(1, 65535))
def test_every_candidate_is_replaced_and_nothing_else(ports: list[int], port: int) -> None:
    sdp = "v=0\r\n" + "".join(CANDIDATE.format(port=each) + "\r\na=mid:0\r\n" for each in ports)
    first, replaced = with_port(sdp, port)
    assert first == ("127.0.0.1", ports[0])
    assert replaced == "v=0\r\n" + (CANDIDATE.format(port=port) + "\r\na=mid:0\r\n") * len(ports)


async def test_a_person_and_a_room_that_the_relay_is_closed_for_are_told_nothing() -> None:
    relay, person, _, towards_room, _ = await connected(Weather())
    relay.close()
    await asyncio.wait_for(asyncio.sleep(0), SOON)
    person.transport.sendto(b"anybody there?", ("127.0.0.1", towards_room))
    await asyncio.sleep(0.05)
    assert relay.to_room.forwarded == 0
