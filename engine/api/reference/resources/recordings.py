"""Operations on the recordings of a conversation."""

from engine.api.conversations.recordings import RecordingAnswer, RecordingList
from engine.api.reference.described import Answer, Described, no_content

_HERE = "http://127.0.0.1:8765/v2/conversations/c1f0a2b3c4d5e6f/recordings/d7c2b9a4e1f60835"
_EXAMPLE = {
    "recording_id": "d7c2b9a4e1f60835",
    "conversation_id": "c1f0a2b3c4d5e6f",
    "status": "ready",
    "bucket_name": "local",
    "s3_key": "c1f0a2b3c4d5e6f/recording-20260302T091724-120934Z.mp4",
    "duration": 184.32,
    "size": 23117402,
    "error": "",
    "video_url": f"{_HERE}/video",
    "captions_url": f"{_HERE}/captions",
    "created_at": "2026-03-02T09:17:24.120934Z",
    "updated_at": "2026-03-02T09:20:29.004512Z",
}
_RUNNING = {**_EXAMPLE, "status": "recording", "duration": 0.0, "size": 0, "video_url": None, "captions_url": None}
_UNREADABLE = {
    404: (
        "Recording not found",
        "This recording lies in the bucket calls under c1f0a2b3c4d5e6f/recording-20260302.mp4",
    ),
    409: ("This recording still runs; it can be read once it has ended",),
    416: ("The file has 23117402 bytes",),
}
_BYTES = "(bytes)"
_CAPTIONS = "WEBVTT\n\n00:00:04.200 --> 00:00:05.800\n<v Sam>Where do I get my badge?\n\n"

OPERATIONS: dict[str, Described] = {
    "POST /v2/conversations/{}/recordings": Described(
        "Start a recording",
        (Answer("It runs.", RecordingAnswer, _RUNNING, status=201),),
        refusals={
            400: ("properties.enable_recording: False is not accepted; to record a conversation, true is",),
            409: ("This conversation is being recorded already", "This conversation has ended"),
            507: ("The conversation cannot be recorded: the disk has no room",),
        },
    ),
    "POST /v2/conversations/{}/recordings/stop": Described(
        "Stop a recording",
        (no_content("It has ended, and is made whole in the background."),),
        refusals={409: ("This conversation is not being recorded", "This conversation has ended")},
    ),
    "GET /v2/conversations/{}/recordings": Described(
        "List the recordings of a conversation",
        (Answer("All of them.", RecordingList, {"data": [_EXAMPLE], "total_count": 1}),),
    ),
    "GET /v2/conversations/{}/recordings/{}": Described(
        "Get a recording", (Answer("What is known of it.", RecordingAnswer, _EXAMPLE),)
    ),
    "GET /v2/conversations/{}/recordings/{}/video": Described(
        "Download a recording",
        (
            Answer("The whole MP4 (H.264 and AAC).", texts={"video/mp4": _BYTES}),
            Answer("The bytes that `Range` asked for.", texts={"video/mp4": _BYTES}, status=206),
            no_content("The file is the one that `If-None-Match` names.", 304),
        ),
        refusals=_UNREADABLE,
    ),
    "GET /v2/conversations/{}/recordings/{}/captions": Described(
        "Download the captions of a recording",
        (
            Answer("The whole file.", texts={"text/vtt": _CAPTIONS}),
            Answer("The bytes that `Range` asked for.", texts={"text/vtt": _CAPTIONS}, status=206),
            no_content("The file is the one that `If-None-Match` names.", 304),
        ),
        refusals={
            **_UNREADABLE,
            404: (*_UNREADABLE[404], "Nothing was said in this recording, so it has no captions"),
        },
    ),
}
