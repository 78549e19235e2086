"""How long to wait in a pause before the turn is taken: the turn detection models of the contract, one class each.

`sparrow-1` weighs sound, words and the speaker's own pauses; `sparrow-0` goes by the sound alone; `time-based` by silence alone
(seed: Conversational Flow).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from engine.conversation.engines import Engines
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.trace import TurnTrace
from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.flow.judging import TurnJudge
from engine.layers.flow.pause_history import PauseHistory

JUDGED: Final = "en"
"""The language whose words `sparrow-1` weighs; of others it knows the sound alone."""

_PATIENCE: Final = {"low": 0.6, "medium": 1.0, "high": 1.8}
"""`turn_taking_patience` -> factor on the silences of `sparrow-0`."""
_BY_SOUND: Final = ((0.8, 0.25), (0.5, 0.4), (0.2, 0.9), (0.0, 1.6))
"""(smart-turn's probability at least, silence): sure ends are taken at once, doubtful ones are waited for."""
_UNDECIDED: Final = 1.2
_BY_TIME: Final = {"low": 0.5, "medium": 0.8, "high": 1.4}
"""`turn_taking_patience` -> silence of `time-based`."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Understood:
    """What was recognised of a turn so far."""

    words: str
    language: str
    """ISO 639-1."""


class TurnEnd(Protocol):
    """Asked in the pauses of one participant; on the event loop. All silences are seconds since the last voiced frame."""

    undecided: float
    """The silence after which a turn is taken while nothing is known."""

    def understood(self, said: Understood) -> None:
        """Take the words of the turn so far; they may still change."""

    def resumed(self, silence: float) -> None:
        """Take a pause of so many seconds that did not end the turn."""

    async def wait(
        self, sound: Samples, understood: Awaitable[Understood], trace: TurnTrace, cancel: CancelToken
    ) -> float:
        """Return the silence after which the turn is taken.

        `sound`: of the turn, 16 kHz, the pause at its end; `understood`: all words of the turn, once they are known. Raises
        asyncio.CancelledError once `cancel` says that nobody wants to know.
        """


class ByTime:
    """`time-based`: the same silence in each pause."""

    def __init__(self, patience: str) -> None:
        self.undecided = _BY_TIME[patience]

    def understood(self, said: Understood) -> None:
        """Words count for nothing."""

    def resumed(self, silence: float) -> None:
        """What the speaker did before counts for nothing."""

    async def wait(
        self, sound: Samples, understood: Awaitable[Understood], trace: TurnTrace, cancel: CancelToken
    ) -> float:
        """Return the silence of this patience."""
        return self.undecided


class BySound:
    """`sparrow-0`: the surer smart-turn is that the turn is complete, the shorter the silence."""

    def __init__(self, engines: Engines, patience: str) -> None:
        self._engines = engines
        self._factor = _PATIENCE[patience]
        self.undecided = _UNDECIDED * self._factor

    def understood(self, said: Understood) -> None:
        """Words count for nothing."""

    def resumed(self, silence: float) -> None:
        """What the speaker did before counts for nothing."""

    async def wait(
        self, sound: Samples, understood: Awaitable[Understood], trace: TurnTrace, cancel: CancelToken
    ) -> float:
        """Return the silence; raises whatever the model raises."""
        return self.silence(await self.listen(sound, trace, cancel))

    def silence(self, probability: float) -> float:
        """Return the silence for smart-turn's probability (0..1)."""
        return self._factor * next((silence for least, silence in _BY_SOUND if probability >= least), _BY_SOUND[-1][1])

    async def listen(self, sound: Samples, trace: TurnTrace, cancel: CancelToken) -> float:
        """Return smart-turn's probability that the turn is complete."""
        detector = self._engines.end_of_turn
        return await _timed(self._engines, "end_of_turn", trace, cancel, lambda: detector.probability(sound))


class ByAll:
    """`sparrow-1`: sound, words and the speaker's own pauses, weighed together."""

    def __init__(self, engines: Engines, judge: TurnJudge, patience: str, history: PauseHistory) -> None:
        self._engines, self._judge = engines, judge
        self._patience, self._history = patience, history
        self._by_sound = BySound(engines, patience)
        self._reading: Future[None] | None = None
        self.undecided = judge.wait(None, patience)

    def understood(self, said: Understood) -> None:
        """Let the words be read now, so that less is to be read in the pause."""
        if said.language == JUDGED:
            if self._reading is not None:
                # Words that nobody has come to read yet are in the ones that follow.
                self._reading.cancel()
            self._reading = self._engines.flow_thread.submit(self._judge.prepare, said.words)

    def resumed(self, silence: float) -> None:
        """Learn how long this speaker pauses."""
        self._history.resumed(silence)

    async def wait(
        self, sound: Samples, understood: Awaitable[Understood], trace: TurnTrace, cancel: CancelToken
    ) -> float:
        """Return the silence; raises whatever the models raise."""
        probability = await self._by_sound.listen(sound, trace, cancel)
        said, judge = await understood, self._judge
        if said.language != JUDGED:
            return self._by_sound.silence(probability)
        evidence = await _timed(
            self._engines, "turn_judge", trace, cancel, lambda: judge.examine(probability, said.words)
        )
        return judge.wait(evidence, self._patience, self._history.slowness)


def turn_end_of(flow: FlowSettings, engines: Engines, history: PauseHistory) -> TurnEnd:
    """Return what these settings ask for; `history` is the participant's own."""
    patience, judge = flow.turn_taking_patience, engines.turn_judge
    if flow.turn_detection_model == "time-based":
        return ByTime(patience)
    if flow.turn_detection_model == "sparrow-0" or judge is None:
        return BySound(engines, patience)
    return ByAll(engines, judge, patience, history)


async def _timed(engines: Engines, stage: str, trace: TurnTrace, cancel: CancelToken, work: Callable[[], T]) -> T:
    """Run in the thread of flow, unless nobody wants to know any more; raises asyncio.CancelledError then."""

    def unless_cancelled() -> T | None:
        return None if cancel.cancelled else work()

    started = time.monotonic()
    found = await asyncio.get_running_loop().run_in_executor(engines.flow_thread, unless_cancelled)
    if found is None:
        raise asyncio.CancelledError
    trace.add(stage, started, time.monotonic())
    return found
