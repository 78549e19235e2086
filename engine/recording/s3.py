"""Uploads to S3-compatible endpoints: in parts, each retried, and nothing local goes before the whole has arrived."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import httpx

from engine.errors import InvalidInputError
from engine.network import NetworkPolicy, NetworkRefusedError, Resolver, check_url, resolve
from engine.recording.roles import Role, assume
from engine.recording.signatures import Credentials
from engine.recording.signed_requests import Patience, Request, SignedRequests
from engine.recording.storage import Storage, StorageError, Stored, check_key
from engine.secret import Secret
from engine.settings import Settings
from models.durable import discard

PART_SIZE: Final = 16 << 20
"""Bytes sent at once and held in memory; 10,000 parts (S3's limit) are 160 GiB."""
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION: Final = re.compile(r"[a-z0-9-]{1,64}")
_CONTENT_TYPES: Final = {".mp4": "video/mp4", ".vtt": "text/vtt; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class S3Settings:
    """The endpoint for recordings that do not stay here (`VISAVIS_S3_...`)."""

    endpoint: str = ""
    """`https://host[:port]`; buckets are addressed by path below it. Empty: there is none."""
    access_key: str = ""
    secret_key: Secret = field(default_factory=Secret)
    sts: bool = False
    """Whether the endpoint lends the roles that conversations name; else the keys above are used, whatever role is named."""

    def __post_init__(self) -> None:
        if not self.endpoint:
            return
        check_url("VISAVIS_S3_ENDPOINT", self.endpoint)
        if re.search("[?#]", self.endpoint):
            raise InvalidInputError("VISAVIS_S3_ENDPOINT", self.endpoint, "a URL without query is")
        if not self.access_key or not self.secret_key:
            accepted = "with VISAVIS_S3_ENDPOINT, an access key and a secret key (VISAVIS_S3_SECRET_KEY) are"
            raise InvalidInputError("VISAVIS_S3_ACCESS_KEY", self.access_key, accepted)

    def __bool__(self) -> bool:
        return bool(self.endpoint)

    @classmethod
    def of(cls, settings: Settings) -> "S3Settings":
        """Read the settings of the appliance. Raises InvalidInputError."""
        return cls(settings.s3_endpoint, settings.s3_access_key, settings.s3_secret_key, settings.s3_sts)


class S3Storage(Storage):
    """One bucket of an endpoint."""

    def __init__(
        self,
        settings: S3Settings,
        policy: NetworkPolicy,
        *,
        bucket: str,
        region: str = "us-east-1",
        role: Role | None = None,
        patience: Patience | None = None,
        part_size: int = PART_SIZE,
        resolver: Resolver = resolve,
    ) -> None:
        """Raises InvalidInputError for names that are none, or when no endpoint is set."""
        if not settings:
            raise InvalidInputError("recording_s3_bucket_name", bucket, "only with VISAVIS_S3_ENDPOINT set a bucket is")
        if not _BUCKET.fullmatch(bucket) or ".." in bucket:
            accepted = "3 to 63 lower-case letters, digits, dots and hyphens are"
            raise InvalidInputError("recording_s3_bucket_name", bucket, accepted)
        if not _REGION.fullmatch(region):
            raise InvalidInputError("recording_s3_bucket_region", region, "a region's name such as us-east-1 is")
        self._bucket = bucket
        self._endpoint = settings.endpoint.rstrip("/")
        self._keys = Credentials(settings.access_key, settings.secret_key)
        self._role = role if settings.sts else None
        self._requests = SignedRequests(policy, region=region, patience=patience, resolver=resolver)
        self._part_size = part_size

    async def store(self, file: Path, key: str) -> Stored:
        """Upload a file, then remove it. Raises InvalidInputError, StorageError, NetworkRefusedError, OSError."""
        url = f"{self._endpoint}/{self._bucket}/{check_key(key)}"
        content_type = _CONTENT_TYPES.get(file.suffix, "application/octet-stream")
        size = (await asyncio.to_thread(file.stat)).st_size
        async with self._requests.client() as client:
            who = self._keys
            if self._role is not None:
                who = await assume(self._requests, client, self._endpoint, who, self._role)
            if size <= self._part_size:
                request = Request("PUT", url, await asyncio.to_thread(file.read_bytes), content_type)
                await self._requests.ask(client, request, who)
            else:
                begun = await self._requests.ask(client, Request("POST", f"{url}?uploads=", b"", content_type), who)
                upload_id = str(httpx.QueryParams({"uploadId": begun.element("UploadId")}))
                await _InParts(self._requests, client, who, url, upload_id).send(file, size, self._part_size)
        await asyncio.to_thread(discard, file)
        return Stored(self._bucket, key)


@dataclass(frozen=True, slots=True)
class _InParts:
    """A multipart upload under way."""

    requests: SignedRequests
    client: httpx.AsyncClient
    who: Credentials
    url: str
    upload_id: str
    """As a query."""

    async def send(self, file: Path, size: int, part_size: int) -> None:
        """Send all parts and have them put together; else have them removed: parts that nobody puts together are paid for."""
        try:
            marks = [
                await self._part(number, await asyncio.to_thread(_read, file, start, part_size))
                for number, start in enumerate(range(0, size, part_size), 1)
            ]
            await self._put_together(marks)
        except BaseException:
            await asyncio.shield(self._abort())
            raise

    async def _part(self, number: int, content: bytes) -> str:
        request = Request("PUT", f"{self.url}?partNumber={number}&{self.upload_id}", content)
        mark = (await self.requests.ask(self.client, request, self.who)).headers.get("etag", "")
        if not mark:
            raise StorageError("the endpoint took a part and gave no ETag for it")
        return mark

    async def _put_together(self, marks: list[str]) -> None:
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(mark)}</ETag></Part>"
            for number, mark in enumerate(marks, 1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        request = Request("POST", f"{self.url}?{self.upload_id}", body, "application/xml")
        await self.requests.ask(self.client, request, self.who)

    async def _abort(self) -> None:
        # An endpoint that is gone cannot be told; its owner's rules for unfinished uploads are left.
        with contextlib.suppress(StorageError, NetworkRefusedError):
            request = Request("DELETE", f"{self.url}?{self.upload_id}")
            await self.requests.ask_once(self.client, request, self.who)


def _read(file: Path, start: int, size: int) -> bytes:
    with file.open("rb") as stream:
        stream.seek(start)
        return stream.read(size)
