"""Keeps the outbox small: what was delivered is forgotten after a week, what was given up stays until its resource is erased."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from engine.store.errors import StoreError
from engine.store.outbox import Outbox
from engine.store.timestamps import timestamp

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
EVERY_S = 3600.0
AT_ONCE = 200
"""Rows in one transaction: other writers wait no longer than for these."""


async def prune_for_ever(outbox: Outbox) -> None:
    """Remove old deliveries now and every hour."""
    while True:
        try:
            await prune(outbox, datetime.now(UTC))
        except StoreError as error:
            log.error("old deliveries cannot be removed: %s", error)
        await asyncio.sleep(EVERY_S)


async def prune(outbox: Outbox, now: datetime) -> int:
    """Remove what was delivered a week before `now` or earlier, in small steps; returns how many. Raises StoreError."""
    removed = 0
    while step := await outbox.prune(timestamp(now - KEPT), AT_ONCE):
        removed += step
    return removed
