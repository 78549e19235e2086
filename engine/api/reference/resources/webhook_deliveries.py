"""Operations of `/v2/webhook-deliveries`."""

from typing import Any

from engine.api.reference.described import Answer, Described, page_of
from engine.api.webhook_deliveries.answers import DeliveryAnswer, WholeDeliveryAnswer

EXAMPLE: dict[str, Any] = {
    "delivery_id": 42,
    "webhook_id": "msg_5f0c9c1b7e3d4a2f8b6d1c0e",
    "stream": "c1f0a2b3c4d5e6f",
    "event_type": "system.shutdown",
    "url": "https://example.test/callbacks",
    "status": "failed",
    "attempts": 34,
    "last_status": 503,
    "last_error": "the receiver answered 503",
    "created_at": "2026-03-02T09:48:37.564961Z",
    "last_attempt_at": "2026-03-03T08:57:51.480211Z",
    "next_attempt_at": None,
    "delivered_at": None,
    "replay_of": None,
}
WHOLE: dict[str, Any] = {
    **EXAMPLE,
    "payload": {
        "properties": {"replica_id": "r4067604db72", "shutdown_reason": "participant_left_timeout"},
        "conversation_id": "c1f0a2b3c4d5e6f",
        "event_type": "system.shutdown",
    },
}

OPERATIONS: dict[str, Described] = {
    "GET /v2/webhook-deliveries": Described(
        "List callbacks",
        (page_of("callbacks", DeliveryAnswer, EXAMPLE),),
    ),
    "GET /v2/webhook-deliveries/{}": Described(
        "Get a callback", (Answer("The callback.", WholeDeliveryAnswer, WHOLE),)
    ),
    "POST /v2/webhook-deliveries/{}/replay": Described(
        "Send a callback again",
        (
            Answer(
                "The new delivery.",
                WholeDeliveryAnswer,
                {**WHOLE, "delivery_id": 57, "status": "pending", "attempts": 0, "replay_of": 42},
                status=202,
            ),
        ),
        refusals={409: ("delivery_id: 42 is still pending and is tried again anyway",)},
    ),
}
