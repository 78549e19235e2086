"""The HTTP calls of a participant: joining a room and leaving it."""

import contextlib
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from aiortc import RTCIceServer

from engine.room.client.address import RoomAddress
from engine.room.client.errors import RoomError, UnreachableError, refusal

CONNECT_WITHIN = 10.0
"""Seconds."""
CONNECT_AGAIN_WITHIN = 1.5
"""Seconds: while a network is away nothing answers, and a new attempt is sooner through than an old one that TCP repeats ever later."""
ANSWER_WITHIN = 20.0
"""Seconds."""
KEPT_OPEN = 1.0
"""Seconds: over an older connection a request may be sent into a network that is gone, and TCP repeats it ever later."""


@dataclass(frozen=True, slots=True)
class JoinAnswer:
    """What the room answers an offer with."""

    sdp: str
    session_id: str
    """Names the participant in the room."""
    replica_name: str
    resume_token: str | None = field(repr=False)
    """Takes the same place again after a broken connection; None from a room that keeps no places."""


class Signalling:
    """The way of one participant to one room. `tls` is what an `https` address is checked against: by default the usual authorities,
    an appliance with a certificate of its own needs a context that trusts it."""

    def __init__(self, address: RoomAddress, tls: ssl.SSLContext | None = None) -> None:
        self._base = f"{address.base_url}/rooms/{quote(address.conversation_id, safe='')}"
        headers = {"authorization": f"Bearer {address.token}"} if address.token else {}
        self._http = httpx.AsyncClient(
            headers=headers,
            limits=httpx.Limits(keepalive_expiry=KEPT_OPEN),
            verify=tls or True,
            # A proxy of the environment has no business between two programs of one machine or network.
            trust_env=False,
        )

    async def ice_servers(self, resume_token: str | None = None) -> list[RTCIceServer]:
        """Return the servers that the room has for its people, usually none. Raises RoomError."""
        facts = await self._call("GET", "", resume_token=resume_token)
        servers = facts.get("ice_servers")
        return [
            RTCIceServer(urls=urls, username=each.get("username"), credential=each.get("credential"))
            for each in (servers if isinstance(servers, list) else [])
            if isinstance(each, dict) and (urls := _texts(each.get("urls")))
        ]

    async def join(self, offer: str, user_name: str, resume_token: str | None = None) -> JoinAnswer:
        """Bring an SDP offer to the room. Raises RoomError."""
        body: dict[str, Any] = {"sdp": offer, "type": "offer", "user_name": user_name or None}
        if resume_token is not None:
            body["resume_token"] = resume_token
        answer = await self._call("POST", "/join", body, resume_token=resume_token)
        try:
            token = answer.get("resume_token")
            return JoinAnswer(
                str(answer["sdp"]),
                str(answer["session_id"]),
                str(answer.get("replica_name") or ""),
                token if isinstance(token, str) and token else None,
            )
        except KeyError as error:
            raise RoomError(f"what answers at {self._base} is no room: {error} is missing") from None

    async def leave(self, resume_token: str | None) -> None:
        """Tell the room that a participant goes; a room that cannot be told notices by itself."""
        if resume_token is not None:
            with contextlib.suppress(RoomError):
                await self._call("POST", "/leave", {"resume_token": resume_token})

    async def has_ended(self) -> bool:
        """Whether the room says that its conversation is over; False as well when it says nothing."""
        try:
            return (await self._call("GET", "")).get("status") == "ended"
        except RoomError:
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, resume_token: str | None = None
    ) -> dict[str, Any]:
        headers = {"x-resume-token": resume_token} if resume_token else None
        timeout = httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_AGAIN_WITHIN if resume_token else CONNECT_WITHIN)
        try:
            response = await self._http.request(method, self._base + path, json=body, headers=headers, timeout=timeout)
        except httpx.HTTPError as error:
            raise UnreachableError(f"the appliance does not answer ({type(error).__name__}: {error})") from error
        try:
            answer = response.json() if response.content else {}
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise RoomError(f"what answers at {self._base} is no room", response.status_code)
        if response.is_error:
            wait = response.headers.get("retry-after", "")
            text = str(answer.get("message") or response.reason_phrase)
            raise refusal(response.status_code, text, int(wait) if wait.isdigit() else 0)
        return answer


def _texts(told: object) -> list[str]:
    listed = told if isinstance(told, list) else [told]
    return [each for each in listed if isinstance(each, str)]
