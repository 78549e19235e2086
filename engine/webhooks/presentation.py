"""How a delivery is shown, by the API and on the command line."""

import json
from datetime import UTC, datetime
from typing import Any

from engine.store.outbox import Delivery
from engine.store.timestamps import timestamp


def event_type_of(delivery: Delivery) -> str | None:
    """Return the payload's `event_type`; callbacks of replicas, videos and documents have none."""
    payload = json.loads(delivery.payload)
    found = payload.get("event_type") if isinstance(payload, dict) else None
    return found if isinstance(found, str) else None


def delivery_json(delivery: Delivery, *, with_payload: bool) -> dict[str, Any]:
    """Return a delivery as JSON; the payload, which may hold a whole transcript, only when asked for."""
    shown: dict[str, Any] = {
        "delivery_id": delivery.delivery_id,
        "webhook_id": delivery.webhook_id,
        "stream": delivery.stream,
        "event_type": event_type_of(delivery),
        "url": delivery.url,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "created_at": delivery.created_at,
        "last_attempt_at": delivery.last_attempt_at,
        "next_attempt_at": _next_attempt(delivery),
        "delivered_at": delivery.delivered_at,
        "replay_of": delivery.replay_of,
    }
    if with_payload:
        shown["payload"] = json.loads(delivery.payload)
    return shown


def _next_attempt(delivery: Delivery) -> str | None:
    if delivery.status != "pending":
        return None
    if not delivery.next_attempt_at:
        return delivery.created_at
    return timestamp(datetime.fromtimestamp(delivery.next_attempt_at, UTC))
