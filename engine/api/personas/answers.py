"""How a persona is shown."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pydantic import Field

from engine.api.contract.enforcement import EnforcementAnswer, with_enforcement
from engine.api.contract.hosted_models import HOSTED_PARTS, local_part
from engine.api.contract.model import AnswerModel
from engine.api.contract.names import both_names
from engine.conversation.answer_sampling import LOCAL_PARAMETERS
from engine.conversation.call_voice import wished_voice
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.voice_settings import emotion_control, emotion_tags, speaking_style
from engine.layers.tts.emotions import emotion_of
from engine.store.records import PersonaRecord
from engine.store.sealing import masked

WITHOUT_EFFECT = ("stability", "similarity_boost", "style", "use_speaker_boost")
"""Voice settings that no local voice has."""

IN_EFFECT = frozenset({"speed", "emotion", "pitch", "volume"})
"""Voice settings that the voices act on."""

ENFORCED = frozenset({"pipeline_mode", "system_prompt", "context", "default_replica_id", "greeting", "language"})
"""Fields that a conversation acts on."""

VOICE_NAMES = frozenset({"external_voice_id", "voice_id"})
"""In effect where they name a local voice."""

ENFORCED_IN_LAYERS = frozenset(
    {
        ("llm", "model"),
        ("llm", "api_key"),
        ("llm", "speculative_inference"),
        ("stt", "stt_engine"),
        ("stt", "hotwords"),
        ("stt", "participant_pause_sensitivity"),
        ("stt", "participant_interrupt_sensitivity"),
        ("stt", "smart_turn_detection"),
        ("conversational_flow", "turn_detection_model"),
        ("conversational_flow", "turn_taking_patience"),
        ("conversational_flow", "replica_interruptibility"),
        ("tts", "tts_engine"),
        ("tts", "tts_model_name"),
        ("tts", "api_key"),
        ("tts", "tts_emotion_control"),
        ("tts", "pronunciation_dictionary_id"),
        ("transport", "transport_type"),
    }
)
"""The same inside the layers: names of hosted parts, and the keys of parts that are not called."""


OF_SERVERS = frozenset({"base_url", "headers", "default_query", "extra_body", "tools"})
"""Settings of a language model that runs elsewhere: in effect together with a `base_url`."""


class PersonaCreated(AnswerModel):
    """A new persona."""

    persona_id: str
    persona_name: str
    created_at: str


class PersonaAnswer(AnswerModel):
    """A persona; secrets in its layers are masked."""

    persona_id: str
    persona_name: str
    persona_type: str = Field(description="`user`, or `system` for a stock persona.")
    pipeline_mode: str | None = Field(None, description="`full`, or `echo`: it says only what it is told to say.")
    system_prompt: str | None = None
    context: str | None = None
    default_replica_id: str | None = None
    layers: dict[str, Any] | None = None
    greeting: str | None = None
    document_ids: list[str] | None = None
    document_tags: list[str] | None = None
    objectives_id: str | None = None
    guardrails_id: str | None = None
    created_at: str = Field(description="UTC, ISO 8601 with microseconds and `Z`.")
    updated_at: str


class PersonaWhole(PersonaAnswer, EnforcementAnswer):
    """A persona, once at the top level and once more under `data`: clients read either."""

    data: list[PersonaAnswer]
    effective: dict[str, Any] | None = Field(None, description="With `verbose`: the settings that hold.")
    models: dict[str, Any] | None = Field(None, description="With `verbose`: the local parts behind hosted names.")
    without_effect: list[str] | None = Field(None, description="With `verbose`: settings that no local part has.")


def persona_document(record: PersonaRecord) -> dict[str, Any]:
    """Return a persona under the older names, its secrets masked: what a JSON Patch is applied to."""
    return {
        **masked(record.fields),
        "persona_id": record.persona_id,
        "persona_name": record.persona_name,
        "persona_type": record.persona_type,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }


def persona_answer(record: PersonaRecord) -> dict[str, Any]:
    """Show a persona, its secrets masked."""
    return both_names(persona_document(record))


def whole_answer(record: PersonaRecord, *, verbose: bool = False) -> dict[str, Any]:
    """Show a persona at the top level and once more under `data`, for clients read either; `verbose` adds what is in effect."""
    answer = persona_answer(record)
    return {**answer, "data": [answer], **(in_effect(record.fields) if verbose else {})}


def in_effect(fields: dict[str, Any]) -> dict[str, Any]:
    """Tell what stands for the hosted parts, which settings are in effect, and what is kept and not acted on."""
    layers: dict[str, Any] = fields.get("layers") or {}
    flow = FlowSettings.of(layers)
    tts = layers.get("tts") or {}
    voice = tts.get("voice_settings") or {}
    style = speaking_style(layers)
    told: dict[str, Any] = {
        "effective": {
            "conversational_flow": asdict(flow) if flow is not None else None,
            "voice_speed": style.speed,
            "voice_emotions": [emotion.name for emotion in style.emotions],
        },
        "models": dict(_models(layers)),
        "without_effect": list(_without_effect(layers, voice)),
    }
    return with_enforcement(told, sorted(_not_enforced(fields, layers)))


def _models(layers: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for field in dict.fromkeys(part.field for part in HOSTED_PARTS if part.field.startswith("layers.")):
        _, layer, name = field.split(".")
        given = (layers.get(layer) or {}).get(name)
        stands = local_part(field, given) if isinstance(given, str) else None
        if isinstance(given, str) and stands is not None:
            yield field, {"name": given, "local": stands}


def _without_effect(layers: dict[str, Any], voice: dict[str, Any]) -> Iterator[str]:
    yield from (f"layers.tts.voice_settings.{name}" for name in WITHOUT_EFFECT if name in voice)
    for tag in emotion_tags(voice):
        if emotion_of(tag) is None or not emotion_control(layers):
            yield f"layers.tts.voice_settings.emotion: {tag}"


def _not_enforced(fields: dict[str, Any], layers: dict[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        if name not in ENFORCED and name != "layers" and value not in (None, "", [], {}, False):
            yield name
    chosen = wished_voice(layers)
    for layer, settings in layers.items():
        if not isinstance(settings, dict):
            yield f"layers.{layer}"
            continue
        for name, value in settings.items():
            if name == "voice_settings" and layer == "tts":
                yield from (
                    f"layers.tts.voice_settings.{setting}"
                    for setting in value
                    if setting not in IN_EFFECT and setting not in WITHOUT_EFFECT
                )
            elif (name in VOICE_NAMES and chosen and value == chosen) or (
                layer == "llm" and name in OF_SERVERS and settings.get("base_url")
            ):
                continue
            elif layer == "llm" and name == "extra_body" and isinstance(value, dict):
                yield from (
                    f"layers.llm.extra_body.{parameter}" for parameter in value if parameter not in LOCAL_PARAMETERS
                )
            elif (layer, name) not in ENFORCED_IN_LAYERS and value not in (None, "", [], {}):
                yield f"layers.{layer}.{name}"
