"""Where a conversation wants its recordings, and the storage that stands for it (seed: Conversation Recordings)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.network import NetworkPolicy
from engine.recording.roles import Role
from engine.recording.s3 import S3Settings, S3Storage
from engine.recording.signed_requests import Patience
from engine.recording.storage import LocalStorage, Storage

USUAL_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that a conversation names, in whichever of the two forms."""

    name: str
    region: str
    role: Role | None

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> "Bucket | None":
        """Read a conversation's properties; None when no S3 bucket is named. `recording_storage` goes before the older form."""
        newer: Mapping[str, Any] = properties.get("recording_storage") or {}
        if newer.get("provider") == "s3" and newer.get("bucket_name"):
            return cls._made(
                newer["bucket_name"],
                newer.get("bucket_region"),
                newer.get("assume_role_arn"),
                newer.get("external_id"),
            )
        name = properties.get("recording_s3_bucket_name")
        if not name:
            return None
        return cls._made(name, properties.get("recording_s3_bucket_region"), properties.get("aws_assume_role_arn"))

    @classmethod
    def _made(cls, name: object, region: object, arn: object, external_id: object = None) -> "Bucket":
        role = Role(str(arn), str(external_id or "")) if arn else None
        return cls(str(name), str(region or USUAL_REGION), role)


@dataclass(frozen=True, slots=True)
class Destinations:
    """The places that this appliance can put recordings in."""

    folder: Path
    """Where they stay unless they go to a bucket."""
    s3: S3Settings
    policy: NetworkPolicy
    patience: Patience | None = None

    def storage(self, properties: Mapping[str, Any]) -> Storage:
        """Return where the recordings of a conversation go: the bucket that it names if there is an endpoint, else the folder.

        Raises InvalidInputError for a bucket or a region that can be none.
        """
        bucket = Bucket.of(properties)
        if bucket is None or not self.s3:
            return LocalStorage(self.folder)
        return S3Storage(
            self.s3, self.policy, bucket=bucket.name, region=bucket.region, role=bucket.role, patience=self.patience
        )
