"""Packets of a stream as a network delivers them, and the order in which they are handed on."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.room.packet_order import FIRST, LEAST, MOST, PacketOrder

APART = 0.02
"""Seconds between two packets of sound."""


def fed(order: PacketOrder[int], arrivals: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Deliver packets (when, number) and let the clock run; return what was handed on, and when."""
    handed: list[tuple[float, int]] = []

    def run_until(moment: float) -> None:
        while (due := order.deadline) is not None and due <= moment:
            handed.extend((due, number) for number in order.expire(due))

    for moment, number in sorted(arrivals):
        run_until(moment)
        handed.extend((moment, released) for released in order.add(number % 65536, number, moment))
    run_until(float("inf"))
    return handed


def test_what_comes_in_order_is_handed_on_at_once() -> None:
    arrivals = [(number * APART, number) for number in range(100)]
    assert fed(PacketOrder(), arrivals) == arrivals


def test_a_lost_packet_is_waited_for_once_and_nothing_stays_behind() -> None:
    order: PacketOrder[int] = PacketOrder()
    handed = fed(order, [(number * APART, number) for number in range(50) if number != 20])
    assert [number for _, number in handed] == [number for number in range(50) if number != 20]
    delays = {number: moment - number * APART for moment, number in handed}
    assert delays[21] == pytest.approx(FIRST)
    assert delays[30] == 0.0
    assert order.lost == 1
    assert order.patience == LEAST


def test_how_long_is_waited_follows_how_late_packets_are_and_is_forgotten() -> None:
    order: PacketOrder[int] = PacketOrder()
    late = [(number * APART + (0.1 if number % 10 == 5 else 0.0), number) for number in range(100)]
    # The first is later than anybody could know; the others are not lost.
    assert len(fed(order, late)) == 99
    assert order.lost == 1
    assert 0.08 <= order.patience <= MOST
    fed(order, [(20 + number * APART, number) for number in range(100, 200)])
    assert order.patience == LEAST


def test_the_few_that_are_much_later_than_all_others_do_not_hold_back_the_rest() -> None:
    order: PacketOrder[int] = PacketOrder()
    handed = fed(
        order,
        [(number * APART + 0.15 * (number % 200 == 150), number) for number in range(1000) if number not in {600, 800}],
    )
    late = {number for number in range(1000) if number % 200 == 150}
    assert {600, 800} | late == set(range(1000)) - {number for _, number in handed}
    delays = {number: moment - number * APART for moment, number in handed}
    assert delays[601] == pytest.approx(LEAST)
    assert delays[801] == pytest.approx(LEAST)


def test_as_soon_as_they_are_not_few_they_are_waited_for() -> None:
    order: PacketOrder[int] = PacketOrder()
    fed(order, [(number * APART + 0.1 * (number % 40 == 5), number) for number in range(400)])
    assert 0.08 <= order.patience <= MOST


def test_under_loss_and_jitter_little_is_given_up_that_was_not_lost_and_nobody_waits_long() -> None:
    weather = random.Random(7)
    sent = [(number * APART + weather.random() * 0.1, number) for number in range(3000) if weather.random() > 0.05]
    order: PacketOrder[int] = PacketOrder()
    handed = fed(order, sent)
    assert len(handed) > 0.985 * len(sent)
    delays = sorted(moment - number * APART for moment, number in handed)
    assert delays[len(delays) // 2] < 0.07
    assert delays[len(delays) * 95 // 100] < 0.105
    assert delays[-1] < 0.1 + MOST


def test_a_sender_that_begins_anew_is_followed() -> None:
    order: PacketOrder[int] = PacketOrder()
    handed = [number for _, number in fed(order, [(0.0, 10), (0.02, 11), (0.04, 13), (0.05, 5000), (0.07, 5001)])]
    assert handed == [10, 11, 13, 5000, 5001]


def test_numbers_wrap() -> None:
    arrivals = [(number * APART, number) for number in range(65500, 65600)]
    assert fed(PacketOrder(), arrivals) == arrivals


@given(
    st.integers(0, 65535),
    st.lists(st.tuples(st.floats(0, 0.5), st.booleans(), st.booleans()), min_size=1, max_size=120),
)
def test_whatever_the_network_does_each_packet_is_handed_on_in_order_once_or_never(
    first: int, packets: list[tuple[float, bool, bool]]
) -> None:
    arrivals = []
    for place, (delay, lost, twice) in enumerate(packets):
        if not lost:
            arrivals.append((place * APART + delay, first + place))
            arrivals += [(place * APART + delay + 0.01, first + place)] * twice
    order: PacketOrder[int] = PacketOrder()
    numbers = [number for _, number in fed(order, arrivals)]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= {number for _, number in arrivals}
    assert order.deadline is None
    # Of what was sent before the first that came, nothing is known.
    known = {number for _, number in arrivals if number >= min(arrivals)[1]} if arrivals else set()
    assert len(numbers) + order.lost >= len(known)
