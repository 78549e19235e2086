"""How many bits a second the replica's picture may take: the weakest receiver decides, and not at every whim."""

from collections.abc import Iterable

SMALL, SMALL_RATE = 512 * 512, 1_000_000
LARGE, LARGE_RATE = 1280 * 720, 2_500_000
"""Pixels of a picture and its bits per second; in between, and beyond, by the line through both."""
LEAST = 250_000
"""Bits per second below which a talking face falls apart; who gets less than that through loses frames."""
LOWER_AT, RAISE_AT = 0.85, 1.2
"""A change smaller than this is none: an encoder is opened anew for it, which costs everybody a key frame."""
LOWER_AFTER, RAISE_AFTER = 1.0, 8.0
"""Seconds between two changes."""


def full_rate(pixels: int) -> int:
    """Return the bits per second of a picture of that many pixels when nothing stands against it."""
    return max(LEAST, round(SMALL_RATE + (LARGE_RATE - SMALL_RATE) * (pixels - SMALL) / (LARGE - SMALL)))


class BitRate:
    """The rate of one encoder. I/O-free: `now` is in seconds of any clock."""

    def __init__(self) -> None:
        self._rate = 0
        self._since = 0.0

    def choose(self, pixels: int, received: Iterable[int | None], now: float) -> int:
        """Return the rate for the next frame, given what each receiver gets through (None: it has not said)."""
        most = full_rate(pixels)
        wanted = max(LEAST, min([most, *(rate for rate in received if rate is not None)]))
        held = now - self._since
        lower = wanted < LOWER_AT * self._rate and held >= LOWER_AFTER
        higher = (wanted > RAISE_AT * self._rate or wanted == most > self._rate) and held >= RAISE_AFTER
        if not self._rate or lower or higher:
            self._rate, self._since = wanted, now
        return self._rate
