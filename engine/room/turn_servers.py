"""TURN: servers that carry media where no direct way leads, and the credentials that people get for them.

The servers and the appliance share a secret; a credential is good for some hours and needs no account (draft-uberti-behave-turn-rest-00,
which coturn calls `use-auth-secret`).
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final, Self

from engine.secret import Secret
from engine.turn_urls import TurnUrl

GOOD_FOR: Final = 7200
"""Seconds: the longest call, and as much again for those who open the room early or come back late."""


@dataclass(frozen=True, slots=True)
class IceServer:
    """Servers and what they ask for, for one participant (W3C WebRTC, RTCIceServer)."""

    urls: tuple[TurnUrl, ...]
    username: str
    """When it ends, in seconds since the epoch, and a name that says nothing of the participant."""
    credential: Secret

    def as_json(self) -> dict[str, Any]:
        """Return what a participant's connection takes, the credential in the clear."""
        urls = [server.url for server in self.urls]
        return {"urls": urls, "username": self.username, "credential": self.credential.reveal()}


@dataclass(frozen=True, slots=True)
class TurnServers:
    """The servers of this installation; none by default."""

    urls: tuple[TurnUrl, ...] = ()
    secret: Secret = field(default_factory=Secret)

    @classmethod
    def of(cls, urls: tuple[str, ...], secret: Secret) -> Self:
        """Read the settings `turn_url` and `turn_secret`. Raises InvalidInputError."""
        return cls(tuple(TurnUrl.parse("turn_url", url) for url in urls), secret)

    def __bool__(self) -> bool:
        return bool(self.urls)

    def for_participant(self) -> list[IceServer]:
        """Return the servers with a credential of this participant's own; nothing when there are none."""
        if not self.urls:
            return []
        username = f"{int(time.time()) + GOOD_FOR}:{secrets.token_hex(8)}"
        # The draft asks for HMAC-SHA1, whose strength does not rest on collisions.
        digest = hmac.digest(self.secret.reveal().encode(), username.encode(), hashlib.sha1)
        return [IceServer(self.urls, username, Secret(base64.b64encode(digest).decode()))]
