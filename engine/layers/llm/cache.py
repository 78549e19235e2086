"""A llama.cpp context and the tokens that are evaluated in it."""

import time
from collections.abc import Sequence
from typing import Any, Final

from engine.errors import ModelUnavailableError
from engine.layers.cancel import CancelToken
from engine.layers.llm.runtime import llama_cpp
from engine.layers.llm.vocabulary import Token

BATCH: Final = 64
"""Tokens evaluated in one call at most."""

_SURELY_THE_SAME: Final = 24
"""Tokens that what is left of a conversation shares with the cache at least, behind what was dropped from its midst."""
_FIRST_BATCH: Final = 16
_BATCH_SECONDS: Final = 0.2
"""A batch is made as long as fits here: cancelling waits for it.

llama.cpp's abort callback is asked at every graph node. As a Python function it waits for the interpreter lock each time:
beside one busy Python thread, generation fell from 75 to 1 token a second.
"""


class TokenCache:
    """The key-value cache of one sequence. Used by one thread at a time."""

    def __init__(self, model: Any, length: int, threads: int) -> None:
        """Open a context of `length` tokens; raises ModelUnavailableError when there is no memory for it."""
        self._llama = llama_cpp()
        parameters = self._llama.llama_context_default_params()
        parameters.n_ctx = length
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_seq_max = 1
        parameters.n_threads = parameters.n_threads_batch = threads
        self.context = self._llama.llama_init_from_model(model, parameters)
        if not self.context:
            raise ModelUnavailableError(f"llama.cpp could not open a context of {length} tokens; is the memory full?")
        self.length = int(self._llama.llama_n_ctx(self.context))
        self._memory = self._llama.llama_get_memory(self.context)
        self._batch = self._llama.llama_batch_init(BATCH, 0, 1)
        self._batch_size = _FIRST_BATCH
        self.tokens: list[Token] = []

    def evaluate(
        self, prompt: Sequence[Token], cancel: CancelToken, *, draw_next: bool, leaves_out: bool = False
    ) -> bool:
        """Make the cache hold exactly `prompt`, keeping the beginning that it shares with what is there.

        `leaves_out`: old turns were dropped from the midst of what is there; what follows them is kept too, with what it knows of them.
        `draw_next`: have logits ready to draw the token after it. Returns False when cancelled on the way: then the cache
        holds a beginning of `prompt`. Raises ModelUnavailableError when llama.cpp fails; the cache is empty then.
        """
        if not prompt:
            raise ValueError("an empty prompt cannot be evaluated")
        shared = _common_length(self.tokens, prompt)
        if leaves_out:
            shared += self._close_gap(prompt, shared)
        self._keep(min(shared, len(prompt) - 1) if draw_next else shared)
        while len(self.tokens) < len(prompt):
            if cancel.cancelled:
                return False
            start = len(self.tokens)
            part = prompt[start : start + self._batch_size]
            began = time.perf_counter()
            self._decode(part, logits=draw_next and start + len(part) == len(prompt))
            self._adapt(len(part), time.perf_counter() - began)
        return True

    def append(self, token: Token) -> None:
        """Evaluate one more token, so that the next can be drawn."""
        self._decode((token,), logits=True)

    def close(self) -> None:
        """Free the context."""
        self._llama.llama_batch_free(self._batch)
        self._llama.llama_free(self.context)
        self.context = None
        self.tokens = []

    def _close_gap(self, prompt: Sequence[Token], at: int) -> int:
        """Drop tokens of the cache from place `at` on that `prompt` leaves out; return how many of those behind them it shares.

        They keep what they know of the dropped ones, and are moved forward (rotary positions are turned back): a conversation that
        outgrows its context is not evaluated anew.
        """
        end = _end_of_gap(self.tokens, prompt, at)
        if end is None or not self._llama.llama_memory_can_shift(self._memory):
            return 0
        if not self._llama.llama_memory_seq_rm(self._memory, 0, at, end):
            return 0
        self._llama.llama_memory_seq_add(self._memory, 0, end, -1, at - end)
        del self.tokens[at:end]
        return _common_length(self.tokens[at:], prompt[at:])

    def _keep(self, count: int) -> None:
        if count == len(self.tokens):
            return
        # A recurrent model cannot forget a part: it starts again.
        if not self._llama.llama_memory_seq_rm(self._memory, 0, count, -1):
            self._llama.llama_memory_clear(self._memory, True)
            count = 0
        del self.tokens[count:]

    def _decode(self, part: Sequence[Token], *, logits: bool) -> None:
        batch = self._batch
        batch.n_tokens = len(part)
        for index, token in enumerate(part):
            batch.token[index] = token
            batch.pos[index] = len(self.tokens) + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0
            batch.logits[index] = 0
        batch.logits[len(part) - 1] = 1 if logits else 0
        code = self._llama.llama_decode(self.context, batch)
        if code:
            self._llama.llama_memory_clear(self._memory, True)
            self.tokens = []
            raise ModelUnavailableError(f"llama.cpp could not evaluate {len(part)} tokens (code {code})")
        self.tokens.extend(part)

    def _adapt(self, count: int, seconds: float) -> None:
        # A part at the end of a prompt says little about the speed of a full batch.
        if count >= _FIRST_BATCH:
            self._batch_size = max(_FIRST_BATCH, min(BATCH, int(count * _BATCH_SECONDS / max(seconds, 1e-6))))


def _end_of_gap(tokens: Sequence[Token], prompt: Sequence[Token], at: int) -> int | None:
    """Return where in `tokens` that goes on which `prompt` has at place `at`; None where it does not, or too little of it."""
    sought = list(prompt[at : at + _SURELY_THE_SAME])
    if len(sought) < _SURELY_THE_SAME:
        return None
    places = range(at + 1, len(tokens) - len(sought) + 1)
    return next((place for place in places if tokens[place] == sought[0] and _begins(tokens, place, sought)), None)


def _begins(tokens: Sequence[Token], place: int, sought: list[Token]) -> bool:
    return list(tokens[place : place + len(sought)]) == sought


def _common_length(left: Sequence[Token], right: Sequence[Token]) -> int:
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return index
    return min(len(left), len(right))
