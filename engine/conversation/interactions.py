"""What participants may send over the data channel: the seed's "Interactions Protocol" and its interaction pages.

Fields that they leave open (echo of sound, the outer sensitivities, `job_status`, `set_emotion`) are those of the public description.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.conversation.flow_settings import inverted
from engine.errors import InvalidInputError
from engine.layers.replica.performance.feelings import EMOTIONS

LONGEST_TEXT: Final = 20_000
"""Characters of one interaction's text or context."""
LONGEST_ID: Final = 200
"""Characters of an `inference_id`, which comes back in each event about the text, and of other names."""
LARGEST_AUDIO: Final = 1 << 20
"""Characters of base64 in one message: 16 s at 24 kHz."""
SLOWEST_RATE: Final = 8_000
FASTEST_RATE: Final = 48_000
USUAL_RATE: Final = 16_000
"""Hz of sound from outside."""


@dataclass(frozen=True, slots=True)
class Echo:
    """Say exactly this."""

    text: str
    """As it was sent, spaces at its ends included: pieces of a stream are joined as they are."""
    inference_id: str | None
    done: bool = True
    """Whether nothing more of this text follows under the same `inference_id`."""


@dataclass(frozen=True, slots=True)
class EchoSound:
    """Play exactly this, with the face that goes with it."""

    pcm: bytes
    """Mono, 16 bit, little endian."""
    sample_rate: int | None
    """Hz; None: that of the stream so far, of a new stream `USUAL_RATE`."""
    inference_id: str | None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer this as if the participant had said it."""

    text: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stop talking."""


@dataclass(frozen=True, slots=True)
class AppendContext:
    """Know this too from now on."""

    context: str
    job_status: str = ""


@dataclass(frozen=True, slots=True)
class OverwriteContext:
    """Know this instead of the conversational context."""

    context: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Take turns differently: words of `flow_settings.SENSITIVITIES`, or None for what stays as it is."""

    pause: str | None
    interrupt: str | None


@dataclass(frozen=True, slots=True)
class ConfirmObjective:
    """What was collected for an objective is right."""

    objective_name: str | None


@dataclass(frozen=True, slots=True)
class SetEmotion:
    """Show this emotion when no other one is felt (one of `feelings.EMOTIONS`)."""

    emotion: str


Interaction: TypeAlias = (
    Echo
    | EchoSound
    | Respond
    | Interrupt
    | AppendContext
    | OverwriteContext
    | Sensitivity
    | ConfirmObjective
    | SetEmotion
)
Properties: TypeAlias = Mapping[str, Any]


def parse_interaction(message: dict[str, Any]) -> Interaction:
    """Read a message; raises InvalidInputError naming the field, the value and what is accepted."""
    message_type = message.get("message_type")
    if message_type not in (None, "conversation"):
        raise InvalidInputError("message_type", message_type, "'conversation' is")
    event_type = message.get("event_type")
    parse = _PARSERS.get(event_type) if isinstance(event_type, str) else None
    if parse is None:
        raise InvalidInputError("event_type", event_type, f"one of {', '.join(ACCEPTED)} is")
    properties = message.get("properties", {})
    if not isinstance(properties, dict):
        raise InvalidInputError("properties", properties, "an object is")
    if not properties.get("inference_id"):
        properties = {**properties, "inference_id": message.get("inference_id")}
    return parse(properties)


def _echo(properties: Properties) -> Echo | EchoSound:
    modality = properties.get("modality", "text")
    inference_id = _name(properties, "inference_id", shown="inference_id")
    if modality == "text":
        done = _flag(properties, "done", usual=True)
        # Whoever streams may say that it was all with the last word or after it.
        streamed = inference_id is not None and "done" in properties
        return Echo(_text(properties, "text", blank=streamed), inference_id, done)
    if modality == "audio":
        done = _flag(properties, "done", usual=False)
        return EchoSound(_pcm(properties), _rate(properties), inference_id, done)
    raise InvalidInputError("properties.modality", modality, "'text' or 'audio' is")


def _respond(properties: Properties) -> Respond:
    return Respond(_text(properties, "text").strip())


def _append(properties: Properties) -> AppendContext:
    return AppendContext(_text(properties, "context").strip(), _name(properties, "job_status") or "")


def _overwrite(properties: Properties) -> OverwriteContext:
    return OverwriteContext(_text(properties, "context", blank=True).strip())


def _sensitivity(properties: Properties) -> Sensitivity:
    pause, interrupt = (_sensed(properties, f"participant_{kind}_sensitivity") for kind in ("pause", "interrupt"))
    if pause is None and interrupt is None:
        raise InvalidInputError(
            "properties", {}, "an object with participant_pause_sensitivity or participant_interrupt_sensitivity is"
        )
    return Sensitivity(pause, interrupt)


def _confirm(properties: Properties) -> ConfirmObjective:
    return ConfirmObjective(_name(properties, "objective_name"))


def _emotion(properties: Properties) -> SetEmotion:
    emotion = properties.get("emotion")
    known = emotion.strip().lower() if isinstance(emotion, str) else ""
    if known not in EMOTIONS:
        raise InvalidInputError("properties.emotion", emotion, f"one of {', '.join(EMOTIONS)} is")
    return SetEmotion(known)


_PARSERS: Final[Mapping[str, Callable[[Properties], Interaction]]] = {
    "conversation.echo": _echo,
    "conversation.respond": _respond,
    "conversation.interrupt": lambda properties: Interrupt(),
    "conversation.append_llm_context": _append,
    "conversation.overwrite_llm_context": _overwrite,
    "conversation.sensitivity": _sensitivity,
    "conversation.objective.confirm": _confirm,
    "conversation.set_emotion": _emotion,
}
ACCEPTED: Final = tuple(_PARSERS)


def _text(properties: Properties, name: str, *, blank: bool = False) -> str:
    text, field = properties.get(name), f"properties.{name}"
    if not isinstance(text, str) or not (blank or text.strip()):
        raise InvalidInputError(field, text, "a text is" if blank else "a text that is not empty is")
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(field, text[:LONGEST_ID], f"a text of at most {LONGEST_TEXT} characters is")
    return _whole(text, field)


def _name(properties: Properties, name: str, *, shown: str = "") -> str | None:
    value, field = properties.get(name), shown or f"properties.{name}"
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST_ID:
        raise InvalidInputError(field, value, f"a string of at most {LONGEST_ID} characters is")
    return _whole(value, field) or None


def _whole(text: str, field: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        # Half a surrogate pair is no character: neither voice nor language model can take it.
        raise InvalidInputError(field, text, "a text of whole Unicode characters is")
    return text


def _flag(properties: Properties, name: str, *, usual: bool) -> bool:
    value = properties.get(name, usual)
    if not isinstance(value, bool):
        raise InvalidInputError(f"properties.{name}", value, "true or false is")
    return value


def _rate(properties: Properties) -> int | None:
    rate = properties.get("sample_rate")
    if rate is None:
        return None
    number = isinstance(rate, int | float) and not isinstance(rate, bool)
    if not number or not SLOWEST_RATE <= rate <= FASTEST_RATE or rate != int(rate):
        accepted = f"a whole number of Hz from {SLOWEST_RATE} to {FASTEST_RATE} is"
        raise InvalidInputError("properties.sample_rate", rate, accepted)
    return int(rate)


def _pcm(properties: Properties) -> bytes:
    audio, accepted = properties.get("audio"), "base64 of 16-bit PCM, mono, little endian, is"
    if not isinstance(audio, str):
        raise InvalidInputError("properties.audio", audio, accepted)
    shown = audio[:LONGEST_ID]
    if len(audio) > LARGEST_AUDIO:
        raise InvalidInputError("properties.audio", shown, f"at most {LARGEST_AUDIO} characters of base64 are")
    try:
        pcm = base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInputError("properties.audio", shown, accepted) from None
    if len(pcm) % 2:
        raise InvalidInputError("properties.audio", shown, f"{accepted} (two bytes a sample)")
    return pcm


def _sensed(properties: Properties, name: str) -> str | None:
    value, field = properties.get(name), f"properties.{name}"
    if value is None:
        return None
    # Raises for what is no sensitivity.
    inverted(field, value if isinstance(value, str) else repr(value))
    return str(value).strip().lower()
