"""Opening a conversation: who is cast, what is kept, and the start of its call."""

import time
from typing import Any

from starlette.concurrency import run_in_threadpool

from engine.api.contract.errors import ApiError, found, invalid_id
from engine.api.conversations.bodies import ConversationCreate
from engine.api.conversations.rules import check_bucket, check_startable, check_urls
from engine.api.dependencies import ApiDependencies
from engine.api.personas.rules import check_runnable
from engine.conversation.languages import is_language
from engine.errors import CapacityError
from engine.recording.s3 import S3Settings
from engine.store.call_events import ShutdownReason, shutdown
from engine.store.records import ConversationRecord, PersonaRecord, ReplicaRecord
from engine.store.stock import DEFAULT_PERSONA_ID

OWN_COLUMNS = frozenset({"persona_id", "replica_id", "conversation_name", "conversational_context", "custom_greeting"})
READ_ONLY = frozenset(
    {
        "conversation_id",
        "conversation_url",
        "status",
        "created_at",
        "updated_at",
        "meeting_token",
        "events",
        "shutdown_reason",
        "transcript",
        "perception_analysis",
        "enforced",
        "not_enforced",
    }
)
"""Fields of answers, which a request cannot set."""


async def open_conversation(body: ConversationCreate, dependencies: ApiDependencies) -> ConversationRecord:
    """Keep a new conversation and start its call; in test mode it is kept as ended, and no call starts.

    Raises ApiError, InvalidInputError, CapacityError, ModelUnavailableError.
    """
    check_urls(body)
    check_bucket(body, S3Settings.of(dependencies.settings))
    persona, replica = await _cast(body, dependencies)
    await _check_documents(body, dependencies)
    live = not body.test_mode
    if live:
        check_startable(body)
        check_runnable(persona.fields)
        await _check_language(body, persona, dependencies)
        dependencies.host.reserve()
    record = await _insert(body, persona, replica, dependencies)
    if live:
        await _start(record, persona, replica, dependencies)
    return record


async def _cast(body: ConversationCreate, dependencies: ApiDependencies) -> tuple[PersonaRecord, ReplicaRecord]:
    if not body.persona_id and not body.replica_id:
        raise ApiError(400, "persona_id is required, or a replica_id for the default persona")
    persona_id = body.persona_id or DEFAULT_PERSONA_ID
    persona = found(await dependencies.store.personas.get(persona_id), invalid_id("persona_id"))
    replica_id = body.replica_id or persona.fields.get("default_replica_id")
    if not replica_id:
        raise ApiError(400, "replica_id is required: the persona has no default replica")
    replica = found(await dependencies.store.replicas.get(replica_id), invalid_id("replica_id"))
    if replica.status != "completed":
        raise ApiError(400, f"replica_id: {replica_id} is in status {replica.status} and cannot join a conversation")
    return persona, replica


async def _check_language(body: ConversationCreate, persona: PersonaRecord, dependencies: ApiDependencies) -> None:
    language = (body.properties.language if body.properties else None) or persona.fields.get("language")
    if isinstance(language, str) and is_language(language):
        echo = persona.fields.get("pipeline_mode") == "echo"
        # It reads files.
        await run_in_threadpool(dependencies.host.check_language, language, echo=echo)


async def _check_documents(body: ConversationCreate, dependencies: ApiDependencies) -> None:
    for document_id in body.document_ids or ():
        if await dependencies.store.documents.get(document_id) is None:
            raise ApiError(400, f"Invalid document_ids: there is no {document_id!r}")


async def _insert(
    body: ConversationCreate, persona: PersonaRecord, replica: ReplicaRecord, dependencies: ApiDependencies
) -> ConversationRecord:
    given = body.given
    properties: dict[str, Any] = given.pop("properties", {})
    fields = {name: value for name, value in given.items() if name not in OWN_COLUMNS | READ_ONLY | {"callback_url"}}
    if "max_participants" in properties:
        fields.setdefault("max_participants", properties["max_participants"])
    if not dependencies.settings.loopback_only:
        # The network may reach the rooms: who knows an id is not yet invited.
        fields["require_auth"] = True
    return await dependencies.store.conversations.create(
        conversation_name=body.conversation_name or f"New Conversation {time.time_ns() // 1_000_000}",
        persona_id=persona.persona_id,
        replica_id=replica.replica_id,
        conversational_context=body.conversational_context or "",
        custom_greeting=body.custom_greeting or str(persona.fields.get("greeting") or ""),
        callback_url=body.callback_url or "",
        properties=properties,
        fields=fields,
        status="ended" if body.test_mode else "active",
    )


async def _start(
    record: ConversationRecord, persona: PersonaRecord, replica: ReplicaRecord, dependencies: ApiDependencies
) -> None:
    try:
        await dependencies.host.start(record, persona, replica)
    except CapacityError:
        # Somebody else took the last place in the meantime: nothing began, so nothing is kept and nobody is told of an end.
        await dependencies.store.conversations.delete(record.conversation_id, hard=True)
        raise
    except BaseException:
        reason = shutdown(replica.replica_id, ShutdownReason.EXCEPTION_DURING_STARTUP)
        await dependencies.store.conversations.end(record.conversation_id, [reason])
        raise
