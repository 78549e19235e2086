"""A context that slides: what was dropped from the midst of a conversation costs no evaluation of the rest."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers.cancel import CancelToken
from engine.layers.llm.cache import TokenCache
from engine.layers.llm.chat_template import Piece
from engine.layers.llm.llama import LlamaChatModel
from engine.layers.llm.runtime import llama_cpp
from engine.layers.llm.vocabulary import Token
from tests.model_files import NEEDS_MODELS

pytestmark = [*NEEDS_MODELS]

SYSTEM = "You are a helpful assistant who counts. "
RIVERS = "Long ago the river ran from the mountains to the sea, and boats went up and down with wood and salt. "
COUNTING = "one two three four five six seven eight nine ten eleven twelve " * 2 + "one two three four five six seven"


class CountingCache(TokenCache):
    """Knows how many tokens were evaluated."""

    evaluated = 0

    def _decode(self, part: Sequence[Token], *, logits: bool) -> None:
        self.evaluated += len(part)
        super()._decode(part, logits=logits)


@pytest.fixture
def caches(model: LlamaChatModel) -> Iterator[tuple[CountingCache, CountingCache]]:
    opened = tuple(CountingCache(model._model, 512, 1) for _ in range(2))
    yield opened[0], opened[1]
    for cache in opened:
        cache.close()


def tokens(model: LlamaChatModel, *texts: str) -> list[Token]:
    return [token for text in texts for token in model.vocabulary.tokens([Piece(text, trusted=False)])]


def logits(cache: TokenCache, model: LlamaChatModel) -> NDArray[np.float32]:
    found = llama_cpp().llama_get_logits_ith(cache.context, -1)
    return np.ctypeslib.as_array(found, (model.vocabulary.size,)).copy()


def test_what_is_left_is_not_evaluated_again(
    model: LlamaChatModel, caches: tuple[CountingCache, CountingCache]
) -> None:
    slid, fresh = caches
    slid.evaluate(tokens(model, SYSTEM, RIVERS, COUNTING), CancelToken(), draw_next=False, leaves_out=True)
    before = slid.evaluated
    left = tokens(model, SYSTEM, COUNTING, " eight nine")
    slid.evaluate(left, CancelToken(), draw_next=True, leaves_out=True)
    assert slid.tokens == left
    assert slid.evaluated - before == len(tokens(model, " eight nine"))
    fresh.evaluate(left, CancelToken(), draw_next=True, leaves_out=True)
    assert int(logits(slid, model).argmax()) == int(logits(fresh, model).argmax())
    assert float(np.corrcoef(logits(slid, model), logits(fresh, model))[0, 1]) > 0.95


def test_a_prompt_that_shares_little_is_evaluated_whole(
    model: LlamaChatModel, caches: tuple[CountingCache, CountingCache]
) -> None:
    cache, fresh = caches
    cache.evaluate(tokens(model, SYSTEM, RIVERS), CancelToken(), draw_next=False, leaves_out=True)
    other = tokens(model, SYSTEM, "boats went up, ", COUNTING)
    cache.evaluate(other, CancelToken(), draw_next=True, leaves_out=True)
    fresh.evaluate(other, CancelToken(), draw_next=True, leaves_out=True)
    assert cache.tokens == other
    assert np.allclose(logits(cache, model), logits(fresh, model), atol=0.5)


def test_it_slides_again_and_again(model: LlamaChatModel, caches: tuple[CountingCache, CountingCache]) -> None:
    cache, _ = caches
    turns = [f"Turn number {number} of this long talk says {RIVERS}" for number in range(30)]
    for number in range(5, 30):
        before = cache.evaluated
        prompt = tokens(model, SYSTEM, *turns[number - 5 : number])
        cache.evaluate(prompt, CancelToken(), draw_next=True, leaves_out=True)
        assert cache.tokens == prompt
        if number > 5:
            # The one new turn, and at most one token to draw from.
            assert cache.evaluated - before <= len(tokens(model, turns[number - 1])) + 1
