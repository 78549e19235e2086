"""Where the time of the turns of a call went (a local addition to the contract)."""

from typing import Any

from fastapi import APIRouter

from engine.api.conversations.lookup import known_conversation
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED


def turn_routes(dependencies: ApiDependencies) -> APIRouter:
    """`GET /v2/conversations/{conversation_id}/turns`."""
    router = APIRouter(tags=["Conversations"], dependencies=[DOCUMENTED])

    @router.get("/v2/conversations/{conversation_id}/turns")
    async def list_turns(conversation_id: str) -> dict[str, Any]:
        """List the latest turns of a call with their stages, in milliseconds after the person's last voiced sample."""
        try:
            traces = dependencies.host.traces(conversation_id)
        except KeyError:
            await known_conversation(dependencies.store.conversations, conversation_id)
            kept = await dependencies.store.turn_traces.of(conversation_id)
            traces = [turn.as_json() for turn in kept]
        return {"data": traces, "total_count": len(traces)}

    return router
