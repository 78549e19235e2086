"""What holds for a conversation beyond its fields: defaults, what cannot be begun yet, and what is kept without effect."""

from pathlib import Path
from typing import Any

from engine.api.conversations.bodies import LONGEST_CALL_S, ConversationCreate, ConversationProperties
from engine.api.personas.rules import not_built
from engine.network import NetworkPolicy, check_url
from engine.recording.destinations import Bucket, Destinations
from engine.recording.s3 import S3Settings

STORED_ONLY = (
    "memory_stores",
    "document_ids",
    "document_tags",
    "document_retrieval_strategy",
    "meeting_url",
    "properties.aws_assume_role_arn",
    "properties.background_source_url",
    "properties.livekit_room_token",
    "properties.livekit_ws_url",
    "properties.recording_s3_bucket_name",
    "properties.recording_s3_bucket_region",
    "properties.recording_storage",
)
"""Wishes that are kept and shown, and that nothing acts on yet."""

DEFAULT_PROPERTIES: dict[str, Any] = {
    "max_call_duration": LONGEST_CALL_S,
    "participant_left_timeout": 0,
    "participant_absent_timeout": 300,
}
"""What holds for a property that is not given."""


def check_urls(body: ConversationCreate) -> None:
    """Raise InvalidInputError for a URL that can be none."""
    if body.callback_url:
        check_url("callback_url", body.callback_url)
    if body.meeting_url:
        check_url("meeting_url", body.meeting_url)
    if body.properties and body.properties.background_source_url:
        check_url("properties.background_source_url", body.properties.background_source_url)


def check_startable(body: ConversationCreate) -> None:
    """Raise ApiError for a wish that this version cannot fulfil and that would mislead when ignored."""
    properties = body.properties or ConversationProperties()
    for name in ("livekit_ws_url", "livekit_room_token"):
        if getattr(properties, name):
            raise not_built(f"properties.{name}", "livekit", "the room is reached by conversation_url")
    if body.meeting_url:
        raise not_built("meeting_url", "joining a meeting elsewhere", "the room is reached by conversation_url")


def stored_only(properties: dict[str, Any], fields: dict[str, Any], s3: S3Settings) -> list[str]:
    """Name what a conversation asks for and nothing acts on; without an S3 endpoint recordings stay here, whatever bucket is named."""
    given = {**fields, **{f"properties.{name}": value for name, value in properties.items()}}
    acted_on = _acted_on(properties, s3)
    return [name for name in STORED_ONLY if given.get(name) and name not in acted_on]


def check_bucket(body: ConversationCreate, s3: S3Settings) -> None:
    """Raise InvalidInputError for a bucket or a region of a known endpoint that can be none."""
    properties = body.given.get("properties", {})
    Destinations(Path(), s3, NetworkPolicy()).storage(properties)


def _acted_on(properties: dict[str, Any], s3: S3Settings) -> set[str]:
    bucket = Bucket.of(properties) if s3 else None
    if bucket is None:
        return set()
    newer = (properties.get("recording_storage") or {}).get("provider") == "s3"
    older = {"properties.recording_s3_bucket_name", "properties.recording_s3_bucket_region"}
    role = {"properties.aws_assume_role_arn"} if s3.sts else set()
    return {"properties.recording_storage"} if newer else older | role
