"""Where the time of each turn of a running call went (a local addition to the contract)."""

from typing import Any

from fastapi import APIRouter

from engine.api.dependencies import ApiDependencies
from engine.api.errors import ApiError


def turn_routes(dependencies: ApiDependencies) -> APIRouter:
    """`GET /v2/conversations/{conversation_id}/turns`."""
    router = APIRouter(tags=["Conversations"])

    @router.get("/v2/conversations/{conversation_id}/turns")
    async def list_turns(conversation_id: str) -> dict[str, Any]:
        """List the latest turns of a running call with their stages, in milliseconds after the person's last voiced sample."""
        try:
            traces = dependencies.host.traces(conversation_id)
        except KeyError:
            if await dependencies.store.conversations.get(conversation_id) is None:
                raise ApiError(400, "Invalid conversation_id") from None
            raise ApiError(409, "This conversation has ended; the traces of its turns are kept while it runs") from None
        return {"data": traces, "total_count": len(traces)}

    return router
