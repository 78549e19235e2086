"""How a callback is shown; `engine.webhooks.presentation` makes it, for the command line too."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from engine.api.contract.model import AnswerModel

Status: TypeAlias = Literal["pending", "delivered", "failed"]


class DeliveryAnswer(AnswerModel):
    """One callback."""

    delivery_id: int
    webhook_id: str = Field(description="The header `webhook-id`: the same at every try.")
    stream: str = Field(
        description="The conversation, replica, video or document that it is about; in order within one."
    )
    event_type: str | None = Field(description="Of the payload, when it has one.")
    url: str
    status: Status = Field(description="`failed`: given up, after a day of tries or because trying again is no use.")
    attempts: int
    last_status: int | None = Field(description="What the receiver answered to the latest try.")
    last_error: str | None
    created_at: str
    last_attempt_at: str | None
    next_attempt_at: str | None = Field(description="Of one that is pending; it may wait for others of its stream.")
    delivered_at: str | None
    replay_of: int | None = Field(description="The delivery that this one repeats.")


class WholeDeliveryAnswer(DeliveryAnswer):
    """One callback with what it carries."""

    payload: Any
