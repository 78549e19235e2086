"""The rules of turn taking, one a test."""

from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.turns import (
    FRAME,
    Action,
    BargeIn,
    ConsiderEnd,
    EndTurn,
    Resume,
    StartTurn,
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


def test_a_pause_is_considered_once_after_200_ms() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    assert stream.silence(0.16) == []
    (considered,) = stream.silence(0.32)
    assert isinstance(considered, ConsiderEnd)
    assert abs(considered.last_voiced - 0.64) < 1e-6


def test_a_sure_end_is_taken_at_once_and_a_doubtful_one_waits() -> None:
    for probability, taken_after in ((0.95, 0.25), (0.6, 0.4), (0.3, 0.9), (0.05, 1.6)):
        stream = Stream(TurnMachine())
        stream.speech(0.64)
        (considered,) = stream.silence(0.224)
        assert isinstance(considered, ConsiderEnd)
        stream.machine.end_of_turn(considered.pause, probability)
        ended: list[Action] = []
        while not ended:
            ended = stream.feed(FRAME, 0.05)
        assert isinstance(ended[0], EndTurn)
        assert abs(stream.time - 0.64 - taken_after) <= FRAME


def test_going_on_resumes_the_same_turn() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    (considered,) = stream.silence(0.3)
    assert isinstance(considered, ConsiderEnd)
    assert stream.speech(0.5) == [Resume(considered.pause)]
    (again,) = stream.silence(0.3)
    assert isinstance(again, ConsiderEnd)
    stream.machine.end_of_turn(again.pause, 1.0)
    (ended,) = stream.silence(0.3)
    assert isinstance(ended, EndTurn)
    assert ended.started < FRAME


def test_an_answer_for_an_earlier_pause_is_ignored() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    (first,) = stream.silence(0.3)
    assert isinstance(first, ConsiderEnd)
    stream.speech(0.5)
    stream.silence(0.224)
    stream.machine.end_of_turn(first.pause, 1.0)
    assert stream.silence(0.5) == []


def test_without_an_answer_of_the_model_the_turn_is_taken_all_the_same() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.64)
    actions = stream.silence(1.3)
    assert isinstance(actions[-1], EndTurn)


def test_barge_in_is_told_once_and_only_while_the_replica_speaks() -> None:
    stream = Stream(TurnMachine())
    assert not any(isinstance(action, BargeIn) for action in stream.speech(0.5))
    speaking = Stream(TurnMachine())
    speaking.machine.replica_speaking = True
    actions = speaking.speech(1.0)
    assert [type(action) for action in actions] == [StartTurn, BargeIn]


def test_barge_in_comes_within_200_ms_of_the_onset() -> None:
    stream = Stream(TurnMachine())
    stream.machine.replica_speaking = True
    stream.silence(0.32)
    onset = stream.time
    while not any(isinstance(action, BargeIn) for action in stream.feed(FRAME, 0.9)):
        assert stream.time - onset < 0.2


def test_a_dropped_turn_ends_without_an_answer() -> None:
    stream = Stream(TurnMachine())
    stream.speech(0.2)
    (considered,) = stream.silence(0.3)
    assert isinstance(considered, ConsiderEnd)
    stream.machine.drop_turn(considered.pause)
    assert stream.silence(3.0) == []
    assert not stream.machine.in_turn


def test_patience_stretches_the_waits() -> None:
    patient, eager = TurnRules(patience=1.5), TurnRules(patience=0.7)
    assert patient.wait(0.3) > TurnRules().wait(0.3) > eager.wait(0.3)
    assert eager.wait(1.0) == TurnRules().pause


@given(st.lists(st.tuples(st.integers(1, 80), st.floats(0, 1)), max_size=40), st.booleans())
def test_whatever_is_heard_turns_open_and_close_in_order(stretches: list[tuple[int, float]], speaking: bool) -> None:
    stream = Stream(TurnMachine())
    stream.machine.replica_speaking = speaking
    open_turn, considered = False, False
    for frames, probability in stretches:
        for action in stream.feed(frames * FRAME, probability):
            match action:
                case StartTurn():
                    assert not open_turn
                    open_turn, considered = True, False
                case ConsiderEnd():
                    assert open_turn
                    considered = True
                case Resume():
                    assert open_turn
                    assert considered
                    considered = False
                case EndTurn(_, started, last_voiced):
                    assert open_turn
                    assert considered
                    assert started <= last_voiced <= stream.time
                    open_turn = False
                case BargeIn():
                    assert open_turn
                    assert speaking
    assert stream.machine.in_turn == open_turn
