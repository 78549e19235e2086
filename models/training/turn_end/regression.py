"""Logistic regression with a penalty on large weights, by Newton's method."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = NDArray[np.float64]

PENALTY: Final = 2.0
"""On the squares of the weights of standardised features; its size hardly matters for three of them."""
_ROUNDS: Final = 40


@dataclass(frozen=True, slots=True)
class Weights:
    """A score is `bias` + the sum of `weights` times features: the log-odds that the turn is over."""

    weights: tuple[float, ...]
    bias: float

    def score(self, features: Sequence[float]) -> float:
        """Return the log-odds."""
        return self.bias + sum(weight * feature for weight, feature in zip(self.weights, features, strict=True))


def fit(features: Sequence[Sequence[float]], over: Sequence[bool]) -> Weights:
    """Return the weights that tell what is over from what is not; both count the same, however many there are.

    Raises ValueError unless there are examples of both.
    """
    given: Matrix = np.asarray(features, dtype=np.float64)
    wanted: Matrix = np.asarray(over, dtype=np.float64)
    if not 0 < wanted.sum() < wanted.size:
        raise ValueError("lessons hold turns that are over and turns that are not")
    share = np.where(wanted == 1, 0.5 / wanted.sum(), 0.5 / (wanted.size - wanted.sum())) * wanted.size
    mean, deviation = given.mean(axis=0), given.std(axis=0) + 1e-6
    inputs = np.column_stack([(given - mean) / deviation, np.ones(wanted.size)])
    penalty = np.diag([PENALTY] * given.shape[1] + [0.0])
    found: Matrix = np.zeros(inputs.shape[1])
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-inputs @ found))
        slope = inputs.T @ (share * (chance - wanted)) + penalty @ found
        bend = inputs.T @ (inputs * (share * chance * (1.0 - chance))[:, None]) + penalty
        found = found - np.linalg.solve(bend, slope)
    weights = found[:-1] / deviation
    return Weights(tuple(float(weight) for weight in weights), float(found[-1] - weights @ mean))
