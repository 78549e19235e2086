"""Captions of a recording: what was said, by whom, at the moment at which it began to be heard."""

from typing import Any

from engine.conversation.recorded_words import LONGEST, RecordedWords


class Sink:
    def __init__(self) -> None:
        self.captions: list[tuple[int, str, str, float]] = []

    def caption(self, at: int, speaker: str, text: str, duration: float) -> None:
        self.captions.append((at, speaker, text, duration))


class Call:
    """Tells what a call would tell, while its clock stands where it is put."""

    def __init__(self) -> None:
        self.position = 0
        self.words = RecordedWords("Ada", lambda: self.position)
        self.sink = self.words.sink = Sink()

    def tell(self, event_type: str, inference_id: str = "i1", **properties: Any) -> None:
        self.words.take(
            {"event_type": f"conversation.{event_type}", "inference_id": inference_id, "properties": properties}
        )


def test_words_stand_where_their_turn_began() -> None:
    call = Call()
    call.position = 48_000
    call.tell("user.started_speaking")
    call.position = 96_000
    call.tell("user.stopped_speaking", duration=0.8)
    call.tell("utterance", role="user", speech="Hello.", participant={"user_name": "Bruno"})
    call.tell("replica.started_speaking")
    call.position = 150_000
    call.tell("replica.stopped_speaking", duration=1.1)
    call.tell("utterance", role="replica", speech="Hi.")
    assert call.sink.captions == [(48_000, "Bruno", "Hello.", 0.8), (96_000, "Ada", "Hi.", 1.1)]


def test_what_was_typed_stands_where_it_was_sent_and_who_has_no_name_is_a_user() -> None:
    call = Call()
    call.position = 7
    call.tell("utterance", role="user", speech="typed", participant={"user_name": ""})
    assert call.sink.captions == [(7, "User", "typed", 0.0)]


def test_without_a_recording_nothing_is_kept_but_when_the_turns_that_go_on_began() -> None:
    call = Call()
    call.words.sink = None
    call.tell("user.started_speaking")
    call.tell("utterance", role="user", speech="unrecorded")
    call.position = 5
    call.tell("replica.started_speaking")
    for number in range(LONGEST - 1):
        call.tell("user.started_speaking", f"dropped {number}")
    call.words.sink = call.sink
    call.position = 9
    call.tell("utterance", role="replica", speech="half recorded")
    assert call.sink.captions == [(5, "Ada", "half recorded", 0.0)]
    for number in range(3 * LONGEST):
        call.tell("user.started_speaking", f"forgotten {number}")
    assert len(call.words._turns) == LONGEST
