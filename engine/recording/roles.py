"""Roles that an endpoint lends for a while (STS AssumeRole, `VISAVIS_S3_STS`)."""

from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from engine.recording.signatures import Credentials, Service
from engine.recording.signed_requests import Request, SignedRequests
from engine.secret import Secret

_SESSION = "visavis"
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Role:
    """A role that a conversation names for its recording."""

    arn: str
    external_id: str = ""
    """What the role's owner asks for besides; empty: nothing."""


async def assume(
    requests: SignedRequests, client: httpx.AsyncClient, endpoint: str, who: Credentials, role: Role
) -> Credentials:
    """Return the credentials of a role, good for an hour. Raises StorageError, NetworkRefusedError."""
    asked = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": role.arn, "RoleSessionName": _SESSION}
    asked |= {"ExternalId": role.external_id} if role.external_id else {}
    request = Request("POST", f"{endpoint}/", urlencode(asked).encode(), _FORM, Service.ROLES)
    answer = await requests.ask(client, request, who)
    return Credentials(
        answer.element("AccessKeyId"), Secret(answer.element("SecretAccessKey")), Secret(answer.element("SessionToken"))
    )
