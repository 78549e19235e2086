"""Cut-ins and delays of waiting times on clips, with no clip judged by what its own reader taught."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from models.training.turn_end.examples import Clip, Moment
from models.training.turn_end.stairs import Aim, Stair, build

Score: TypeAlias = Callable[[Moment], float]
Wait: TypeAlias = Callable[[Clip, Moment], float]
"""Seconds of silence in a moment of a clip."""

_FRAME: Final = 0.032
"""Seconds: a turn is taken at the end of a VAD frame."""
_TOLERANCE: Final = 0.05
"""Seconds that a mark may be off."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How waiting did; shares 0..1, milliseconds."""

    cut_ins: float
    """Of all pauses."""
    natural: float
    """Of the pauses that the speakers made themselves."""
    inserted: float
    delay_p50: int
    delay_p95: int
    missed: int
    """Turns that were over and not taken."""

    def row(self) -> str:
        """Return a row of a table: cut-ins of all, natural and inserted pauses in %, delays, missed ends."""
        shares = " | ".join(f"{100 * share:.1f}" for share in (self.cut_ins, self.natural, self.inserted))
        return f"{shares} | {self.delay_p50} / {self.delay_p95} | {self.missed}"


def ends(clips: Iterable[Clip], score: Score) -> tuple[list[float], list[float]]:
    """Return the scores of the turns that are over, and what each counts for: versions of one clip share their say."""
    lasts = [(clip.name.split("_p")[0].removesuffix(".flac"), clip.last) for clip in clips]
    heard = [(name, moment) for name, moment in lasts if moment is not None]
    versions = Counter(name for name, _ in heard)
    return [score(moment) for _, moment in heard], [1 / math.sqrt(versions[name]) for name, _ in heard]


def cross_validated(clips: Sequence[Clip], score: Score, aim: Aim) -> Figures:
    """Judge stairs that are built, for the clips of each reader, from those of all others."""
    stairs: dict[str, Stair] = {}
    for reader in {clip.reader for clip in clips}:
        stairs[reader] = build(aim, *ends((clip for clip in clips if clip.reader != reader), score))
    return judge(clips, lambda clip, moment: stairs[clip.reader].silence(score(moment)))


def judge(clips: Sequence[Clip], wait: Wait) -> Figures:
    """Let turns be taken after the given silences; a decision before the true end is charged to the pause that it falls into."""
    pauses: Counter[bool] = Counter()
    cut: Counter[bool] = Counter()
    delays: list[float] = []
    missed = 0
    for clip in clips:
        inserted = clip.kind == "inserted"
        before_end = math.inf if clip.true_end is None else clip.true_end - _TOLERANCE
        counted = [start for start, _ in clip.pauses if start < before_end]
        taken = decisions(clip, wait)
        charged = {
            sum(start - _TOLERANCE <= moment for start in counted) or -1 for moment in taken if moment < before_end
        }
        pauses[inserted] += len(counted)
        cut[inserted] += len(charged)
        if clip.true_end is not None:
            after = [moment - clip.true_end for moment in taken if moment >= before_end]
            missed += not after
            delays += [max(0.0, after[0])] if after else []
    everything, cuts = pauses.total(), cut.total()
    return Figures(
        cuts / max(1, everything),
        cut[False] / max(1, pauses[False]),
        cut[True] / max(1, pauses[True]),
        _percentile(delays, 0.5),
        _percentile(delays, 0.95),
        missed,
    )


def decisions(clip: Clip, wait: Wait) -> list[float]:
    """Return the seconds of the clip at which a turn is taken."""
    taken = []
    for moment in clip.moments:
        at = moment.last_voiced + math.ceil(wait(clip, moment) / _FRAME - 1e-6) * _FRAME
        if moment.resumed is None or at < moment.resumed:
            taken.append(at)
    return taken


def _percentile(delays: Sequence[float], share: float) -> int:
    """Return milliseconds, by the nearest rank."""
    return round(1000 * sorted(delays)[round(share * (len(delays) - 1))]) if delays else 0
