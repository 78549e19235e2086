"""Where a room is: the `conversation_url` that creating a conversation was answered with."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from engine.errors import InvalidInputError

ACCEPTED = "a conversation_url such as http://127.0.0.1:8765/c1234 is"


@dataclass(frozen=True, slots=True)
class RoomAddress:
    """The parts of a conversation's URL."""

    base_url: str
    """Scheme, host, port, and whatever path goes before the conversation."""
    conversation_id: str
    token: str = field(default="", repr=False)
    """The meeting token of a private room; empty without one."""

    @classmethod
    def of(cls, url: str, token: str | None = None) -> "RoomAddress":
        """Read a URL; `token` goes before the one in its `?t=`. Raises InvalidInputError."""
        parts = urlsplit(url)
        before, _, last = parts.path.rstrip("/").rpartition("/")
        if parts.scheme not in {"http", "https"} or not parts.hostname or not last:
            # What follows the path may be a token, which belongs in no message.
            raise InvalidInputError("url", url.partition("?")[0], ACCEPTED)
        carried = parse_qs(parts.query).get("t", [""])[0]
        return cls(f"{parts.scheme}://{parts.netloc}{before}", unquote(last), token or carried)

    @property
    def is_loopback(self) -> bool:
        """Whether the appliance is on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"
