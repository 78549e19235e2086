"""The rules of turn taking, one a test."""

from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.turns import (
    FRAME,
    Action,
    BargeIn,
    ConsiderEnd,
    EndTurn,
    Hush,
    Resume,
    StartTurn,
    TakeFloor,
    TurnMachine,
    TurnRules,
)


class Stream:
    """Feeds a machine with stretches of speech and silence."""

    def __init__(self, machine: TurnMachine) -> None:
        self.machine = machine
        self.frames = 0

    @property
    def time(self) -> float:
        return self.frames * FRAME

    def feed(self, seconds: float, probability: float) -> list[Action]:
        actions: list[Action] = []
        for _ in range(round(seconds / FRAME)):
            self.frames += 1
            actions += self.machine.frame(self.time, probability)
        return actions

    def speech(self, seconds: float) -> list[Action]:
        return self.feed(seconds, 0.9)

    def silence(self, seconds: float) -> list[Action]:
        return self.feed(seconds, 0.05)


def test_a_click_does_not_open_a_turn() -> None:
    stream = Stream(TurnMachine())
    assert stream.silence(1.0) + stream.speech(0.064) + stream.silence(1.0) == []


def test_speech_opens_a_turn_at_its_first_frame() -> None:
    stream = Stream(TurnMachine())
    stream.silence(0.96)
    (action,) = stream.speech(0.5)
    assert isinstance(action, StartTurn)
    assert abs(action.at - 0.96) < 1e-6


def test_a_silence_is_a_hush_after_96_ms_and_a_pause_after_200() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    assert stream.silence(0.064) == []
    (hush,) = stream.silence(0.064)
    assert isinstance(hush, Hush)
    assert abs(hush.last_voiced - 0.64) < 1e-6
    (considered,) = stream.silence(0.32)
    assert considered == ConsiderEnd(hush.pause, hush.last_voiced)


def paused(stream: Stream) -> ConsiderEnd:
    """Be silent until the end of the turn is considered."""
    hush, considered = stream.silence(0.224)
    assert isinstance(hush, Hush)
    assert isinstance(considered, ConsiderEnd)
    return considered


def test_a_turn_is_taken_after_the_silence_that_was_asked_for() -> None:
    for silence in (0.25, 0.4, 0.9, 1.6):
        stream = Stream(TurnMachine())
        stream.speech(0.64)
        stream.machine.wait(paused(stream).pause, silence)
        ended: list[Action] = []
        while not ended:
            ended = stream.feed(FRAME, 0.05)
        assert isinstance(ended[0], EndTurn)
        assert abs(stream.time - 0.64 - silence) <= FRAME


def test_no_turn_is_taken_before_its_pause_is_one() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    stream.machine.wait(paused(stream).pause, 0.0)
    (ended,) = stream.silence(FRAME)
    assert isinstance(ended, EndTurn)


def test_what_is_neither_speech_nor_silence_does_not_keep_a_turn_open_for_ever() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    assert stream.feed(1.0, 0.4) == []
    assert isinstance(stream.feed(2.0, 0.4)[-1], EndTurn)


def test_going_on_resumes_the_same_turn() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    considered = paused(stream)
    stream.silence(0.064)
    (resumed,) = stream.speech(0.5)
    assert isinstance(resumed, Resume)
    assert resumed.pause == considered.pause
    assert abs(resumed.silence - 0.288) < 1e-6
    stream.machine.wait(paused(stream).pause, 0.25)
    (ended,) = stream.silence(0.3)
    assert isinstance(ended, EndTurn)
    assert ended.started < FRAME


def test_a_single_frame_ends_a_hush_but_no_pause() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    (hush,) = stream.silence(0.128)
    assert isinstance(hush, Hush)
    assert [type(action) for action in stream.speech(FRAME)] == [Resume]
    stream.speech(0.32)
    paused(stream)
    assert stream.speech(FRAME) + stream.silence(0.2) == []


def test_an_answer_for_an_earlier_pause_is_ignored() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    first = paused(stream)
    stream.speech(0.5)
    paused(stream)
    stream.machine.wait(first.pause, 0.25)
    assert stream.silence(0.5) == []


def test_without_an_answer_the_turn_is_taken_all_the_same() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    actions = stream.silence(1.3)
    assert isinstance(actions[-1], EndTurn)


def test_barge_in_is_told_once_and_only_while_the_replica_speaks() -> None:
    stream = Stream(TurnMachine())
    assert not any(isinstance(action, BargeIn) for action in stream.speech(0.5))
    speaking = Stream(TurnMachine())
    speaking.machine.replica_speaking = True
    actions = speaking.speech(0.5)
    assert [type(action) for action in actions] == [StartTurn, BargeIn]


def test_the_floor_is_taken_once_by_who_goes_on_after_barging_in() -> None:
    stream = Stream(TurnMachine())
    stream.machine.replica_speaking = True
    stream.speech(0.32)
    stream.silence(0.128)
    assert [type(action) for action in stream.speech(1.0)] == [Resume, TakeFloor]


def test_barge_in_comes_within_200_ms_of_the_onset() -> None:
    stream = Stream(TurnMachine())
    stream.machine.replica_speaking = True
    stream.silence(0.32)
    onset = stream.time
    while not any(isinstance(action, BargeIn) for action in stream.feed(FRAME, 0.9)):
        assert stream.time - onset < 0.2


def answered(stream: Stream) -> None:
    """Say something, and let the replica begin to answer it."""
    stream.speech(0.64)
    stream.machine.wait(paused(stream).pause, 0.25)
    (ended,) = stream.silence(0.3)
    assert isinstance(ended, EndTurn)
    stream.machine.replica_speaking = True


def test_who_goes_on_as_the_replica_begins_has_the_floor_with_the_onset() -> None:
    stream = Stream(TurnMachine())
    answered(stream)
    stream.silence(0.32)
    assert [(type(action), getattr(action, "goes_on", None)) for action in stream.speech(0.096)] == [
        (StartTurn, None),
        (BargeIn, True),
    ]


def test_who_speaks_up_later_interrupts_as_the_rules_say() -> None:
    stream = Stream(TurnMachine(TurnRules(barge_in=0.48)))
    answered(stream)
    stream.silence(1.2)
    assert not any(isinstance(action, BargeIn) for action in stream.speech(0.416))
    (barged_in,) = stream.speech(0.096)
    assert isinstance(barged_in, BargeIn)
    assert not barged_in.goes_on


def test_who_was_not_answered_does_not_go_on() -> None:
    stream = Stream(TurnMachine(TurnRules(barge_in=0.48)))
    answered(stream)
    stream.machine.replica_speaking = False
    stream.machine.replica_speaking = True
    assert not any(isinstance(action, BargeIn) for action in stream.speech(0.32))


def test_a_dropped_turn_ends_without_an_answer() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.2)
    stream.machine.drop_turn(paused(stream).pause)
    assert stream.silence(3.0) == []
    assert not stream.machine.in_turn


@given(st.lists(st.tuples(st.integers(1, 80), st.floats(0, 1)), max_size=40), st.booleans())
def test_whatever_is_heard_turns_open_and_close_in_order(stretches: list[tuple[int, float]], speaking: bool) -> None:
    stream = Stream(TurnMachine())
    stream.machine.replica_speaking = speaking
    open_turn, hushed, considered, barged_in = False, False, False, False
    for frames, probability in stretches:
        for action in stream.feed(frames * FRAME, probability):
            match action:
                case StartTurn():
                    assert not open_turn
                    open_turn, hushed, considered, barged_in = True, False, False, False
                case Hush():
                    assert open_turn
                    assert not hushed
                    hushed = True
                case ConsiderEnd():
                    assert open_turn
                    assert hushed
                    considered = True
                case Resume():
                    assert open_turn
                    assert hushed
                    hushed = considered = False
                case EndTurn(_, started, last_voiced):
                    assert open_turn
                    assert considered
                    assert started <= last_voiced <= stream.time
                    open_turn = False
                case BargeIn():
                    assert open_turn
                    assert speaking
                    barged_in = True
                case TakeFloor():
                    assert open_turn
                    assert barged_in
    assert stream.machine.in_turn == open_turn
