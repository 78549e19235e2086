"""Why a person or a program cannot be in a room; `str(error)` is the server's own text where it gave one."""

from engine.errors import VisavisError


class RoomError(VisavisError):
    """The root: a room refused, or was lost. `status` is the HTTP status of the refusal, 0 when there was none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class UnreachableError(RoomError):
    """The appliance does not answer."""


class UnknownRoomError(RoomError):
    """There is no such conversation."""


class ConversationEndedError(RoomError):
    """The conversation is over."""


class NotAdmittedError(RoomError):
    """The room is private and the meeting token is missing, wrong, or for another room."""


class TokenExpiredError(NotAdmittedError):
    """The meeting token came too late."""


class RoomFullError(RoomError):
    """No seat is free, or too many tried to join at once; `retry_after` is in seconds."""

    def __init__(self, message: str, status: int, retry_after: int) -> None:
        super().__init__(message, status)
        self.retry_after = retry_after


class NotConnectedError(RoomError):
    """What was asked for needs a connection, and there is none now."""


class ConnectionLostError(RoomError):
    """The connection did not come up, or broke and did not come back."""


def refusal(status: int, message: str, retry_after: int = 0) -> RoomError:
    """Return the error of an HTTP answer that is not a success."""
    match status:
        case 404:
            return UnknownRoomError(message, status)
        case 409 | 410:
            return ConversationEndedError(message, status)
        case 401 if "expired" in message:
            # The texts alone tell the two apart: both are 401 for any other client.
            return TokenExpiredError(message, status)
        case 401 | 403:
            return NotAdmittedError(message, status)
        case 429:
            return RoomFullError(message, status, retry_after)
        case _:
            return RoomError(message, status)
