"""Operations of `/v2/voices`."""

from engine.api.reference.described import Described, page_of
from engine.api.voices.answers import VoiceAnswer

_EXAMPLE = {
    "voice_name": "anna",
    "replica_id": "r4067604db72",
    "face_id": "r4067604db72",
    "audio_url": None,
    "tags": [{"tag_name": "en"}],
    "languages": ["English"],
}

OPERATIONS: dict[str, Described] = {
    "GET /v2/voices": Described("List voices", (page_of("voices", VoiceAnswer, _EXAMPLE, first=1),)),
}
