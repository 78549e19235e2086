"""Keeping ICE on this machine."""

from aiortc import RTCConfiguration, RTCPeerConnection

from engine.room.loopback import bind_to_loopback, without_lookups

OFFER = """v=0
a=candidate:1 1 udp 2113937151 3b1c2f0e-1111-2222-3333-444455556666.local 50000 typ host
a=candidate:2 1 udp 2113937151 127.0.0.1 50001 typ host
a=candidate:3 1 udp 2113937151 fe80::1 50002 typ host
a=candidate:broken
a=end-of-candidates
a=mid:0
"""


def test_names_are_never_looked_up() -> None:
    assert without_lookups(OFFER).splitlines() == [
        "v=0",
        "a=candidate:2 1 udp 2113937151 127.0.0.1 50001 typ host",
        "a=candidate:3 1 udp 2113937151 fe80::1 50002 typ host",
        "a=mid:0",
    ]


async def test_only_the_loopback_address_is_offered() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.createDataChannel("x")
    connection.addTransceiver("audio")
    offer = await connection.createOffer()
    bind_to_loopback(connection)
    await connection.setLocalDescription(offer)
    candidates = [line for line in connection.localDescription.sdp.splitlines() if line.startswith("a=candidate")]
    await connection.close()
    assert candidates
    assert all(" 127.0.0.1 " in candidate for candidate in candidates)
