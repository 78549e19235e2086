"""Messages of the interactions protocol without joining the room."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from engine.api.contract.model import ContractModel
from engine.api.conversations.lookup import has_ended, known_conversation
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.errors import InvalidInputError


class Interaction(ContractModel):
    """What a participant would send over the data channel; the conversation is named by the path."""

    message_type: Annotated[str, Field(max_length=100, description="`conversation`.")] | None = None
    event_type: Annotated[str, Field(max_length=100, description="Such as `conversation.echo`.")]
    conversation_id: Annotated[str, Field(description="That of the path, if it is given at all.")] | None = None
    inference_id: Annotated[str, Field(description="Comes back in each event about the text.")] | None = None
    properties: Annotated[dict[str, Any], Field(description="Depend on the `event_type`.")] | None = None


class AddressedInteraction(Interaction):
    """The same with the conversation that it is for."""

    conversation_id: Annotated[str, Field(description="The conversation that it is for.")]


def interaction_routes(dependencies: ApiDependencies) -> APIRouter:
    """Send an interaction."""
    router = APIRouter(prefix="/v2/interactions", tags=["Conversations"], dependencies=[DOCUMENTED])

    @router.post("")
    async def send_interaction(body: AddressedInteraction) -> dict[str, Any]:
        """Send a message to the conversation that it names, as if a participant had sent it."""
        return await interact(body.conversation_id, body, dependencies)

    return router


async def interact(conversation_id: str, body: Interaction, dependencies: ApiDependencies) -> dict[str, Any]:
    """Hand a message to the call. Raises ApiError 400 for an unknown conversation, 409 for an ended one, InvalidInputError."""
    record = await known_conversation(dependencies.store.conversations, conversation_id)
    if body.conversation_id not in {None, conversation_id}:
        raise InvalidInputError("conversation_id", body.conversation_id, f"{conversation_id!r}, as in the path, is")
    message = {**body.given, "conversation_id": record.conversation_id}
    try:
        await dependencies.host.interact(record.conversation_id, message)
    except KeyError:
        raise has_ended() from None
    return {"conversation_id": record.conversation_id, "event_type": body.event_type, "status": "accepted"}
