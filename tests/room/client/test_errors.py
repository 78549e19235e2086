import pytest

from engine.room.client.errors import (
    ConversationEndedError,
    NotAdmittedError,
    RoomError,
    RoomFullError,
    TokenExpiredError,
    UnknownRoomError,
    refusal,
)


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, "sdp: the offer cannot be answered", RoomError),
        (401, "You are not allowed to join this meeting: the meeting token has expired.", TokenExpiredError),
        (401, "You are not allowed to join this meeting: the meeting token is missing.", NotAdmittedError),
        (403, "You are not allowed to join this meeting: the meeting token is for another room.", NotAdmittedError),
        (404, "This conversation does not exist", UnknownRoomError),
        (409, "This conversation has ended", ConversationEndedError),
        (429, "this room has 3 seats and all are taken", RoomFullError),
        (503, "The database cannot be read", RoomError),
    ],
)
def test_each_refusal_has_its_kind_and_keeps_the_words_of_the_server(
    status: int, text: str, kind: type[RoomError]
) -> None:
    error = refusal(status, text)
    assert type(error) is kind
    assert (str(error), error.status) == (text, status)


def test_a_full_room_says_when_to_come_again() -> None:
    error = refusal(429, "full", retry_after=7)
    assert isinstance(error, RoomFullError)
    assert error.retry_after == 7
