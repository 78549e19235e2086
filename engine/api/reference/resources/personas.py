"""Operations of `/v2/personas`."""

from typing import Any

from engine.api.personas.answers import PersonaAnswer, PersonaCreated, PersonaWhole
from engine.api.reference.described import PATCH_SCHEMA, Answer, Body, Described, no_content, page_of, part_of

EXAMPLE: dict[str, Any] = {
    "persona_id": "p1a2b3c4d5e6",
    "persona_name": "Front desk",
    "persona_type": "user",
    "pipeline_mode": "full",
    "system_prompt": "You welcome visitors and tell them where to go.",
    "context": "The canteen is on the second floor.",
    "default_replica_id": "r4067604db72",
    "layers": {"tts": {"tts_engine": "piper", "voice_settings": {"speed": 0.1}}},
    "created_at": "2026-03-02T09:12:44.018233Z",
    "updated_at": "2026-03-02T09:12:44.018233Z",
    "pal_id": "p1a2b3c4d5e6",
    "pal_name": "Front desk",
    "default_face_id": "r4067604db72",
}


_GUIDE: dict[str, Any] = {
    "persona_name": "Museum Guide",
    "system_prompt": "You show visitors around a museum of clocks. Speak in short sentences.",
    "pipeline_mode": "full",
    "context": "The room with the pocket watches is closed today.",
    "default_replica_id": "r4067604db72",
    "greeting": "Welcome! Which clock shall we look at first?",
    "layers": {
        "llm": {"model": "tavus-gpt-oss", "speculative_inference": True},
        "tts": {"tts_engine": "cartesia", "voice_settings": {"speed": "normal"}},
        "perception": {"perception_model": "raven-1", "visual_awareness_queries": ["Is a child in the picture?"]},
        "stt": {"stt_engine": "tavus-auto", "hotwords": "escapement, tourbillon"},
        "conversational_flow": {"turn_detection_model": "sparrow-1", "turn_taking_patience": "high"},
    },
}


OPERATIONS: dict[str, Described] = {
    "POST /v2/personas": Described(
        "Create a persona",
        (
            Answer(
                "The persona.",
                PersonaCreated,
                part_of(EXAMPLE, PersonaCreated),
            ),
        ),
        refusals={400: ("system_prompt is required when pipeline_mode is full", "Invalid replica_id")},
        bodies=(
            Body(
                {
                    "A persona": {
                        "persona_name": "Front desk",
                        "system_prompt": "You welcome visitors and tell them where to go.",
                        "context": "The canteen is on the second floor.",
                        "default_replica_id": "r4067604db72",
                        "layers": {"tts": {"tts_engine": "piper", "voice_settings": {"speed": 0.1}}},
                    },
                    "A guide, with its layers": _GUIDE,
                    "An echo persona": {"persona_name": "Speaker", "pipeline_mode": "echo"},
                }
            ),
        ),
    ),
    "GET /v2/personas": Described(
        "List personas",
        (page_of("personas", PersonaAnswer, EXAMPLE),),
    ),
    "GET /v2/personas/{}": Described(
        "Get a persona",
        (Answer("The persona.", PersonaWhole, {**EXAMPLE, "data": [EXAMPLE]}),),
    ),
    "PATCH /v2/personas/{}": Described(
        "Change a persona",
        (
            Answer("The persona as it is now.", PersonaWhole, {**EXAMPLE, "data": [EXAMPLE]}),
            no_content("The patch changes nothing.", 304),
        ),
        refusals={400: ("[0].path: '/nowhere/else' is not accepted; a path that exists is",)},
        bodies=(
            Body(
                {
                    "JSON Patch": [
                        {"op": "replace", "path": "/system_prompt", "value": "You welcome visitors, briefly."},
                        {"op": "add", "path": "/layers/llm", "value": {"model": "tavus-llama"}},
                    ],
                    "Fields to merge in (RFC 7396)": {"context": "The canteen is closed today."},
                },
                {
                    "anyOf": [
                        PATCH_SCHEMA,
                        {"type": "object", "description": "Fields to merge in (RFC 7396); null removes one."},
                    ]
                },
            ),
        ),
    ),
    "DELETE /v2/personas/{}": Described(
        "Delete a persona",
        (no_content("It is gone."),),
        refusals={400: ("persona_id: pb87e71797da is stock and stays as it is; create one of your own",)},
    ),
}
