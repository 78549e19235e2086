"""The form of every time that the store keeps and the API shows."""

from datetime import UTC, datetime


def utc_now() -> str:
    """Return the present time as `2026-01-31T09:08:07.000123Z`."""
    return timestamp(datetime.now(UTC))


def timestamp(moment: datetime) -> str:
    """Format an aware `moment` as UTC, ISO 8601 with microseconds and Z; such texts sort by time."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
