"""What a persona may say about its layers: the accepted names of hosted parts, and what this version does not do yet."""

from typing import Any

from engine.api.errors import ApiError
from engine.errors import InvalidInputError

ACCEPTED_NAMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("perception", "perception_model"): ("raven-1", "raven-0", "basic", "off"),
    ("stt", "stt_engine"): (
        "tavus-auto",
        "tavus-parakeet",
        "tavus-soniox",
        "tavus-whisper",
        "tavus-deepgram-medical",
        "tavus-advanced",
        "tavus-turbo",
    ),
    ("tts", "tts_engine"): ("cartesia", "elevenlabs", "playht", "azure", "piper"),
    ("conversational_flow", "turn_detection_model"): ("sparrow-1", "sparrow-0", "time-based"),
    ("transport", "transport_type"): ("daily", "webrtc", "livekit"),
}
"""By layer and field; each name stands for a local part."""

HOSTED_MODELS = "tavus-"
"""Every chat model name that begins so stands for a local model."""


def check_layers(layers: dict[str, Any]) -> None:
    """Raise InvalidInputError for a layer that is no object, or a name that nothing here stands for."""
    for name, layer in layers.items():
        if (
            layer is not None
            and name in {*(layer for layer, _ in ACCEPTED_NAMES), "llm"}
            and not isinstance(layer, dict)
        ):
            raise InvalidInputError(f"layers.{name}", layer, "an object is")
    for (name, field), accepted in ACCEPTED_NAMES.items():
        value = (layers.get(name) or {}).get(field)
        if value is not None and (not isinstance(value, str) or value.lower() not in accepted):
            raise InvalidInputError(f"layers.{name}.{field}", value, f"one of {', '.join(accepted)} is")
    chat = layers.get("llm") or {}
    model = chat.get("model")
    if model is not None and not isinstance(model, str):
        raise InvalidInputError("layers.llm.model", model, "a name is")
    if model and not model.startswith(HOSTED_MODELS) and not chat.get("base_url"):
        accepted_text = f"a name that begins with {HOSTED_MODELS}, or any name together with a base_url, is"
        raise InvalidInputError("layers.llm.model", model, accepted_text)


def check_runnable(fields: dict[str, Any]) -> None:
    """Raise ApiError when a conversation of this persona would silently differ from what the persona asks for."""
    layers: dict[str, Any] = fields.get("layers") or {}
    transport = str((layers.get("transport") or {}).get("transport_type") or "")
    if transport.lower() == "livekit":
        raise not_built("layers.transport.transport_type", "livekit", "the room is reached by conversation_url")
    if (layers.get("llm") or {}).get("base_url"):
        raise not_built("layers.llm.base_url", "a custom LLM", "a persona without base_url uses the local chat model")


def not_built(field: str, what: str, instead: str) -> ApiError:
    """Return the answer to a wish that this version cannot fulfil and that would mislead when ignored."""
    return ApiError(400, f"{field}: {what} is not built into this version; {instead}")
