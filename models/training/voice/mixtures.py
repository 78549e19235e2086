"""Gaussian mixtures of the states of a hidden Markov model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training.voice.signals import Floats

_FEWEST = 12


@dataclass(frozen=True, slots=True)
class Mixtures:
    """Diagonal Gaussians: weights [states, parts], means and variances [states, parts, features]."""

    weights: Floats
    means: Floats
    variances: Floats

    def log_likelihood(self, frames: Floats) -> Floats:
        """Log density of each frame under each state [frames, states]."""
        states, parts, size = self.means.shape
        precision = (1 / self.variances).reshape(-1, size)
        means = self.means.reshape(-1, size)
        constant = np.log(self.weights).reshape(-1) - 0.5 * (
            np.sum(np.log(self.variances), axis=2).reshape(-1)
            + np.sum(means**2 * precision, axis=1)
            + size * np.log(2 * np.pi)
        )
        scores = constant + frames @ (means * precision).T - 0.5 * (frames**2 @ precision.T)
        by_state = scores.reshape(-1, states, parts)
        top = by_state.max(axis=2)
        return np.asarray(top + np.log(np.sum(np.exp(by_state - top[:, :, None]), axis=2)), np.float32)


def fit(frames: Floats, labels: NDArray[np.int64], states: int, old: Mixtures | None, parts: int) -> Mixtures:
    """Fit each state to the frames labelled with it, splitting the parts of `old` until there are `parts`."""
    size = frames.shape[1]
    overall = frames.mean(axis=0), frames.var(axis=0)
    weights = np.full((states, parts), 1 / parts, np.float32)
    means = np.tile(overall[0], (states, parts, 1)).astype(np.float32)
    variances = np.tile(overall[1], (states, parts, 1)).astype(np.float32)
    order = np.argsort(labels, kind="stable")
    edges = np.searchsorted(labels[order], np.arange(states + 1))
    for state in range(states):
        mine = frames[order[edges[state] : edges[state + 1]]]
        if mine.shape[0] < _FEWEST:
            continue
        start = _start(mine, None if old is None else (old.means[state], old.variances[state]), parts)
        part = _nearest(mine, *start)
        for index in range(parts):
            members = mine[part == index]
            if members.shape[0] < max(_FEWEST, size // 4):
                members = mine
            weights[state, index] = max(members.shape[0] / mine.shape[0], 1e-3)
            means[state, index] = members.mean(axis=0)
            variances[state, index] = np.maximum(members.var(axis=0), 0.02 * overall[1])
        weights[state] /= weights[state].sum()
    return Mixtures(weights, means, variances)


def _start(mine: Floats, old: tuple[Floats, Floats] | None, parts: int) -> tuple[Floats, Floats]:
    means, variances = (mine.mean(axis=0)[None], mine.var(axis=0)[None] + 1e-3) if old is None else old
    while means.shape[0] < parts:
        step = 0.2 * np.sqrt(variances)
        means = np.concatenate([means - step, means + step])[:parts]
        variances = np.concatenate([variances, variances])[:parts]
    return means, variances


def _nearest(mine: Floats, means: Floats, variances: Floats) -> NDArray[np.intp]:
    distance = np.sum((mine[:, None] - means) ** 2 / variances + np.log(variances), axis=2)
    return np.asarray(np.argmin(distance, axis=1), np.intp)
