"""Operations of the room's signalling."""

from engine.api.reference.described import Answer, Body, Described, no_content
from engine.api.room.answers import JoinAnswered, RoomFacts

_UNKNOWN = {404: ("This conversation does not exist",)}
_PRIVATE = {
    401: ("You are not allowed to join this meeting: a meeting token is required",),
    403: ("You are not allowed to join this meeting: the token is for another room",),
}

OPERATIONS: dict[str, Described] = {
    "GET /rooms/{}": Described(
        "Look into a room",
        (
            Answer(
                "What a participant may know.",
                RoomFacts,
                {
                    "conversation_id": "c1f0a2b3c4d5e6f",
                    "conversation_name": "First day",
                    "replica_name": "Front desk",
                    "status": "active",
                    "closed_captions": False,
                    "audio_only": False,
                    "basic_voice": False,
                    "stock_voice": False,
                    "recording_enabled": False,
                    "ice_servers": [
                        {
                            "urls": ["turn:turn.example:3478?transport=udp"],
                            "username": "1772450640:9f2c1e7ab04d5368",
                            "credential": "0gbfV3pGk7n2dY1s8Zt5wqXJrLc=",
                        }
                    ],
                },
            ),
        ),
        refusals={**_UNKNOWN, **_PRIVATE, 503: ("The database cannot be read or written at present",)},
    ),
    "POST /rooms/{}/join": Described(
        "Join a room",
        (
            Answer(
                "The answer to the participant's SDP offer.",
                JoinAnswered,
                {
                    "sdp": "v=0\r\n...",
                    "type": "answer",
                    "session_id": "0d3c9e6a41f24b7f",
                    "resume_token": "kq0PzM3sR1yX7b2cVn8WdJt5",
                    "replica_name": "Front desk",
                },
            ),
        ),
        refusals={
            **_UNKNOWN,
            **_PRIVATE,
            400: ("The offer is not an SDP session description",),
            409: ("This conversation has ended",),
            429: ("Too many attempts to join from this address",),
            503: ("The database cannot be read or written at present",),
        },
        bodies=(
            Body(
                {
                    "An offer": {"sdp": "v=0\r\n...", "type": "offer", "user_name": "Sam"},
                    "Somebody who is back": {
                        "sdp": "v=0\r\n...",
                        "type": "offer",
                        "resume_token": "kq0PzM3sR1yX7b2cVn8WdJt5",
                    },
                }
            ),
        ),
    ),
    "POST /rooms/{}/leave": Described(
        "Leave a room",
        (no_content("The participant is out."),),
        refusals={**_UNKNOWN, 503: ("The database cannot be read or written at present",)},
        bodies=(
            Body(
                {
                    "For good": {"resume_token": "kq0PzM3sR1yX7b2cVn8WdJt5"},
                    "A page that is closed or loaded again": {
                        "resume_token": "kq0PzM3sR1yX7b2cVn8WdJt5",
                        "may_return": True,
                    },
                },
                {
                    "type": "object",
                    "required": ["resume_token"],
                    "properties": {
                        "resume_token": {
                            "type": "string",
                            "maxLength": 200,
                            "description": "What joining was answered with.",
                        },
                        "may_return": {
                            "type": "boolean",
                            "default": False,
                            "description": "Keep the place for ten seconds, in case the participant joins with it again.",
                        },
                    },
                },
            ),
        ),
    ),
}
