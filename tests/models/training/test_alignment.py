"""Finding when each sound begins."""

from collections.abc import Callable
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.training.voice.alignment import align
from models.training.voice.phonemes import units_of
from models.training.voice.recipe import SAMPLE_RATE
from models.training.voice.viterbi import STATES_PER_UNIT, Chain, best_paths
from tests.models.training.speaking import buzz, hiss, silence


def _brute_force(scores: np.ndarray, chain: Chain) -> float:
    """The best score over all monotone paths from the first to the last place."""
    best = -np.inf
    last = chain.states.size - 1
    skip = STATES_PER_UNIT + 1
    for steps in product((0, 1, skip), repeat=scores.shape[0] - 1):
        places = np.cumsum([0, *steps])
        if places[-1] != last or (places > last).any():
            continue
        if any(step == skip and not chain.after_optional[place] for step, place in zip(steps, places[1:], strict=True)):
            continue
        best = max(best, float(scores[np.arange(places.size), chain.states[places]].sum()))
    return best


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(7, 8), st.booleans())
def test_the_path_is_the_best_of_all(seed: int, frames: int, optional: bool) -> None:
    random = np.random.default_rng(seed)
    scores = random.standard_normal((frames, 6)).astype(np.float32)
    after = np.zeros(7, bool)
    after[5] = optional
    chain = Chain(random.integers(0, 6, 7), after)
    (path,) = best_paths([scores], [chain])
    found = float(scores[np.arange(frames), chain.states[path]].sum())
    assert found == np.float32(found)
    assert abs(found - _brute_force(scores, chain)) < 1e-4


def test_sentences_of_different_lengths_do_not_disturb_each_other() -> None:
    random = np.random.default_rng(3)
    scores = [random.standard_normal((frames, 6)).astype(np.float32) for frames in (12, 30, 17)]
    chains = [Chain(random.integers(0, 6, size), np.zeros(size, bool)) for size in (6, 9, 12)]
    together = best_paths(scores, chains)
    for sound, chain, path in zip(scores, chains, together, strict=True):
        assert (best_paths([sound], [chain])[0] == path).all()


def test_boundaries_of_clear_sounds_are_found_from_a_flat_start() -> None:
    random = np.random.default_rng(1)
    makers: dict[str, Callable[[float], NDArray[np.float32]]] = {
        "ɑ": lambda s: buzz(s, 120, 1.6),
        "i": lambda s: buzz(s, 220, 0.3),
        "s": hiss,
    }
    sounds, units, truths = [], [], []
    for _ in range(24):
        order = [str(name) for name in random.permutation(["ɑ", "i", "s"])]
        lengths = random.uniform(0.1, 0.35, 3)
        pieces = [
            silence(0.2),
            *(makers[name](length) for name, length in zip(order, lengths, strict=True)),
            silence(0.2),
        ]
        sounds.append(np.concatenate(pieces).astype(np.float32))
        units.append(units_of(["^", *order, "$"]))
        truths.append(np.cumsum([0, *(piece.size for piece in pieces)]))
    found = align(sounds, units, lambda line: None)
    errors = np.array([np.abs(begins[1:-1] - truth[1:-1]) for begins, truth in zip(found, truths, strict=True)])
    assert np.median(errors) < 0.02 * SAMPLE_RATE
    assert np.mean(errors < 0.05 * SAMPLE_RATE) > 0.9
