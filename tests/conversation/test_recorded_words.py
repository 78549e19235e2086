"""Captions of a recording: what was said, by whom, at the moment at which it began to be heard."""

from typing import Any

from engine.conversation.recorded_words import JUST_NOW, LONGEST, RecordedWords


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


def test_when_the_recording_ends_the_words_so_far_of_turns_that_go_on_are_its_last() -> None:
    call = Call()
    call.position = 48_000
    call.tell("replica.started_speaking")
    call.tell("utterance.streaming", role="replica", speech="Let me")
    call.position = 96_000
    call.tell("user.started_speaking", "i2")
    call.tell("utterance.streaming", "i2", role="user", speech="But I", participant={"user_name": "Bruno"})
    call.tell("utterance.streaming", "i2", role="user", speech="But I have", participant={"user_name": "Bruno"})
    call.tell("utterance.streaming", role="replica", speech="Let me tell you")
    call.tell("user.started_speaking", "nothing is understood of it yet")
    call.position = 120_000
    call.words.end()
    assert call.sink.captions == [(48_000, "Ada", "Let me tell you", 1.5), (96_000, "Bruno", "But I have", 0.5)]
    call.tell("replica.stopped_speaking", duration=3.0)
    call.tell("utterance", role="replica", speech="Let me tell you more.")
    call.words.end()
    assert len(call.sink.captions) == 2, "what is said afterwards is not of this recording"


def test_who_is_cut_off_by_the_end_of_the_call_has_said_what_was_heard() -> None:
    call = Call()
    call.tell("user.started_speaking")
    call.tell("utterance.streaming", role="user", speech="Wait, I", participant={"user_name": "Bruno"})
    call.position = 48_000
    call.tell("user.stopped_speaking", duration=0.0)
    call.position += JUST_NOW
    call.words.end()
    assert call.sink.captions == [(0, "Bruno", "Wait, I", 1.0 + JUST_NOW / 48_000)]


def test_what_turned_out_to_be_no_words_and_what_nobody_heard_of_an_answer_is_no_caption() -> None:
    call = Call()
    call.tell("user.started_speaking", "noise")
    call.tell("utterance.streaming", "noise", role="user", speech="Thank you")
    call.tell("user.stopped_speaking", "noise", duration=0.0)
    call.position = JUST_NOW + 1
    call.tell("replica.started_speaking", "cut at once")
    call.tell("utterance.streaming", "cut at once", role="replica", speech="Hello there")
    call.tell("replica.stopped_speaking", "cut at once", duration=0.0)
    call.words.end()
    assert call.sink.captions == []
