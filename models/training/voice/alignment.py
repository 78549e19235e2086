"""When each sound begins: a hidden Markov model that starts flat and learns from the recordings alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.training.voice.mixtures import Mixtures, fit
from models.training.voice.phonemes import Unit, common_names
from models.training.voice.recipe import HOP
from models.training.voice.signals import Floats, log_mel
from models.training.voice.viterbi import STATES_PER_UNIT, Chain, best_paths

ALIGNMENT_HOP: Final = HOP // 2
_COEFFICIENTS: Final = 13
_PASSES: Final = (1,) * 10 + (2,) * 5 + (4,) * 7
"""The number of Gaussians per state in each pass."""
_AT_ONCE: Final = 48


@dataclass(frozen=True, slots=True)
class _Task:
    units: Sequence[Unit]
    cepstra: Floats
    chain: Chain


def align(
    samples: Sequence[Floats], units: Sequence[Sequence[Unit]], report: Callable[[str], None]
) -> list[NDArray[np.int64]]:
    """For each sentence the first sample of every unit, and the end; units that take no time begin where they end."""
    names = common_names(units)
    numbers = {name: number for number, name in enumerate(sorted(set(names.values())))}
    tasks = [
        _Task(mine, _cepstra(sound), _chain(mine, [numbers[names[unit.name]] for unit in mine]))
        for sound, mine in zip(samples, units, strict=True)
    ]
    frames = np.concatenate([task.cepstra for task in tasks])
    states = len(numbers) * STATES_PER_UNIT
    paths = [_flat_start(task, sound) for task, sound in zip(tasks, samples, strict=True)]
    mixtures: Mixtures | None = None
    for number, parts in enumerate(_PASSES):
        labels = np.concatenate([task.chain.states[path] for task, path in zip(tasks, paths, strict=True)])
        mixtures = fit(frames, labels, states, mixtures, parts)
        paths, score = _search(tasks, mixtures)
        report(f"alignment pass {number + 1}/{len(_PASSES)}: log likelihood {score:.3f} per frame")
    return [_starts(task, path) for task, path in zip(tasks, paths, strict=True)]


def _search(tasks: Sequence[_Task], mixtures: Mixtures) -> tuple[list[NDArray[np.int64]], float]:
    order = sorted(range(len(tasks)), key=lambda index: tasks[index].cepstra.shape[0])
    paths: dict[int, NDArray[np.int64]] = {}
    total, count = 0.0, 0
    for first in range(0, len(order), _AT_ONCE):
        batch = order[first : first + _AT_ONCE]
        likelihoods = [mixtures.log_likelihood(tasks[index].cepstra) for index in batch]
        found = best_paths(likelihoods, [tasks[index].chain for index in batch])
        for index, scores, path in zip(batch, likelihoods, found, strict=True):
            paths[index] = path
            total += float(scores[np.arange(path.size), tasks[index].chain.states[path]].sum())
            count += path.size
    return [paths[index] for index in range(len(tasks))], total / count


def _chain(units: Sequence[Unit], numbers: Sequence[int]) -> Chain:
    states = np.array([number * STATES_PER_UNIT + part for number in numbers for part in range(STATES_PER_UNIT)])
    after = np.zeros(states.size, bool)
    for place, unit in enumerate(units[:-1]):
        if unit.optional:
            after[(place + 1) * STATES_PER_UNIT] = True
    return Chain(states.astype(np.int64), after)


def _cepstra(samples: Floats) -> Floats:
    """13 mel cepstra with first and second differences, of zero mean and unit variance."""
    mel = log_mel(samples, ALIGNMENT_HOP)
    bands = mel.shape[1]
    basis = np.cos(np.pi / bands * np.outer(np.arange(_COEFFICIENTS), np.arange(bands) + 0.5))
    cepstra = mel @ basis.T.astype(np.float32)
    first = _slope(cepstra)
    joined = np.concatenate([cepstra, first, _slope(first)], axis=1)
    return np.asarray((joined - joined.mean(axis=0)) / (joined.std(axis=0) + 1e-5), np.float32)


def _slope(values: Floats, reach: int = 3) -> Floats:
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    total = np.zeros_like(values)
    for offset in range(1, reach + 1):
        total += offset * (padded[reach + offset :][: len(values)] - padded[reach - offset :][: len(values)])
    return np.asarray(total / (2 * sum(offset**2 for offset in range(1, reach + 1))), np.float32)


def _flat_start(task: _Task, samples: Floats) -> NDArray[np.int64]:
    """Spread the obligatory units evenly over the part that is loud enough to be speech."""
    count = task.cepstra.shape[0]
    blocks = samples[: samples.size // ALIGNMENT_HOP * ALIGNMENT_HOP].reshape(-1, ALIGNMENT_HOP)
    level = np.sqrt(np.mean(blocks**2, axis=1))[:count]
    loud = np.flatnonzero(level > 0.05 * np.percentile(level, 95))
    start, end = max(int(loud[0]), STATES_PER_UNIT), min(int(loud[-1]) + 1, count - STATES_PER_UNIT)
    spoken = [place for place, unit in enumerate(task.units) if not unit.optional]
    inner = [place * STATES_PER_UNIT + part for place in spoken[1:-1] for part in range(STATES_PER_UNIT)]
    path = np.empty(count, np.int64)
    path[:start] = np.arange(start) * STATES_PER_UNIT // start
    path[start:end] = np.array(inner)[np.arange(end - start) * len(inner) // (end - start)]
    tail = count - end
    path[end:] = spoken[-1] * STATES_PER_UNIT + np.arange(tail) * STATES_PER_UNIT // tail
    return path


def _starts(task: _Task, path: NDArray[np.int64]) -> NDArray[np.int64]:
    unit_at = path // STATES_PER_UNIT
    return np.searchsorted(unit_at, np.arange(len(task.units) + 1)).astype(np.int64) * ALIGNMENT_HOP
