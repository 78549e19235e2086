"""`/v2/conversations`."""

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from engine.api.authentication import DOCUMENTED
from engine.api.conversation_rules import ConversationCreate, check_request, stored_only
from engine.api.dependencies import ApiDependencies
from engine.api.errors import ApiError, invalid_id
from engine.api.names import both_names
from engine.api.paging import PageWindow, list_answer
from engine.api.persona_rules import check_runnable
from engine.store.call_events import ShutdownReason, shutdown
from engine.store.identifiers import IDENTIFIER
from engine.store.records import ConversationEvent, ConversationRecord, PersonaRecord, ReplicaRecord
from engine.store.stock import DEFAULT_PERSONA_ID

OWN_COLUMNS = {"persona_id", "replica_id", "conversation_name", "conversational_context", "custom_greeting"}


def conversation_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, end and delete conversations."""
    router = APIRouter(prefix="/v2/conversations", tags=["Conversations"], dependencies=[DOCUMENTED])
    conversations = dependencies.store.conversations

    async def known(conversation_id: str) -> ConversationRecord:
        record = await conversations.get(conversation_id) if IDENTIFIER.fullmatch(conversation_id) else None
        if record is None:
            raise invalid_id("conversation_id")
        return record

    def answer(record: ConversationRecord) -> dict[str, Any]:
        return conversation_answer(record, dependencies.base_url())

    @router.post("")
    async def create_conversation(body: ConversationCreate) -> dict[str, Any]:
        """Create a conversation; its room is open, and the replica in it, when the answer arrives."""
        record = await open_conversation(body, dependencies)
        shown = ("conversation_id", "conversation_name", "conversation_url", "status", "callback_url", "created_at")
        return {name: value for name, value in answer(record).items() if name in shown}

    @router.get("")
    async def list_conversations(
        window: PageWindow,
        status: Annotated[Literal["active", "ended"] | None, Query()] = None,
        name: Annotated[str | None, Query(max_length=1000, description="A part of the name.")] = None,
    ) -> dict[str, Any]:
        """List conversations."""
        return list_answer(await conversations.page(window, status=status, name=name), answer)

    @router.get("/{conversation_id}")
    async def get_conversation(conversation_id: str, verbose: bool = False) -> dict[str, Any]:
        """Get a conversation; `verbose` adds its events, and why it ended."""
        record = await known(conversation_id)
        if not verbose:
            return answer(record)
        return {**answer(record), **_verbose(record, await conversations.events(conversation_id))}

    @router.post("/{conversation_id}/end")
    async def end_conversation(conversation_id: str) -> Response:
        """End a conversation; one that has ended stays as it is."""
        await _end(await known(conversation_id), dependencies)
        return Response(status_code=200)

    @router.delete("/{conversation_id}", status_code=204)
    async def delete_conversation(conversation_id: str, hard: bool = False) -> Response:
        """Delete a conversation, ending it first; `hard` erases its transcript and all that is kept of it."""
        await _end(await known(conversation_id), dependencies)
        await conversations.delete(conversation_id, hard=hard)
        return Response(status_code=204)

    return router


async def open_conversation(body: ConversationCreate, dependencies: ApiDependencies) -> ConversationRecord:
    """Keep a new conversation and start its call. Raises ApiError, InvalidInputError, CapacityError, ModelUnavailableError."""
    check_request(body)
    persona, replica = await _cast(body, dependencies)
    live = not body.test_mode
    if live:
        check_runnable(persona.fields)
        dependencies.host.reserve()
    record = await _insert(body, persona, replica, dependencies)
    if live:
        await _start(record, persona, replica, dependencies)
    return record


def conversation_answer(record: ConversationRecord, base_url: str) -> dict[str, Any]:
    """Show a conversation."""
    return both_names(
        {
            "conversation_id": record.conversation_id,
            "conversation_name": record.conversation_name,
            "conversation_url": f"{base_url.rstrip('/')}/{record.conversation_id}",
            "status": record.status,
            "callback_url": record.callback_url,
            "persona_id": record.persona_id,
            "replica_id": record.replica_id,
            "created_at": record.created_at,
            "updated_at": record.updated_at,
        }
    )


def _verbose(record: ConversationRecord, events: list[ConversationEvent]) -> dict[str, Any]:
    more: dict[str, Any] = {
        "events": [
            {
                "event_type": event.event_type,
                "message_type": event.message_type,
                "timestamp": event.timestamp,
                "properties": event.properties,
            }
            for event in events
        ],
        "properties": record.properties,
    }
    reasons = [event.properties.get("shutdown_reason") for event in events if event.event_type == "system.shutdown"]
    if reasons:
        more["shutdown_reason"] = reasons[-1]
    ignored = stored_only(record.properties, record.fields)
    if ignored:
        more |= {"enforced": False, "not_enforced": ignored}
    return more


async def _cast(body: ConversationCreate, dependencies: ApiDependencies) -> tuple[PersonaRecord, ReplicaRecord]:
    if not body.persona_id and not body.replica_id:
        raise ApiError(400, "persona_id is required, or a replica_id for the default persona")
    persona_id = body.persona_id or DEFAULT_PERSONA_ID
    persona = await dependencies.store.personas.get(persona_id) if IDENTIFIER.fullmatch(persona_id) else None
    if persona is None:
        raise invalid_id("persona_id")
    replica_id = body.replica_id or persona.fields.get("default_replica_id")
    if not replica_id:
        raise ApiError(400, "replica_id is required: the persona has no default replica")
    replica = await dependencies.store.replicas.get(replica_id) if IDENTIFIER.fullmatch(replica_id) else None
    if replica is None:
        raise invalid_id("replica_id")
    if replica.status != "completed":
        raise ApiError(400, f"replica_id: {replica_id} is in status {replica.status} and cannot join a conversation")
    return persona, replica


async def _insert(
    body: ConversationCreate, persona: PersonaRecord, replica: ReplicaRecord, dependencies: ApiDependencies
) -> ConversationRecord:
    given = body.given
    properties = given.pop("properties", {})
    callback_url = given.pop("callback_url", "")
    return await dependencies.store.conversations.create(
        conversation_name=body.conversation_name or f"New Conversation {time.time_ns() // 1_000_000}",
        persona_id=persona.persona_id,
        replica_id=replica.replica_id,
        conversational_context=body.conversational_context or "",
        custom_greeting=body.custom_greeting or "",
        callback_url=callback_url,
        properties=properties,
        fields={name: value for name, value in given.items() if name not in OWN_COLUMNS},
        status="ended" if body.test_mode else "active",
    )


async def _start(
    record: ConversationRecord, persona: PersonaRecord, replica: ReplicaRecord, dependencies: ApiDependencies
) -> None:
    try:
        await dependencies.host.start(record, persona, replica)
    except BaseException:
        reason = shutdown(replica.replica_id, ShutdownReason.EXCEPTION_DURING_STARTUP)
        await dependencies.store.conversations.end(record.conversation_id, [reason])
        raise


async def _end(record: ConversationRecord, dependencies: ApiDependencies) -> None:
    reason = ShutdownReason.END_CONVERSATION_ENDPOINT_HIT
    await dependencies.host.end(record.conversation_id, reason)
    # Does nothing when the call has written its own end; catches rows that no call stands behind.
    await dependencies.store.conversations.end(record.conversation_id, [shutdown(record.replica_id, reason)])
