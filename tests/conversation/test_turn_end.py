"""How long is waited in a pause, by each turn detection model."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from engine.conversation.engines import Engines
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.trace import TurnTrace
from engine.conversation.turn_end import TurnEnd, Understood, turn_end_of
from engine.conversation.turn_rules import rules_of
from engine.layers.cancel import CancelToken
from engine.layers.flow.evidence import Evidence
from engine.layers.flow.pause_history import PauseHistory
from tests.fakes.layers import FakeLayers, fake_layers

SOUND = np.zeros(16_000, dtype=np.float32)


@dataclass
class ScriptedJudge:
    """Waits for as long as the evidence is unsure, and longer for the patient and for slow speakers."""

    prepared: list[str] = field(default_factory=list)
    examined: list[tuple[float, str]] = field(default_factory=list)

    def prepare(self, text: str) -> None:
        self.prepared.append(text)

    def examine(self, sound: float, text: str) -> Evidence:
        self.examined.append((sound, text))
        return Evidence(sound, text, -1.0)

    def wait(self, evidence: Evidence | None, patience: str, slowness: float = 0.0) -> float:
        unsure = 2.0 if evidence is None else 1.0 - evidence.sound
        return unsure + {"low": 0.0, "medium": 10.0, "high": 20.0}[patience] + 100 * slowness

    def close(self) -> None:
        pass


@pytest.fixture
def judge() -> ScriptedJudge:
    return ScriptedJudge()


@pytest.fixture
def layers() -> Iterator[FakeLayers]:
    layers = fake_layers(hears=[], answers=[], end_of_turn=[0.6])
    yield layers
    layers.engines.close()


def end_of(engines: Engines, model: str, patience: str = "medium", history: PauseHistory | None = None) -> TurnEnd:
    flow = FlowSettings(turn_detection_model=model, turn_taking_patience=patience)
    return turn_end_of(flow, engines, history or PauseHistory())


async def waited(end: TurnEnd, words: str = "Call me.", language: str = "en", trace: TurnTrace | None = None) -> float:
    understood: asyncio.Future[Understood] = asyncio.get_running_loop().create_future()
    understood.set_result(Understood(words, language))
    return await end.wait(SOUND, understood, trace or TurnTrace(0.0), CancelToken())


async def test_by_time_every_pause_is_as_long(layers: FakeLayers) -> None:
    silences = [await waited(end_of(layers.engines, "time-based", patience)) for patience in ("low", "medium", "high")]
    assert silences == sorted(set(silences))
    assert layers.end_of_turn.asked == 0


@pytest.mark.parametrize(("probability", "silence"), [(0.95, 0.25), (0.6, 0.4), (0.3, 0.9), (0.05, 1.6)])
async def test_by_sound_a_sure_end_is_taken_at_once_and_a_doubtful_one_waits(
    layers: FakeLayers, probability: float, silence: float
) -> None:
    layers.end_of_turn.answers = [probability]
    assert await waited(end_of(layers.engines, "sparrow-0")) == silence


async def test_by_sound_patience_stretches_all_silences(layers: FakeLayers) -> None:
    ends = [end_of(layers.engines, "sparrow-0", patience) for patience in ("low", "medium", "high")]
    silences = [await waited(end) for end in ends]
    assert silences == sorted(set(silences))
    assert [end.undecided for end in ends] == sorted({end.undecided for end in ends})


async def test_by_all_sound_and_words_go_to_the_judge(layers: FakeLayers, judge: ScriptedJudge) -> None:
    trace = TurnTrace(0.0)
    end = end_of(replace(layers.engines, turn_judge=judge), "sparrow-1")
    assert await waited(end, trace=trace) == pytest.approx(10.4)
    assert judge.examined == [(0.6, "Call me.")]
    assert [stage.name for stage in trace.stages] == ["end_of_turn", "turn_judge"]


async def test_by_all_a_speaker_who_pauses_long_is_waited_for(layers: FakeLayers, judge: ScriptedJudge) -> None:
    history = PauseHistory()
    end = end_of(replace(layers.engines, turn_judge=judge), "sparrow-1", history=history)
    before = await waited(end)
    for _ in range(5):
        end.resumed(2.0)
    assert history.slowness > 0
    assert await waited(end) > before


async def test_by_all_words_are_read_ahead_in_the_language_that_is_judged(
    layers: FakeLayers, judge: ScriptedJudge
) -> None:
    end = end_of(replace(layers.engines, turn_judge=judge), "sparrow-1")
    end.understood(Understood("Call", "en"))
    end.understood(Understood("Appelle", "fr"))
    await waited(end)
    assert judge.prepared == ["Call"]


async def test_words_of_another_language_leave_it_to_the_sound(layers: FakeLayers, judge: ScriptedJudge) -> None:
    end = end_of(replace(layers.engines, turn_judge=judge), "sparrow-1")
    assert await waited(end, "Appelle-moi.", "fr") == 0.4
    assert judge.examined == []


async def test_without_a_judge_the_sound_decides(layers: FakeLayers) -> None:
    assert await waited(end_of(layers.engines, "sparrow-1")) == 0.4


async def test_nobody_is_asked_about_a_pause_that_is_over(layers: FakeLayers) -> None:
    cancel, trace = CancelToken(), TurnTrace(0.0)
    cancel.cancel()
    understood: asyncio.Future[Understood] = asyncio.get_running_loop().create_future()
    with pytest.raises(asyncio.CancelledError):
        await end_of(layers.engines, "sparrow-0").wait(SOUND, understood, trace, cancel)
    assert layers.end_of_turn.asked == 0
    assert not trace.stages


def test_the_more_interruptible_the_replica_the_sooner_it_yields() -> None:
    levels = ("verylow", "low", "medium", "high")
    rules = [rules_of(FlowSettings(replica_interruptibility=level), 1.0) for level in levels]
    assert [rule.barge_in for rule in rules] == sorted({rule.barge_in for rule in rules}, reverse=True)
    assert all(rule.barge_in >= rule.onset for rule in rules)
