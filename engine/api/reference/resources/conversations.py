"""Operations of `/v2/conversations`."""

from typing import Any

from engine.api.conversations.answers import ConversationAnswer, ConversationCreated, ConversationVerbose
from engine.api.reference.described import Answer, Body, Described, no_content, page_of, part_of

EXAMPLE: dict[str, Any] = {
    "conversation_id": "c1f0a2b3c4d5e6f",
    "conversation_name": "First day",
    "conversation_url": "http://127.0.0.1:8765/c1f0a2b3c4d5e6f",
    "status": "active",
    "callback_url": "https://example.test/callbacks",
    "persona_id": "pb87e71797da",
    "replica_id": "r4067604db72",
    "conversational_context": "The person has just joined the support team.",
    "custom_greeting": "Good morning, and welcome!",
    "document_retrieval_strategy": "balanced",
    "properties": {"max_call_duration": 1800, "participant_left_timeout": 0, "participant_absent_timeout": 120},
    "created_at": "2026-03-02T09:30:11.004211Z",
    "updated_at": "2026-03-02T09:30:12.250000Z",
    "pal_id": "pb87e71797da",
    "face_id": "r4067604db72",
}


OPERATIONS: dict[str, Described] = {
    "POST /v2/conversations": Described(
        "Create a conversation",
        (
            Answer(
                "The conversation; its room is open and the replica in it.",
                ConversationCreated,
                part_of(EXAMPLE, ConversationCreated),
            ),
        ),
        refusals={
            400: (
                "Invalid persona_id",
                "Invalid replica_id",
                "replica_id is required: the persona has no default replica",
            ),
            429: ("This machine carries 2 conversations at once",),
            503: ("A model that this conversation needs is not installed",),
        },
        bodies=(
            Body(
                {
                    "A conversation with a stock persona": {"persona_id": "pb87e71797da"},
                    "With limits and a callback": {
                        "persona_id": "pb87e71797da",
                        "conversation_name": "First day",
                        "conversational_context": "The person has just joined the support team.",
                        "custom_greeting": "Good morning, and welcome!",
                        "callback_url": "https://example.test/callbacks",
                        "properties": {
                            "max_call_duration": 1800,
                            "participant_absent_timeout": 120,
                            "language": "english",
                        },
                    },
                    "A trial that opens no room": {"replica_id": "r4067604db72", "test_mode": True},
                }
            ),
        ),
    ),
    "GET /v2/conversations": Described(
        "List conversations",
        (page_of("conversations", ConversationAnswer, EXAMPLE),),
    ),
    "GET /v2/conversations/{}": Described(
        "Get a conversation",
        (
            Answer(
                "The conversation.",
                ConversationVerbose,
                {
                    **EXAMPLE,
                    "status": "ended",
                    "events": [
                        {
                            "event_type": "system.replica_joined",
                            "message_type": "system",
                            "timestamp": "2026-03-02T09:30:12.250000Z",
                            "properties": {"replica_id": "r4067604db72"},
                        }
                    ],
                    "shutdown_reason": "participant_left_timeout",
                },
            ),
        ),
    ),
    "POST /v2/conversations/{}/end": Described(
        "End a conversation",
        (no_content("It has ended.", 200),),
    ),
    "DELETE /v2/conversations/{}": Described(
        "Delete a conversation",
        (no_content("It is gone."),),
    ),
}
