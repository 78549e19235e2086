"""Limits of real time on machines that have other work as well, and the one way to wait for what takes as long as it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Outcome = TypeVar("Outcome")

SOON = 30.0
"""Seconds within which anything has come about that comes about at all, however busy the machine is."""
ATTEMPTS = 3


class MissedError(AssertionError):
    """A limit of real time was missed."""


def in_time(held: bool, told: object) -> None:
    """Check a limit of real time, inside of what `best_of` measures."""
    if not held:
        raise MissedError(told)


async def best_of(measure: Callable[[], Awaitable[Outcome]], attempts: int = ATTEMPTS) -> Outcome:
    """Measure anew while `in_time` says that a limit was missed, and return the first outcome that met them all.

    Other work on the machine can only worsen a measurement, so what was met once can be met. What any other assertion finds wrong
    is wrong at once.
    """
    missed: list[str] = []
    for _ in range(attempts):
        try:
            return await measure()
        except MissedError as error:
            missed.append(str(error))
    raise MissedError(f"missed in each of {attempts} attempts: {'; '.join(missed)}")


async def until(condition: Callable[[], object], limit_s: float = SOON) -> None:
    """Wait until a condition holds; the limit only ends a test that would never end."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.01)
