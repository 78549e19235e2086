"""What of the texts sent over a channel is still to arrive, by what aiortc keeps until it is acknowledged."""

from types import SimpleNamespace
from typing import Any

from engine.room.undelivered import SentTexts

TEXT, CONTROL = 51, 50
FIRST, LAST = 2, 1


def chunk(flags: int, stream_id: int = 1, protocol: int = TEXT) -> Any:
    return SimpleNamespace(flags=flags, stream_id=stream_id, protocol=protocol)


def channel(*, sent: tuple[Any, ...] = (), outbound: tuple[Any, ...] = (), queued: int = 0) -> Any:
    made: Any = SimpleNamespace(id=1)
    waiting = [(made, TEXT, b"")] * queued
    made.transport = SimpleNamespace(_sent_queue=sent, _outbound_queue=outbound, _data_channel_queue=waiting)
    return made


def test_as_many_of_the_last_texts_are_missing_as_there_are_ends_of_texts_that_nobody_acknowledged() -> None:
    half_arrived, whole = chunk(LAST), chunk(FIRST | LAST)
    sent = SentTexts(channel(sent=(half_arrived, chunk(FIRST)), outbound=(chunk(LAST), whole), queued=1))
    for text in "abcdef":
        sent.note(text)
    assert sent.undelivered() == ["c", "d", "e", "f"]


def test_other_channels_and_what_is_no_text_do_not_count() -> None:
    sent = SentTexts(channel(sent=(chunk(LAST, stream_id=3), chunk(LAST, protocol=CONTROL))))
    sent.note("a")
    assert sent.undelivered() == []


def test_what_has_arrived_is_forgotten() -> None:
    sent = SentTexts(channel(outbound=(chunk(FIRST | LAST),)))
    for number in range(1000):
        sent.note(str(number))
    assert len(sent._texts) < 100
    assert sent.undelivered() == ["999"]
