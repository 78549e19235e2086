"""Finding the conversation that a path names."""

from engine.api.contract.errors import ApiError, found, invalid_id
from engine.store.conversations import ConversationRepository
from engine.store.records import ConversationRecord


async def known_conversation(conversations: ConversationRepository, conversation_id: str) -> ConversationRecord:
    """Return a conversation. Raises ApiError 400 for an unknown id, as the contract has it."""
    return found(await conversations.get(conversation_id), invalid_id("conversation_id"))


def has_ended() -> ApiError:
    """Return the answer to what only a running conversation can do."""
    return ApiError(409, "This conversation has ended")
