"""The addresses in an offer, where aiortc looks for them."""

import pytest

from engine.room.bundled_candidates import spread_candidates

SESSION = ["v=0", "s=-", "a=group:BUNDLE 0 1 2"]
AUDIO = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host", "a=mid:0"]
VIDEO = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1"]
DATA = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:2"]


def test_what_the_first_section_names_stands_in_all() -> None:
    spread = spread_candidates("\r\n".join([*SESSION, *AUDIO, *VIDEO, *DATA]) + "\r\n").splitlines()
    assert spread == [*SESSION, *AUDIO, *VIDEO, AUDIO[1], *DATA, AUDIO[1]]


def test_a_section_with_addresses_of_its_own_keeps_them() -> None:
    own = "a=candidate:2 1 udp 2122260223 192.0.2.8 50000 typ host"
    spread = spread_candidates("\n".join([*SESSION, *AUDIO, *VIDEO, own])).splitlines()
    assert spread == [*SESSION, *AUDIO, *VIDEO, own]


@pytest.mark.parametrize("sdp", ["v=0", "v=0\r\ns=-\r\n", "\n".join([*SESSION[:2], *AUDIO, *VIDEO])])
def test_without_a_bundle_nothing_is_moved(sdp: str) -> None:
    assert spread_candidates(sdp) == sdp
