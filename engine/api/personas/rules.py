"""What this version does not do yet, and would be misleading to ignore."""

from typing import Any

from engine.api.contract.errors import ApiError


def check_runnable(fields: dict[str, Any]) -> None:
    """Raise ApiError when a conversation of this persona would silently differ from what the persona asks for."""
    layers: dict[str, Any] = fields.get("layers") or {}
    transport = str((layers.get("transport") or {}).get("transport_type") or "")
    if transport.strip().lower() == "livekit":
        raise not_built("layers.transport.transport_type", "livekit", "the room is reached by conversation_url")


def not_built(field: str, what: str, instead: str) -> ApiError:
    """Return the answer to a wish that this version cannot fulfil and that would mislead when ignored."""
    return ApiError(400, f"{field}: {what} is not built into this version; {instead}")
