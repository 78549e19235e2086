"""The layers of a persona. Values are kept as they were given; fields that nobody knows are kept too."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.api.contract.hosted_models import (
    LLM_MODEL,
    PERCEPTION_MODEL,
    STT_ENGINE,
    TRANSPORT_TYPE,
    TTS_ENGINE,
    TURN_DETECTION_MODEL,
    accepted_names,
    local_part,
)
from engine.api.personas.field_types import Between, Emotion, Name, OneOf, Plain, Speed, Text, Texts, Tools, Truth
from engine.conversation.flow_settings import INTERRUPTIBILITIES, PATIENCES, SENSITIVITIES
from engine.conversation.voice_settings import LOUDEST, SOFTEST, speed_factor
from engine.errors import InvalidInputError
from engine.layers.tts.style import FARTHEST_PITCH
from engine.network import check_url

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]{0,8192}")

HOSTED_SAMPLING = {"temperature": (0.0, 2.0), "top_p": (0.0, 1.0)}
"""Ranges of what `extra_body` may say to a hosted model; another server checks its own parameters."""


class Layer(BaseModel):
    """A part of the pipeline."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())


class PerceptionLayer(Layer):
    """What is seen and heard of people beyond their words."""

    perception_model: Annotated[str, OneOf(accepted_names(PERCEPTION_MODEL))] | None = None
    ambient_awareness: Truth | None = Field(None, description="Keep an eye on the scene; an older switch.")
    ambient_awareness_queries: Texts | None = Field(None, description="Questions asked of the picture all the time.")
    perception_analysis_queries: Texts | None = Field(None, description="Questions answered when the call has ended.")
    perception_tool_prompt: Text | None = Field(None, description="When the perception tools are to be called.")
    perception_tools: Tools | None = None
    tool_prompt: Text | None = Field(None, description="An older name of perception_tool_prompt.")
    visual_awareness_queries: Texts | None = None
    visual_tool_prompt: Text | None = None
    visual_tools: Tools | None = None
    audio_awareness_queries: Texts | None = Field(None, description="Questions asked of how a person sounds.")
    audio_tool_prompt: Text | None = None
    audio_tools: Tools | None = None


class SttLayer(Layer):
    """How speech becomes text."""

    stt_engine: Annotated[str, OneOf(accepted_names(STT_ENGINE))] | None = None
    hotwords: Text | None = Field(None, description="Names and terms to listen for, as a text.")
    smart_turn_detection: Truth | None = Field(
        None, description="Older; the conversational_flow layer takes its place."
    )
    participant_pause_sensitivity: Annotated[str, OneOf(SENSITIVITIES)] | None = None
    participant_interrupt_sensitivity: Annotated[str, OneOf(SENSITIVITIES)] | None = None


class ConversationalFlowLayer(Layer):
    """How turns are taken; nothing of it is in effect as long as no parameter is given."""

    turn_detection_model: Annotated[str, OneOf(accepted_names(TURN_DETECTION_MODEL))] | None = None
    turn_taking_patience: Annotated[str, OneOf(PATIENCES)] | None = None
    turn_commitment: Annotated[str, OneOf(("low", "medium", "high"))] | None = Field(
        None, description="An older parameter; kept."
    )
    replica_interruptibility: Annotated[str, OneOf(INTERRUPTIBILITIES)] | None = None
    voice_isolation: Annotated[str, OneOf(("off", "near"))] | None = None
    wake_phrase: Annotated[str, Field(max_length=200)] | None = None
    idle_engagement: Annotated[str, OneOf(("off", "patient", "eager"))] | None = None


class LlmLayer(Layer):
    """Who writes the answers: a hosted model's name, or any server that speaks OpenAI's chat completions."""

    model: Annotated[str, Field(min_length=1, max_length=1000)] | None = Field(
        None, description=f"{', '.join(accepted_names(LLM_MODEL))}; any name together with base_url."
    )
    base_url: Annotated[str, Field(max_length=2048)] | None = Field(None, description="Without /chat/completions.")
    api_key: Text | None = Field(None, description="Write-only: kept encrypted, answered masked.")
    tools: Tools | None = None
    speculative_inference: Truth | None = Field(None, description="Begin an answer before the person has finished.")
    headers: dict[str, str] | None = None
    extra_body: dict[str, Any] | None = Field(None, description="Further parameters, such as temperature and top_p.")
    default_query: dict[str, Plain] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.base_url:
            check_url("layers.llm.base_url", self.base_url)
        elif self.model is not None and local_part(LLM_MODEL, self.model) is None:
            accepted = f"{', '.join(accepted_names(LLM_MODEL))}, or any name together with a base_url, is"
            raise InvalidInputError(LLM_MODEL, self.model, accepted)
        else:
            _check_sampling(self.extra_body or {})
        for name, value in (self.headers or {}).items():
            # The value stays out of the text: it is a key more often than not.
            if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
                raise InvalidInputError("layers.llm.headers", name, "a header name with a value on one line is")
        return self


class VoiceSettings(Layer):
    """How the voice speaks."""

    speed: Speed | None = None
    emotion: Emotion | None = None
    pitch: Annotated[float, Between(-FARTHEST_PITCH, FARTHEST_PITCH)] | None = Field(
        None, description="Semitones above the voice's own pitch; a local addition."
    )
    volume: Annotated[float, Between(SOFTEST, LOUDEST)] | None = Field(
        None, description="Factor on the voice's own loudness: 2 is 6 LU louder; a local addition."
    )
    stability: Annotated[float, Between(0.0, 1.0)] | None = None
    similarity_boost: Annotated[float, Between(0.0, 1.0)] | None = None
    style: Annotated[float, Between(0.0, 1.0)] | None = None
    use_speaker_boost: Truth | None = None


class TtsLayer(Layer):
    """How text becomes speech."""

    tts_engine: Annotated[str, OneOf(accepted_names(TTS_ENGINE))] | None = None
    api_key: Text | None = Field(None, description="Write-only: kept encrypted, answered masked.")
    external_voice_id: Name | None = None
    voice_id: Name | None = None
    tts_model_name: Name | None = None
    tts_emotion_control: Truth | None = Field(None, description="`false`: emotions do not change the voice.")
    voice_settings: VoiceSettings | None = None
    pronunciation_dictionary_id: Name | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.voice_settings is not None and self.voice_settings.speed is not None:
            speed_factor(self.voice_settings.speed, self.tts_engine, "layers.tts.voice_settings.speed")
        return self


class TransportLayer(Layer):
    """How people reach the replica."""

    transport_type: Annotated[str, OneOf(accepted_names(TRANSPORT_TYPE))] | None = None
    input_settings: dict[str, Any] | None = None


class Layers(Layer):
    """All layers; those that are left out work with their defaults."""

    perception: PerceptionLayer | None = None
    stt: SttLayer | None = None
    conversational_flow: ConversationalFlowLayer | None = None
    llm: LlmLayer | None = None
    tts: TtsLayer | None = None
    transport: TransportLayer | None = None


def _check_sampling(extra_body: Mapping[str, Any]) -> None:
    for name, (lowest, highest) in HOSTED_SAMPLING.items():
        value = extra_body.get(name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and lowest <= value <= highest):
            field = f"layers.llm.extra_body.{name}"
            raise InvalidInputError(field, value, f"a number from {lowest} to {highest} is")
