"""Sound and words are weighed together."""

from dataclasses import dataclass, field

import pytest

from engine.layers.flow.judging import FusedJudge, TurnJudge
from engine.layers.flow.waiting import WaitingModel, Waits

WAITING = WaitingModel((1.0, 1.0, 1.0), 0.0, {"medium": Waits(((2.0, 0.3), (0.0, 0.6)), 2.0, 1.0)})


@dataclass
class ScriptedWords:
    """Words end a turn as its script says; any others do not."""

    script: dict[str, float] = field(default_factory=dict)
    prepared: list[str] = field(default_factory=list)

    def log_probability(self, text: str) -> float:
        return self.script.get(text, -9.0)

    def prepare(self, text: str) -> None:
        self.prepared.append(text)

    def close(self) -> None:
        pass


@pytest.fixture
def words() -> ScriptedWords:
    return ScriptedWords({"Call me.": -0.5})


@pytest.fixture
def judge(words: ScriptedWords) -> TurnJudge:
    return FusedJudge(words, WAITING)


def test_sound_and_words_together_decide(judge: TurnJudge) -> None:
    assert judge.wait(judge.examine(0.9, "Call me."), "medium") == 0.3
    assert judge.wait(judge.examine(0.5, "Call me."), "medium") == 0.6
    assert judge.wait(judge.examine(0.9, "Call me on"), "medium") == 2.0


def test_nothing_known_waits(judge: TurnJudge) -> None:
    assert judge.wait(None, "medium") == 1.0


def test_partial_words_are_read_ahead(judge: TurnJudge, words: ScriptedWords) -> None:
    judge.prepare("Call")
    assert words.prepared == ["Call"]


def test_what_is_no_probability_is_refused(judge: TurnJudge) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        judge.examine(1.5, "Call me.")
