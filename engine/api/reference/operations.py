"""Everything that is known of the operations, by method and path."""

from engine.api.reference.described import Described
from engine.api.reference.resources import (
    conversations,
    documents,
    guardrails,
    languages,
    live,
    objectives,
    personas,
    pronunciation_dictionaries,
    recordings,
    replicas,
    room,
    service,
    uploads,
    videos,
    voices,
    webhook_deliveries,
)

OPERATIONS: dict[str, Described] = {
    **conversations.OPERATIONS,
    **live.OPERATIONS,
    **recordings.OPERATIONS,
    **personas.OPERATIONS,
    **replicas.OPERATIONS,
    **voices.OPERATIONS,
    **languages.OPERATIONS,
    **objectives.OPERATIONS,
    **guardrails.OPERATIONS,
    **documents.OPERATIONS,
    **videos.OPERATIONS,
    **pronunciation_dictionaries.OPERATIONS,
    **uploads.OPERATIONS,
    **webhook_deliveries.OPERATIONS,
    **room.OPERATIONS,
    **service.OPERATIONS,
}
