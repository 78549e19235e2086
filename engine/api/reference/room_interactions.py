"""The interactions protocol: what participants send over the data channel."""

from typing import Literal

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.api.reference.room_message import RoomMessage
from engine.conversation.echoes import MOST_SOUND
from engine.conversation.inflow import STARVED
from engine.conversation.interactions import (
    FASTEST_RATE,
    LARGEST_AUDIO,
    LONGEST_ID,
    LONGEST_TEXT,
    SLOWEST_RATE,
    USUAL_RATE,
)
from engine.layers.audio import MEDIA_RATE


class InteractionMessage(RoomMessage):
    """What every message to the room carries."""

    message_type: Literal["conversation"] = "conversation"
    conversation_id: str


class TextProperties(AnswerModel):
    """A text."""

    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class EchoProperties(AnswerModel):
    """A text to be said as it stands, or a sound to be played; either whole or, with `done`, as a stream."""

    modality: Literal["text", "audio"] = "text"
    text: str | None = Field(
        None, max_length=LONGEST_TEXT, description="Of `text`: what is said. Pieces of a stream are joined as they are."
    )
    audio: str | None = Field(
        None,
        max_length=LARGEST_AUDIO,
        description="Of `audio`: base64 of 16-bit PCM, mono, little endian. Send it as fast as you like: up to "
        f"{MOST_SOUND:g} s may wait to be played.",
    )
    sample_rate: int | None = Field(
        None,
        ge=SLOWEST_RATE,
        le=FASTEST_RATE,
        description=f"Of `audio`, in Hz: {USUAL_RATE}, or that of the stream so far.",
    )
    inference_id: str | None = Field(
        None,
        max_length=LONGEST_ID,
        description="Comes back in each event about it, and tells the streams of one sender apart. What still comes under the "
        "one of a stream that was interrupted is ignored; without one, it is new.",
    )
    done: bool | None = Field(
        None,
        description="Whether nothing more follows in this stream: `true` of a text, `false` of a sound, unless it is said. A "
        f"stream that says nothing for {STARVED // MEDIA_RATE} s is over too.",
    )


class EchoInteraction(InteractionMessage):
    """The replica says exactly this, after whatever it is saying."""

    event_type: Literal["conversation.echo"]
    properties: EchoProperties


class RespondInteraction(InteractionMessage):
    """The replica answers this as if a participant had said it."""

    event_type: Literal["conversation.respond"]
    properties: TextProperties


class InterruptInteraction(InteractionMessage):
    """The replica stops talking."""

    event_type: Literal["conversation.interrupt"]


class AppendProperties(AnswerModel):
    """What is to be known."""

    context: str = Field(min_length=1, max_length=LONGEST_TEXT)
    job_status: str | None = Field(
        None, max_length=LONGEST_ID, description="Such as `completed`. Accepted, without effect."
    )


class AppendContextInteraction(InteractionMessage):
    """This is added to the conversational context, from the next answer on."""

    event_type: Literal["conversation.append_llm_context"]
    properties: AppendProperties


class OverwriteProperties(AnswerModel):
    """What is to be known instead."""

    context: str = Field(max_length=LONGEST_TEXT, description="May be empty.")


class OverwriteContextInteraction(InteractionMessage):
    """This takes the place of the conversational context; the persona's own context and what was said stay."""

    event_type: Literal["conversation.overwrite_llm_context"]
    properties: OverwriteProperties


SensitivityWord = Literal["superlow", "verylow", "low", "medium", "high", "auto"]


class SensitivityProperties(AnswerModel):
    """At least one of the two; the other one stays as it is."""

    participant_pause_sensitivity: SensitivityWord | None = Field(
        None,
        description="`low` and less: the replica waits longer in pauses; `high`: it answers sooner; `auto`: `medium`.",
    )
    participant_interrupt_sensitivity: SensitivityWord | None = Field(
        None,
        description="`low` and less: the replica stops at the first word; `high`: it talks on for longer; `auto`: `medium`. "
        "Coupled to `replica_interruptibility` as the same setting of a persona is.",
    )


class SensitivityInteraction(InteractionMessage):
    """Turns are taken differently, with everybody in the call, from now on."""

    event_type: Literal["conversation.sensitivity"]
    properties: SensitivityProperties


class ConfirmProperties(AnswerModel):
    """Which objective."""

    objective_name: str | None = Field(None, max_length=LONGEST_ID)


class ConfirmObjectiveInteraction(InteractionMessage):
    """What was collected for an objective that waits for confirmation is right."""

    event_type: Literal["conversation.objective.confirm"]
    properties: ConfirmProperties | None = None


class EmotionProperties(AnswerModel):
    """An emotion of the face."""

    emotion: Literal["neutral", "happiness", "sadness", "anger", "fear", "surprise", "disgust", "contempt"]


class SetEmotionInteraction(InteractionMessage):
    """The face shows this emotion until another one is set, except while the voice feels something else."""

    event_type: Literal["conversation.set_emotion"]
    properties: EmotionProperties


INTERACTIONS: tuple[type[AnswerModel], ...] = (
    EchoInteraction,
    RespondInteraction,
    InterruptInteraction,
    AppendContextInteraction,
    OverwriteContextInteraction,
    SensitivityInteraction,
    ConfirmObjectiveInteraction,
    SetEmotionInteraction,
)
