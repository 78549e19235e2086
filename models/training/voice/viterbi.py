"""The best path through left-to-right states, for many sentences at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training.voice.signals import Floats

STATES_PER_UNIT = 3
_NEVER = np.float32(-1e30)
_SKIP = STATES_PER_UNIT + 1


@dataclass(frozen=True, slots=True)
class Chain:
    """The states of one sentence in order; `skippable` marks those that begin after an optional unit."""

    states: NDArray[np.int64]
    after_optional: NDArray[np.bool_]


def best_paths(likelihoods: Sequence[Floats], chains: Sequence[Chain]) -> list[NDArray[np.int64]]:
    """For each sentence the position in its chain at every frame.

    `likelihoods` are [frames, states] per sentence. A sentence must have at least as many frames as its shortest path.
    """
    count = len(chains)
    width = max(chain.states.size for chain in chains)
    length = max(scores.shape[0] for scores in likelihoods)
    emission = np.zeros((length, count, width), np.float32)
    may_skip = np.zeros((count, width), bool)
    for row, (scores, chain) in enumerate(zip(likelihoods, chains, strict=True)):
        emission[: scores.shape[0], row, : chain.states.size] = scores[:, chain.states]
        may_skip[row, : chain.states.size] = chain.after_optional
    best = np.full((count, width), _NEVER, np.float32)
    best[:, 0] = emission[0, :, 0]
    step = np.zeros((length, count, width), np.uint8)
    for frame in range(1, length):
        onwards = np.full_like(best, _NEVER)
        onwards[:, 1:] = best[:, :-1]
        over = np.full_like(best, _NEVER)
        over[:, _SKIP:] = best[:, :-_SKIP]
        over[~may_skip] = _NEVER
        moved = onwards > best
        best = np.where(moved, onwards, best)
        skipped = over > best
        best = np.where(skipped, over, best) + emission[frame]
        step[frame] = np.where(skipped, _SKIP, moved)
    return [
        _traced(step[: scores.shape[0], row], chain.states.size - 1)
        for row, (scores, chain) in enumerate(zip(likelihoods, chains, strict=True))
    ]


def _traced(step: NDArray[np.uint8], place: int) -> NDArray[np.int64]:
    path = np.empty(step.shape[0], np.int64)
    for frame in range(step.shape[0] - 1, -1, -1):
        path[frame] = place
        place -= int(step[frame, place])
    return path
