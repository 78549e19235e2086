"""`/v2/webhook-deliveries`: callbacks that were sent, wait or were given up."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from engine.api.contract.errors import ApiError, found, not_found
from engine.api.contract.paging import PageWindow, list_answer
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.api.webhook_deliveries.answers import Status
from engine.webhooks.presentation import delivery_json

DeliveryId = Annotated[
    int, Path(ge=1, le=2**63 - 1, description="The number that the header x-visavis-delivery carried.")
]


def delivery_routes(dependencies: ApiDependencies) -> APIRouter:
    """List callbacks and send them again."""
    router = APIRouter(prefix="/v2/webhook-deliveries", tags=["Webhooks"], dependencies=[DOCUMENTED])
    outbox = dependencies.store.outbox

    @router.get("")
    async def list_webhook_deliveries(
        window: PageWindow,
        status: Annotated[Status | None, Query(description="Only those in this state.")] = None,
        stream: Annotated[
            str | None, Query(max_length=64, description="The id of a conversation, replica, video or document.")
        ] = None,
        event_type: Annotated[
            str | None, Query(max_length=100, description="Such as `system.shutdown` or `application.recording_ready`.")
        ] = None,
    ) -> dict[str, Any]:
        """List callbacks; delivered ones are forgotten after seven days, those given up stay."""
        page = await outbox.page(window, status=status, stream=stream, event_type=event_type)
        return list_answer(page, lambda delivery: delivery_json(delivery, with_payload=False))

    @router.get("/{delivery_id}")
    async def get_webhook_delivery(delivery_id: DeliveryId) -> dict[str, Any]:
        """Get a callback: what it carries, how often it was tried and what came of it."""
        return delivery_json(found(await outbox.get(delivery_id), not_found("Delivery")), with_payload=True)

    @router.post("/{delivery_id}/replay", status_code=202)
    async def replay_webhook_delivery(delivery_id: DeliveryId) -> dict[str, Any]:
        """Send a callback once more: as a new delivery with an id of its own, behind all that its stream holds."""
        queued = found(await outbox.replay(delivery_id), not_found("Delivery"))
        if queued.delivery_id == delivery_id:
            raise ApiError(409, f"delivery_id: {delivery_id} is still pending and is tried again anyway")
        return delivery_json(queued, with_payload=True)

    return router
