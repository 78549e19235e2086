"""How a video is named and told: its default name, its times, its addresses, its callback."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from engine.store.outbox import Callback
from engine.store.records import ResourceRecord


def video_name(record: ResourceRecord) -> str:
    """Return the given name, or one made of the replica, the day and the video."""
    if record.name:
        return record.name
    made = _moment(record.created_at)
    day = f"{made:%B} {made.day}, {made.year}"
    return f"replica_id: {record.fields['replica_id']} - {day} - video: {record.resource_id}"


def video_data(record: ResourceRecord) -> dict[str, Any]:
    """Return what the replica says: `script` or `audio_url`."""
    return {name: record.fields[name] for name in ("script", "audio_url") if record.fields.get(name)}


def hosted_url(record: ResourceRecord, base_url: str) -> str:
    """Return where a person watches the video."""
    return f"{base_url.rstrip('/')}/video/{record.resource_id}"


def absolute(address: str | None, base_url: str) -> str | None:
    """Return the URL of a path on the appliance; a URL stays as it is, and nothing stays None."""
    if not address:
        return None
    return f"{base_url.rstrip('/')}{address}" if address.startswith("/") else address


def http_date(timestamp: str) -> str:
    """Return a time of the store as `Tue, 24 Jun 2025 07:01:57 GMT`."""
    return format_datetime(_moment(timestamp), usegmt=True)


def video_callback(record: ResourceRecord, base_url: str) -> Callback:
    """Return what `callback_url` is told when a video is ready or failed."""
    fields = record.fields
    payload = {
        "created_at": _spaced(record.created_at),
        "data": video_data(record),
        "download_url": absolute(fields.get("download_url"), base_url),
        "generation_progress": fields["generation_progress"],
        "hosted_url": hosted_url(record, base_url),
        "replica_id": fields["replica_id"],
        "status": record.status,
        "status_details": fields["status_details"],
        "stream_url": absolute(fields.get("stream_url"), base_url),
        "updated_at": _spaced(record.updated_at),
        "video_id": record.resource_id,
        "video_name": video_name(record),
    }
    if record.status == "error":
        payload["error_details"] = None
    return Callback(fields.get("callback_url") or "", payload)


def _moment(timestamp: str) -> datetime:
    return datetime.fromisoformat(timestamp)


def _spaced(timestamp: str) -> str:
    return timestamp.replace("T", " ").removesuffix("Z")
