"""Every field of every layer, with what it takes."""

from typing import Any

TOOL = {
    "type": "function",
    "function": {
        "name": "note_a_lamp",
        "description": "Called when a lamp is seen.",
        "parameters": {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]},
    },
}
WHOLE: dict[str, dict[str, Any]] = {
    "perception": {
        "perception_model": "raven-1",
        "ambient_awareness": True,
        "ambient_awareness_queries": ["Is a lamp on?"],
        "perception_analysis_queries": ["How often was the lamp on?"],
        "perception_tool_prompt": "Call note_a_lamp for a lamp.",
        "perception_tools": [TOOL],
        "tool_prompt": "",
        "visual_awareness_queries": ["Is the room bright?"],
        "visual_tool_prompt": "Call note_a_lamp.",
        "visual_tools": [{"name": "note_a_lamp", "description": "A lamp."}],
        "audio_awareness_queries": ["Is there music?"],
        "audio_tool_prompt": "Call note_a_lamp when one hums.",
        "audio_tools": [TOOL],
    },
    "stt": {
        "stt_engine": "tavus-deepgram-medical",
        "hotwords": "lumen, candela",
        "smart_turn_detection": True,
        "participant_pause_sensitivity": "medium",
        "participant_interrupt_sensitivity": "superlow",
    },
    "conversational_flow": {
        "turn_detection_model": "time-based",
        "turn_taking_patience": "high",
        "turn_commitment": "medium",
        "replica_interruptibility": "verylow",
        "voice_isolation": "near",
        "wake_phrase": "Hello lamp",
        "idle_engagement": "patient",
    },
    "llm": {
        "model": "lamp-7b",
        "base_url": "http://127.0.0.1:9000/v1",
        "api_key": "",
        "tools": [TOOL],
        "speculative_inference": "true",
        "headers": {"X-Lamp": "on"},
        "extra_body": {"temperature": 3, "stop": None, "nested": {"a": [1, {"b": None}]}},
        "default_query": {"api-version": "2024-02-15", "n": 1, "stream": True},
    },
    "tts": {
        "tts_engine": "elevenlabs",
        "api_key": "",
        "external_voice_id": "alba",
        "voice_id": "alba",
        "tts_model_name": "multi_2",
        "tts_emotion_control": "true",
        "voice_settings": {
            "speed": 0.9,
            "pitch": -2.5,
            "volume": 1.5,
            "emotion": ["positivity:high", "curiosity"],
            "stability": 0,
            "similarity_boost": 1.0,
            "style": 0.25,
            "use_speaker_boost": False,
        },
    },
    "transport": {"transport_type": "livekit", "input_settings": {"audio": {"processor": "none"}}},
}
WORDS = {
    "perception.perception_model": ["raven-1", "raven-0", "basic", "off"],
    "stt.stt_engine": [
        "tavus-auto",
        "tavus-parakeet",
        "tavus-soniox",
        "tavus-whisper",
        "tavus-deepgram-medical",
        "tavus-advanced",
    ],
    "stt.participant_pause_sensitivity": ["low", "medium", "high"],
    "stt.participant_interrupt_sensitivity": ["low", "medium", "high"],
    "conversational_flow.turn_detection_model": ["sparrow-1", "sparrow-0", "time-based"],
    "conversational_flow.turn_taking_patience": ["low", "medium", "high"],
    "conversational_flow.turn_commitment": ["low", "medium", "high"],
    "conversational_flow.replica_interruptibility": ["verylow", "low", "medium", "high"],
    "conversational_flow.voice_isolation": ["off", "near"],
    "conversational_flow.idle_engagement": ["off", "patient", "eager"],
    "tts.tts_engine": ["cartesia", "elevenlabs", "playht", "azure", "piper"],
    "transport.transport_type": ["daily", "webrtc", "livekit"],
}
FRACTIONS = [f"tts.voice_settings.{name}" for name in ("stability", "similarity_boost", "style")]
TRUTHS = [
    "perception.ambient_awareness",
    "stt.smart_turn_detection",
    "llm.speculative_inference",
    "tts.tts_emotion_control",
    "tts.voice_settings.use_speaker_boost",
]
