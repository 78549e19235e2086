"""Meeting tokens: who may join a private room (seed: Private Rooms)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from starlette.requests import HTTPConnection

from engine.api.contract.errors import ApiError
from engine.store.records import ConversationRecord

ALGORITHM = "HS256"
PURPOSE = "meeting tokens"
DEFAULT_ABSENCE_S = 300

REFUSED = "You are not allowed to join this meeting"


def is_private(record: ConversationRecord) -> bool:
    """Whether its room is entered with a token only."""
    return bool(record.fields.get("require_auth") or record.properties.get("require_auth"))


class MeetingTokens:
    """Signs and checks the tokens of this installation."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, record: ConversationRecord, *, user_name: str = "", is_owner: bool = False) -> str:
        """Return a token for a room; it expires when nobody has joined within `participant_absent_timeout`."""
        absence = record.properties.get("participant_absent_timeout", DEFAULT_ABSENCE_S)
        expires = datetime.fromisoformat(record.created_at).astimezone(UTC) + timedelta(seconds=absence)
        claims = {"room": record.conversation_id, "user_name": user_name, "is_owner": is_owner, "exp": expires}
        return jwt.encode(claims, self._secret, ALGORITHM)

    def check(self, token: str, record: ConversationRecord) -> dict[str, Any]:
        """Return the claims of a token. Raises ApiError 401 when it is missing, wrong or expired, 403 when it is for another room."""
        if not token:
            raise _refusal(401, "this room is private and the meeting token is missing.")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                # Who comes too late is told that the conversation has ended rather than that the token has.
                options={"require": ["exp", "room", "user_name"], "verify_exp": record.status == "active"},
            )
        except jwt.ExpiredSignatureError:
            raise _refusal(401, "the meeting token has expired.") from None
        except jwt.InvalidTokenError:
            raise _refusal(401, "the meeting token is not one that this installation has given out.") from None
        if claims["room"] != record.conversation_id:
            raise _refusal(403, "the meeting token is for another room.")
        return claims


def presented_token(request: HTTPConnection) -> str:
    """Return the token that a request carries: `Authorization: Bearer ...`, or `?t=...`; empty without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.query_params.get("t", "")


def _refusal(status_code: int, reason: str) -> ApiError:
    headers = {"www-authenticate": "Bearer"} if status_code == 401 else None
    return ApiError(status_code, f"{REFUSED}: {reason}", headers)
