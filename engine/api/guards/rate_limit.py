"""A token bucket per client address."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from engine.errors import CapacityError

MOST_CLIENTS = 1024
"""Addresses remembered; the one that was quiet longest is forgotten first."""


class RateLimit:
    """Lets `burst` requests through at once and `per_second` in the long run."""

    def __init__(
        self,
        burst: int,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        refusal: str = "Too many attempts to join from this address",
    ) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._clock = clock
        self._refusal = refusal
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> None:
        """Count one request. Raises CapacityError when the client is too fast."""
        now = self._clock()
        client = _network_of(client)
        tokens, since = self._buckets.pop(client, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        if not allowed:
            raise CapacityError(self._refusal, retry_after=int((1 - tokens) / self._per_second) + 1)


def _network_of(client: str) -> str:
    """One client has a whole /64 of IPv6 addresses."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return client if address.version == 4 else str(ipaddress.ip_network((int(address), 64), strict=False))
