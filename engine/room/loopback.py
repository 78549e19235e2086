"""Keeping ICE on this machine.

aiortc asks a public STUN server by default and gathers on every interface; browsers hide their address behind mDNS names that would be
looked up by multicast. None of that is wanted in a room that only this machine can reach.
"""

import ipaddress
from functools import partial

from aiortc import RTCPeerConnection
from aiortc.rtcicetransport import RTCIceGatherer

LOOPBACK = "127.0.0.1"


def bind_to_loopback(connection: RTCPeerConnection) -> None:
    """Make the connection gather 127.0.0.1 alone; to be called before its local description is set."""
    for gatherer in gatherers(connection):
        ice = gatherer._connection
        gather = ice.get_component_candidates
        # aioice leaves the loopback address out of what it finds by itself.
        ice.get_component_candidates = partial(_on_loopback, gather)  # type: ignore[method-assign]


async def _on_loopback(gather, component, addresses, timeout=5):  # type: ignore[no-untyped-def]  # noqa: ASYNC109
    return await gather(component=component, addresses=[LOOPBACK], timeout=timeout)


def gatherers(connection: RTCPeerConnection) -> set[RTCIceGatherer]:
    """Return what looks for the connection's own addresses."""
    transports = [transceiver.sender.transport for transceiver in connection.getTransceivers()]
    if connection.sctp is not None:
        transports.append(connection.sctp.transport)
    return {transport.transport.iceGatherer for transport in transports}


def without_lookups(sdp: str) -> str:
    """Return the offer without candidates that are names (mDNS), and without the mark that no more candidates come.

    A page whose microphone was refused offers nothing but such names: its address is learnt from its first check
    (peer-reflexive, RFC 8445).
    """
    kept = []
    for line in sdp.splitlines():
        if line.startswith("a=end-of-candidates"):
            continue
        if line.startswith("a=candidate:") and not _is_address(line):
            continue
        kept.append(line)
    return "\r\n".join(kept) + "\r\n"


def _is_address(candidate: str) -> bool:
    parts = candidate.split()
    if len(parts) < 6:
        return False
    try:
        ipaddress.ip_address(parts[4])
    except ValueError:
        return False
    return True
