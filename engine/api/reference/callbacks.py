"""The callbacks, as OpenAPI 3.1 `webhooks`: every payload with its schema and an example."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.api.contract.model import AnswerModel
from engine.api.reference.callback_models import (
    DocumentCallback,
    PerceptionAnalysisCallback,
    RecordingReadyCallback,
    ReplicaCallback,
    ReplicaJoinedCallback,
    ShutdownCallback,
    TranscriptionReadyCallback,
    VideoCallback,
)
from engine.api.reference.components import reference_to
from engine.api.reference.described import JSON

SENT = "2026-03-02T09:30:12.250000Z"
_CONVERSATION = {"conversation_id": "c1f0a2b3c4d5e6f", "webhook_url": "https://example.test/callbacks"}


@dataclass(frozen=True, slots=True)
class Webhook:
    """One kind of callback."""

    summary: str
    description: str
    model: type[AnswerModel]
    example: Mapping[str, Any]
    tag: str


def _call(event_type: str, properties: dict[str, Any]) -> dict[str, Any]:
    kind = event_type.partition(".")[0]
    return {
        "properties": properties,
        **_CONVERSATION,
        "event_type": event_type,
        "message_type": kind,
        "timestamp": SENT,
    }


_VIDEO = {
    "video_id": "5a1c0f93be",
    "video_name": "Welcome",
    "replica_id": "r4067604db72",
    "data": {"script": "Welcome to the team."},
    "created_at": "2026-03-02 09:30:12.250000",
    "updated_at": "2026-03-02 09:31:40.118000",
}

WEBHOOKS: dict[str, Webhook] = {
    "system.replica_joined": Webhook(
        "Replica joined",
        "The replica is in the room; a participant who joins now is met by it.",
        ReplicaJoinedCallback,
        _call("system.replica_joined", {"replica_id": "r4067604db72"}),
        "Conversations",
    ),
    "system.shutdown": Webhook(
        "Room shut down",
        "The conversation has ended. `shutdown_reason` is `max_call_duration`, `participant_left_timeout`, "
        "`participant_absent_timeout`, `end_conversation_endpoint_hit`, `bot_could_not_join_meeting_it_was_probably_ended`, "
        "`daily_room_has_been_deleted`, `exception_encountered_during_conversation_startup`, or "
        "`internal error occurred at step ...`.",
        ShutdownCallback,
        _call(
            "system.shutdown",
            {
                "replica_id": "r4067604db72",
                "shutdown_reason": "participant_left_timeout",
                "reason": "participant_left_timeout",
            },
        ),
        "Conversations",
    ),
    "application.transcription_ready": Webhook(
        "Transcript ready",
        "Sent after a conversation has ended; the first entry is the system message.",
        TranscriptionReadyCallback,
        _call(
            "application.transcription_ready",
            {
                "replica_id": "r4067604db72",
                "transcript": [
                    {"role": "system", "content": "You help new colleagues on their first day."},
                    {
                        "role": "user",
                        "content": "Where do I get my badge?",
                        "seconds_from_start": 4.2,
                        "duration": 1.6,
                        "inference_id": "0d3c9e6a41f24b7f",
                    },
                    {
                        "role": "assistant",
                        "content": "At the desk on the ground floor.",
                        "seconds_from_start": 6.6,
                        "duration": 2.1,
                        "inference_id": "0d3c9e6a41f24b7f",
                    },
                ],
            },
        ),
        "Conversations",
    ),
    "application.recording_ready": Webhook(
        "Recording ready",
        "Sent for each recording, once it lies in the folder or bucket.",
        RecordingReadyCallback,
        _call(
            "application.recording_ready",
            {"bucket_name": "local", "s3_key": "c1f0a2b3c4d5e6f/1741.mp4", "duration": 42},
        ),
        "Conversations",
    ),
    "application.perception_analysis": Webhook(
        "Perception analysis",
        "Sent after a conversation has ended whose persona looks at its participants.",
        PerceptionAnalysisCallback,
        _call("application.perception_analysis", {"analysis": "One person, at a desk, attentive throughout."}),
        "Conversations",
    ),
    "replica.ready": Webhook(
        "Replica trained",
        "Sent to the replica's `callback_url`.",
        ReplicaCallback,
        {"replica_id": "r0c1d2e3f4a5", "status": "ready"},
        "Replicas",
    ),
    "replica.error": Webhook(
        "Replica training failed",
        "Sent to the replica's `callback_url`; `error_message` says why.",
        ReplicaCallback,
        {"replica_id": "r0c1d2e3f4a5", "status": "error", "error_message": "The video is shorter than a minute."},
        "Replicas",
    ),
    "video.ready": Webhook(
        "Video ready",
        "Sent to the video's `callback_url`.",
        VideoCallback,
        {
            **_VIDEO,
            "status": "ready",
            "status_details": "The video is ready.",
            "generation_progress": "100/100",
            "download_url": "http://127.0.0.1:8765/video/5a1c0f93be.mp4",
            "hosted_url": "http://127.0.0.1:8765/video/5a1c0f93be",
            "stream_url": "http://127.0.0.1:8765/video/5a1c0f93be.m3u8",
        },
        "Videos",
    ),
    "video.error": Webhook(
        "Video failed",
        "Sent to the video's `callback_url`; `status_details` says why.",
        VideoCallback,
        {
            **_VIDEO,
            "status": "error",
            "status_details": "The audio file cannot be read.",
            "error_details": None,
            "generation_progress": "0/100",
            "download_url": None,
            "hosted_url": "http://127.0.0.1:8765/video/5a1c0f93be",
            "stream_url": None,
        },
        "Videos",
    ),
    "document.status": Webhook(
        "Document status",
        "Sent to the document's `callback_url` whenever its status changes.",
        DocumentCallback,
        {
            "document_id": "d1a2b3c4d5e6",
            "document_name": "House rules",
            "document_url": "https://example.test/rules.pdf",
            "status": "ready",
            "progress": 100,
            "error_message": None,
            "updated_at": SENT,
        },
        "Documents",
    ),
}
"""By event; the names of those that carry no `event_type` are ours."""

HEADERS = {
    "webhook-id": "The same at every try of a callback: a receiver that has seen it drops the repetition.",
    "webhook-timestamp": "When this try was made, in whole seconds since the epoch.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`.",
    "x-visavis-delivery": "The delivery, as `/v2/webhook-deliveries` lists it.",
}


def webhook_models() -> list[type[AnswerModel]]:
    """Return the models of all payloads."""
    return [webhook.model for webhook in WEBHOOKS.values()]


def webhooks() -> dict[str, Any]:
    """Return the `webhooks` of the document."""
    return {name: {"post": _operation(name, webhook)} for name, webhook in WEBHOOKS.items()}


def _operation(name: str, webhook: Webhook) -> dict[str, Any]:
    return {
        "tags": [webhook.tag],
        "summary": webhook.summary,
        "description": webhook.description,
        "operationId": "on_" + name.replace(".", "_"),
        "security": [],
        "parameters": [
            {"name": header, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for header, text in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": reference_to(webhook.model),
                    "examples": {"example": {"summary": webhook.summary, "value": dict(webhook.example)}},
                }
            },
        },
        "responses": {
            "2XX": {"description": "The callback has arrived. Anything else, or nothing within 10 s, is tried again."}
        },
    }
