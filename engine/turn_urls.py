"""Addresses of TURN servers, as RFC 7065 writes them: `turn:host:3478?transport=udp`, `turns:host:5349`."""

import re
from dataclasses import dataclass
from typing import Final, Literal, Self

from engine.errors import InvalidInputError

ACCEPTED: Final = "a TURN server such as turn:turn.example:3478?transport=udp or turns:turn.example:5349 is"
_FORM: Final = re.compile(
    r"(?P<scheme>turns?):(?P<host>\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:(?P<port>[0-9]{1,5}))?(\?transport=(?P<transport>udp|tcp))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TurnUrl:
    """One way to one server."""

    url: str
    """As it was given."""
    secure: bool
    """Whether TLS is spoken with it."""
    host: str
    """A name or an address, without brackets."""
    port: int
    transport: Literal["udp", "tcp"]

    @classmethod
    def parse(cls, field: str, url: str) -> Self:
        """Read one. Raises InvalidInputError naming the field."""
        read = _FORM.fullmatch(url)
        if read is None:
            raise InvalidInputError(field, url, ACCEPTED)
        secure = read["scheme"].lower() == "turns"
        transport = (read["transport"] or ("tcp" if secure else "udp")).lower()
        port = int(read["port"] or (5349 if secure else 3478))
        # TURN over DTLS is spoken by no browser.
        if not 1 <= port <= 65535 or (secure and transport == "udp"):
            raise InvalidInputError(field, url, ACCEPTED)
        return cls(url, secure, read["host"].strip("[]"), port, "udp" if transport == "udp" else "tcp")
