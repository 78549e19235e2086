"""Drawing tokens."""

import secrets
from typing import Any, Final, Self

from engine.layers.llm.protocol import Sampling
from engine.layers.llm.runtime import llama_cpp
from engine.layers.llm.vocabulary import Token

_REMEMBERED: Final = 64
"""Tokens of the answer that the repeat penalty looks back at; the prompt is not held against the answer."""
_CANDIDATES: Final = 40
"""Only the most probable are sorted for top-p: sorting a whole vocabulary would cost a millisecond a token."""


class Sampler:
    """A chain of llama.cpp's samplers for one answer; use as a context manager."""

    def __init__(self, sampling: Sampling, vocabulary_size: int) -> None:
        self._llama = llama_cpp()
        self._chain = self._llama.llama_sampler_chain_init(self._llama.llama_sampler_chain_default_params())
        for link in self._links(sampling, vocabulary_size):
            self._llama.llama_sampler_chain_add(self._chain, link)

    def _links(self, sampling: Sampling, vocabulary_size: int) -> list[Any]:
        llama = self._llama
        penalty = llama.llama_sampler_init_penalties(vocabulary_size, _REMEMBERED, sampling.repeat_penalty, 0.0, 0.0)
        if sampling.temperature <= 0:
            return [penalty, llama.llama_sampler_init_greedy()]
        seed = secrets.randbits(31) if sampling.seed is None else sampling.seed & 0x7FFFFFFF
        return [
            penalty,
            llama.llama_sampler_init_top_k(_CANDIDATES),
            llama.llama_sampler_init_top_p(sampling.top_p, 1),
            llama.llama_sampler_init_temp(sampling.temperature),
            llama.llama_sampler_init_dist(seed),
        ]

    def draw(self, context: Any) -> Token:
        """Draw a token from the last logits of the context and remember it."""
        return int(self._llama.llama_sampler_sample(self._chain, context, -1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._llama.llama_sampler_free(self._chain)
