"""What participants may send over the data channel (seed: Interactions Protocol, Echo / Respond / Interrupt Interaction)."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.errors import InvalidInputError

LONGEST_TEXT = 20_000
"""Characters of one interaction's text."""
LONGEST_ID = 200
"""Characters of an `inference_id`, which comes back in each event about the text."""
ACCEPTED = ("conversation.echo", "conversation.respond", "conversation.interrupt")


@dataclass(frozen=True, slots=True)
class Echo:
    """Say exactly this."""

    text: str
    inference_id: str | None


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer this as if the participant had said it."""

    text: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stop talking."""


Interaction: TypeAlias = Echo | Respond | Interrupt


def parse_interaction(message: dict[str, Any]) -> Interaction:
    """Read a message; raises InvalidInputError naming the field, the value and what is accepted."""
    event_type = message.get("event_type")
    properties = message.get("properties", {})
    if not isinstance(properties, dict):
        raise InvalidInputError("properties", properties, "an object is")
    match event_type:
        case "conversation.echo":
            modality = properties.get("modality", "text")
            if modality != "text":
                raise InvalidInputError(
                    "properties.modality", modality, "'text' is; echo of sound is not in this version"
                )
            inference_id = properties.get("inference_id") or message.get("inference_id")
            if inference_id is not None and not (isinstance(inference_id, str) and len(inference_id) <= LONGEST_ID):
                raise InvalidInputError("inference_id", inference_id, f"a string of at most {LONGEST_ID} characters is")
            return Echo(_text(properties), inference_id)
        case "conversation.respond":
            return Respond(_text(properties))
        case "conversation.interrupt":
            return Interrupt()
        case _:
            raise InvalidInputError("event_type", event_type, f"one of {', '.join(ACCEPTED)} is")


def _text(properties: dict[str, Any]) -> str:
    text = properties.get("text")
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError("properties.text", text, "a text that is not empty is")
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError("properties.text", text, f"a text of at most {LONGEST_TEXT} characters is")
    if any("\ud800" <= character <= "\udfff" for character in text):
        # Half a surrogate pair is no character: neither voice nor language model can take it.
        raise InvalidInputError("properties.text", text, "a text of whole Unicode characters is")
    return text.strip()
