"""Operations on conversations as they run: turns, events, transcripts, interactions."""

from engine.api.conversations.answers import InteractionAccepted, TranscriptAnswer, TurnList
from engine.api.reference.described import Answer, Body, Described, no_content

_ACCEPTED = {"conversation_id": "c1f0a2b3c4d5e6f", "event_type": "conversation.echo", "status": "accepted"}
_ENDED = {
    400: ("event_type: 'conversation.dance' is not accepted; one of conversation.echo, conversation.respond is",),
    409: ("This conversation has ended",),
}
_ECHO = {
    "message_type": "conversation",
    "event_type": "conversation.echo",
    "properties": {"modality": "text", "text": "We are about to begin."},
}
_SOUND = {
    "message_type": "conversation",
    "event_type": "conversation.echo",
    "properties": {
        "modality": "audio",
        "audio": "AAABAAIAAwAEAAUABgAHAA==",
        "sample_rate": 24000,
        "inference_id": "utterance-1",
        "done": True,
    },
}
_APPEND = {
    "message_type": "conversation",
    "event_type": "conversation.append_llm_context",
    "properties": {"context": "The lift is out of order until noon."},
}
_OVERWRITE = {
    "message_type": "conversation",
    "event_type": "conversation.overwrite_llm_context",
    "properties": {"context": "The visitor is called Sam and has an appointment at ten."},
}
_SENSITIVITY = {
    "message_type": "conversation",
    "event_type": "conversation.sensitivity",
    "properties": {"participant_pause_sensitivity": "low", "participant_interrupt_sensitivity": "verylow"},
}
_EMOTION = {
    "message_type": "conversation",
    "event_type": "conversation.set_emotion",
    "properties": {"emotion": "happiness"},
}
_INTERRUPT = {"message_type": "conversation", "event_type": "conversation.interrupt"}
_RESPOND = {
    "message_type": "conversation",
    "event_type": "conversation.respond",
    "properties": {"text": "Where do I get my badge?"},
}
_TURN = {
    "turn_idx": 3,
    "inference_id": "0d3c9e6a41f24b7f",
    "outcome": "answered",
    "last_voiced_at": 5120.25,
    "first_sound_ms": 871.4,
    "stages": [
        {"name": "pause", "start_ms": 0.0, "end_ms": 203.1, "cancelled": False},
        {"name": "stt", "start_ms": 203.3, "end_ms": 301.5, "cancelled": False},
        {"name": "end_of_turn", "start_ms": 203.4, "end_ms": 284.0, "cancelled": False},
        {"name": "llm_first_clause", "start_ms": 302.0, "end_ms": 640.2, "cancelled": False},
        {"name": "tts_first_clause", "start_ms": 640.4, "end_ms": 802.7, "cancelled": False},
    ],
}
_EVENT = '{"message_type": "conversation", "event_type": "conversation.replica.started_speaking"}'

OPERATIONS: dict[str, Described] = {
    "GET /v2/conversations/{}/turns": Described(
        "List the turns of a conversation",
        (
            Answer(
                "The latest turns, each with its stages in milliseconds after the person's last voiced sample. Of conversations that "
                "have ended, the last 200 turns of the whole installation are kept.",
                TurnList,
                {"data": [_TURN], "total_count": 1},
            ),
        ),
    ),
    "POST /v2/conversations/{}/events": Described(
        "Send an interaction to a conversation",
        (Answer("The call has taken it.", InteractionAccepted, _ACCEPTED),),
        refusals=_ENDED,
        bodies=(
            Body(
                {
                    "Say exactly this": _ECHO,
                    "Play this sound, the last piece of a stream": _SOUND,
                    "Answer this as if a person had said it": _RESPOND,
                    "Stop talking": _INTERRUPT,
                    "Know this as well": _APPEND,
                    "Know this instead": _OVERWRITE,
                    "Wait longer in pauses, and stop at the first word": _SENSITIVITY,
                    "Look happy": _EMOTION,
                }
            ),
        ),
    ),
    "GET /v2/conversations/{}/events": Described(
        "Follow a conversation",
        (
            Answer(
                "Server-sent events, until the conversation ends.",
                texts={"text/event-stream": f"retry: 2000\n\nid: 1772443812250000\ndata: {_EVENT}\n\n"},
            ),
            no_content("It has ended, and there is nothing after `Last-Event-ID`."),
        ),
        refusals={400: ("last-event-id: 'x' is not accepted; input should be a valid integer",)},
    ),
    "GET /v2/conversations/{}/transcript": Described(
        "Read a transcript",
        (
            Answer(
                "The transcript; of a running conversation, its words so far.",
                TranscriptAnswer,
                {
                    "conversation_id": "c1f0a2b3c4d5e6f",
                    "status": "ended",
                    "transcript": [
                        {
                            "role": "user",
                            "content": "Where do I get my badge?",
                            "seconds_from_start": 4.2,
                            "duration": 1.6,
                            "inference_id": "0d3c9e6a41f24b7f",
                        }
                    ],
                },
                texts={
                    "text/plain": "[00:00:04] User: Where do I get my badge?\n",
                    "application/x-subrip": "1\n00:00:04,200 --> 00:00:05,800\nUser: Where do I get my badge?\n\n",
                    "text/vtt": "WEBVTT\n\n1\n00:00:04.200 --> 00:00:05.800\n<v User>Where do I get my badge?\n\n",
                },
            ),
        ),
        refusals={
            404: ("Transcript not found",),
            409: ("The conversation is ending; its transcript is there in a moment",),
        },
    ),
    "POST /v2/interactions": Described(
        "Send an interaction",
        (Answer("The call has taken it.", InteractionAccepted, _ACCEPTED),),
        refusals={400: ("Invalid conversation_id", *_ENDED[400]), 409: _ENDED[409]},
        bodies=(Body({"Say exactly this": {**_ECHO, "conversation_id": "c1f0a2b3c4d5e6f"}}),),
    ),
}
