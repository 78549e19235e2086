"""Signatures on callbacks, in the form of Standard Webhooks (standardwebhooks.com), for which there are ready verifiers in most languages.

Every request carries three headers:

- `webhook-id`: the same at every try of a callback; a receiver that has seen it drops the repetition.
- `webhook-timestamp`: when this try was made, in whole seconds since the epoch; a receiver refuses what is older than some minutes.
- `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`, the body as it arrived.

The key of the HMAC is what the base64 behind `whsec_` in the secret stands for. `visavis webhooks secret` shows the secret.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Self

from engine.errors import InvalidInputError

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs callbacks with one secret."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str, own: bytes) -> Self:
        """Sign with `secret` (`whsec_...`, as VISAVIS_WEBHOOK_SECRET gives it), or, when that is empty, with the installation's `own` key.

        Raises InvalidInputError for a secret of another form.
        """
        if not secret:
            return cls(own)
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
            # The value itself is a secret and not shown.
            accepted = f"{PREFIX} and the base64 of {SHORTEST_KEY} to {LONGEST_KEY} bytes is"
            raise InvalidInputError("VISAVIS_WEBHOOK_SECRET", "...", accepted)
        return cls(key)

    @property
    def secret(self) -> str:
        """The secret as receivers are given it."""
        return PREFIX + base64.b64encode(self.key).decode()

    def headers(self, webhook_id: str, moment: float, body: bytes) -> dict[str, str]:
        """Return the three headers of a try made at `moment` (seconds since the epoch)."""
        timestamp = str(int(moment))
        signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
        digest = hmac.new(self.key, signed, hashlib.sha256).digest()
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }
