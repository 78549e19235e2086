"""The names of hosted parts that a persona or a replica may carry, and the local part that stands for each.

Names are accepted in any case, kept and answered as they were given.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class HostedPart:
    """Hosted names that one local part stands for."""

    field: str
    """Where the names are used: the path in a persona, `model_name` in a replica."""
    names: tuple[str, ...]
    """In lower case; `*` stands for anything."""
    local: str
    """The local part, in words."""


LLM_MODEL = "layers.llm.model"
TTS_ENGINE = "layers.tts.tts_engine"
STT_ENGINE = "layers.stt.stt_engine"
PERCEPTION_MODEL = "layers.perception.perception_model"
TURN_DETECTION_MODEL = "layers.conversational_flow.turn_detection_model"
TRANSPORT_TYPE = "layers.transport.transport_type"
REPLICA_MODEL = "model_name"

SPEECH_ENGINES = (
    "tavus-auto",
    "tavus-parakeet",
    "tavus-soniox",
    "tavus-whisper",
    "tavus-deepgram-medical",
    "tavus-advanced",
    "tavus-turbo",
)

HOSTED_PARTS: tuple[HostedPart, ...] = (
    HostedPart(LLM_MODEL, ("tavus-*-mini", "tavus-*-8b"), "the quick local chat model"),
    HostedPart(LLM_MODEL, ("tavus-*",), "the best local chat model that is installed"),
    HostedPart(TTS_ENGINE, ("cartesia", "elevenlabs", "playht", "azure"), "the local voice of the replica or language"),
    HostedPart(TTS_ENGINE, ("piper",), "the local voice that external_voice_id or voice_id names"),
    HostedPart(STT_ENGINE, SPEECH_ENGINES, "the local recogniser"),
    HostedPart(PERCEPTION_MODEL, ("raven-1", "raven-0"), "full local perception"),
    HostedPart(PERCEPTION_MODEL, ("basic",), "basic local perception"),
    HostedPart(PERCEPTION_MODEL, ("off",), "no perception"),
    HostedPart(TURN_DETECTION_MODEL, ("sparrow-1",), "sound, words and the speaker's own pauses, weighed together"),
    HostedPart(TURN_DETECTION_MODEL, ("sparrow-0",), "the local end-of-turn model, by sound alone"),
    HostedPart(TURN_DETECTION_MODEL, ("time-based",), "a pause of fixed length"),
    HostedPart(TRANSPORT_TYPE, ("daily", "webrtc"), "the local room"),
    HostedPart(TRANSPORT_TYPE, ("livekit",), "a LiveKit room of the caller"),
    HostedPart(REPLICA_MODEL, ("phoenix-4", "phoenix-3", "phoenix-2"), "the local replica model"),
)
"""Read from the top: the first part that matches stands for a name."""


def accepted_names(field: str) -> tuple[str, ...]:
    """Return every name that a field takes, patterns as they are."""
    return tuple(name for part in HOSTED_PARTS if part.field == field for name in part.names)


def local_part(field: str, name: str) -> str | None:
    """Return the local part that stands for a name, in words; None when nothing does."""
    wanted = name.strip().lower()
    for part in HOSTED_PARTS:
        if part.field == field and any(fnmatchcase(wanted, pattern) for pattern in part.names):
            return part.local
    return None
