"""Requests signed as S3-compatible endpoints want them (AWS Signature Version 4)."""

from dataclasses import dataclass, field
from enum import StrEnum

from engine.secret import Secret


class Service(StrEnum):
    """What of an endpoint is asked."""

    OBJECTS = "s3"
    ROLES = "sts"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks."""

    access_key: str
    secret_key: Secret
    token: Secret = field(default_factory=Secret)
    """Of a role that was assumed for a while."""


def signed(
    method: str,
    url: str,
    body: bytes,
    credentials: Credentials,
    *,
    region: str,
    service: Service = Service.OBJECTS,
    headers: dict[str, str] | None = None,
) -> dict[str, str]:
    """Return `headers` and those that sign a request, its body included; `Host` is the one of `url`."""
    # Imported here: most appliances keep their recordings.
    from botocore import auth, awsrequest  # type: ignore[import-untyped]
    from botocore import credentials as parts

    who = parts.Credentials(credentials.access_key, credentials.secret_key.reveal(), credentials.token.reveal() or None)
    request = awsrequest.AWSRequest(method=method, url=url, data=body, headers=headers or {})
    signer = auth.S3SigV4Auth if service is Service.OBJECTS else auth.SigV4Auth
    signer(who, service.value, region).add_auth(request)
    return dict(request.headers.items())
