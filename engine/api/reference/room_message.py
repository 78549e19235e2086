"""What all messages of a room have in their description."""

from typing import Any

from pydantic import ConfigDict

from engine.api.contract.model import AnswerModel
from engine.conversation.protocol_table import BY_NAME

NOT_YET = {
    "in": "Nothing leads to it in this version, so it is refused with the reason.",
    "out": "Nothing produces it in this version.",
}


def _with_mark(schema: dict[str, Any]) -> None:
    """Add to the description of a message what the protocol table says of it."""
    event = schema.get("properties", {}).get("event_type", {}).get("const")
    row = BY_NAME.get(event)
    if row is not None and row.produced == "later":
        schema["description"] = f"{schema['description']} {NOT_YET[row.direction]}"


class RoomMessage(AnswerModel):
    """A message of the protocol."""

    model_config = ConfigDict(json_schema_extra=_with_mark)
