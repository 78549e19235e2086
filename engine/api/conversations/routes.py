"""`/v2/conversations`."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from engine.api.contract.errors import invalid_id
from engine.api.contract.paging import PageWindow, list_answer
from engine.api.contract.queries import NamePart
from engine.api.conversations.answers import conversation_answer, created_answer, verbose_answer
from engine.api.conversations.bodies import ConversationCreate
from engine.api.conversations.lookup import known_conversation
from engine.api.conversations.opening import open_conversation
from engine.api.conversations.tokens import PURPOSE, MeetingTokens, is_private
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.recording.s3 import S3Settings
from engine.store.call_events import ShutdownReason, shutdown
from engine.store.records import ConversationRecord


def conversation_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, end and delete conversations."""
    router = APIRouter(prefix="/v2/conversations", tags=["Conversations"], dependencies=[DOCUMENTED])
    conversations = dependencies.store.conversations
    tokens = MeetingTokens(dependencies.store.secret(PURPOSE))
    s3 = S3Settings.of(dependencies.settings)

    def answer(record: ConversationRecord) -> dict[str, Any]:
        return conversation_answer(record, dependencies.base_url())

    @router.post("")
    async def create_conversation(body: ConversationCreate) -> dict[str, Any]:
        """Create a conversation; its room is open, and the replica in it, when the answer arrives."""
        record = await open_conversation(body, dependencies)
        token = tokens.issue(record) if is_private(record) else None
        return created_answer(record, dependencies.base_url(), token)

    @router.get("")
    async def list_conversations(
        window: PageWindow,
        status: Annotated[Literal["active", "ended"] | None, Query()] = None,
        name: NamePart = None,
    ) -> dict[str, Any]:
        """List conversations."""
        return list_answer(await conversations.page(window, status=status, name=name), answer)

    @router.get("/{conversation_id}")
    async def get_conversation(
        conversation_id: str,
        verbose: Annotated[bool, Query(description="Adds events, transcript and the reason of the end.")] = False,
    ) -> dict[str, Any]:
        """Get a conversation."""
        record = await known_conversation(conversations, conversation_id)
        if not verbose:
            return answer(record)
        events = await conversations.events(conversation_id)
        return {**answer(record), **verbose_answer(record, events, dependencies.host.speaks, s3)}

    @router.post("/{conversation_id}/end", response_class=Response)
    async def end_conversation(conversation_id: str) -> Response:
        """End a conversation; one that has ended stays as it is."""
        record = await known_conversation(conversations, conversation_id)
        await _end(record, ShutdownReason.END_CONVERSATION_ENDPOINT_HIT, dependencies)
        return Response(status_code=200)

    @router.delete("/{conversation_id}", status_code=204)
    async def delete_conversation(
        conversation_id: str,
        hard: Annotated[
            bool, Query(description="Erases the transcript, the recordings and all else that is kept of it here.")
        ] = False,
    ) -> Response:
        """Delete a conversation, ending it first; `hard` erases one that was deleted before, too."""
        record = await conversations.get(conversation_id)
        if record is not None:
            await _end(record, ShutdownReason.ROOM_DELETED, dependencies)
        if hard:
            await dependencies.host.erase_recordings(conversation_id)
        if not await conversations.delete(conversation_id, hard=hard):
            raise invalid_id("conversation_id")
        return Response(status_code=204)

    return router


async def _end(record: ConversationRecord, reason: ShutdownReason, dependencies: ApiDependencies) -> None:
    await dependencies.host.end(record.conversation_id, reason)
    # Does nothing when the call has written its own end; catches rows that no call stands behind.
    await dependencies.store.conversations.end(record.conversation_id, [shutdown(record.replica_id, reason)])
