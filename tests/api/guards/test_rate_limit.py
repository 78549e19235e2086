"""Token buckets."""

import pytest

from engine.api.guards.rate_limit import RateLimit
from engine.errors import CapacityError


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    now = [0.0]
    limit = RateLimit(3, 0.5, lambda: now[0])
    for _ in range(3):
        limit.take("10.0.0.1")
    with pytest.raises(CapacityError) as refused:
        limit.take("10.0.0.1")
    assert refused.value.retry_after == 3
    limit.take("10.0.0.2")
    now[0] = 2.0
    limit.take("10.0.0.1")
    with pytest.raises(CapacityError):
        limit.take("10.0.0.1")


def test_all_addresses_of_one_ipv6_network_are_one_client() -> None:
    limit = RateLimit(1, 0.1, lambda: 0.0)
    limit.take("2001:db8::1")
    with pytest.raises(CapacityError):
        limit.take("2001:db8::ffff:2")
    limit.take("2001:db8:0:1::1")
