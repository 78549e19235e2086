"""How likely words end a turn, asked of a small language model.

The model never answers: it reads the words as a turn of the user in lower case and without punctuation, and is asked for the
probability that the message, or a sentence, ends there.
"""

import threading
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.errors import ModelUnavailableError
from engine.layers.cancel import CancelToken
from engine.layers.flow.evidence import bare_words
from engine.layers.llm.cache import TokenCache
from engine.layers.llm.chat_template import Piece
from engine.layers.llm.runtime import llama_cpp
from engine.layers.llm.vocabulary import Token, Vocabulary

MOST_WORDS: Final = 48
"""Words that are read; earlier ones say nothing about the end."""

_CONTEXT: Final = 256
"""Tokens: the examples and `MOST_WORDS` words of up to four tokens each."""
_END: Final = "<|im_end|>"
_USER: Final = "<|im_start|>user\n"
# Two finished turns written like the words show the model that turns come without punctuation, and that they end.
_EXAMPLES: Final = ("what time is it", "i went to the market yesterday and bought some bread")
_PROMPT: Final = "".join(f"{_USER}{example}{_END}\n" for example in _EXAMPLES) + _USER
_SENTENCE_ENDS: Final = (".", "?", "!", "\n")


class WordsEnd:
    """A `WordsEndModel` over a chat model in a GGUF file that speaks ChatML; shared by all conversations."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        """Load the weights (mapped: a chat model from the same file shares their memory).

        Raises ModelUnavailableError naming the file when it is missing, damaged or knows no ChatML.
        """
        self._llama = llama_cpp()
        parameters = self._llama.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self._model: Any = self._llama.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise ModelUnavailableError(
                f"{path} does not load as a GGUF model; check it with `visavis models verify` and fetch it again"
            )
        self._vocabulary = Vocabulary(self._model)
        self._ends = self._end_tokens(path)
        self._cache = TokenCache(self._model, _CONTEXT, threads)
        self._lock = threading.Lock()

    def log_probability(self, text: str) -> float:
        """Return the log-probability (nats, <= 0) that a turn or a sentence ends after the words of `text`.

        Punctuation and case of `text` do not count. Blocking: what `text` shares with the last call is not read again, so that
        a pause costs a few tokens (about 30 ms on one core) when `prepare` was given the words before. Thread-safe. Raises
        ModelUnavailableError when llama.cpp fails.
        """
        with self._lock:
            self._read(text, draw_next=True)
            logits = np.ctypeslib.as_array(
                self._llama.llama_get_logits_ith(self._cache.context, -1), (self._vocabulary.size,)
            ).astype(np.float64)
        return min(0.0, float(np.logaddexp.reduce(logits[self._ends]) - np.logaddexp.reduce(logits)))

    def prepare(self, text: str) -> None:
        """Read the words of a partial text, so that the next question about the same turn is answered sooner; blocking."""
        with self._lock:
            self._read(text, draw_next=False)

    def close(self) -> None:
        """Free the weights; the model must not be used afterwards. Safe to call twice."""
        with self._lock:
            if self._model is not None:
                self._cache.close()
                self._llama.llama_model_free(self._model)
                self._model = None

    def _read(self, text: str, *, draw_next: bool) -> None:
        if self._model is None:
            raise ModelUnavailableError("the model of words that end a turn was closed")
        words = bare_words(text, MOST_WORDS)
        begin = Piece(_PROMPT, trusted=True)
        head = len(self._vocabulary.tokens([begin]))
        prompt = self._vocabulary.tokens([begin, Piece(words, trusted=False)])
        self._cache.evaluate(prompt[:head] + prompt[head:][head - _CONTEXT :], CancelToken(), draw_next=draw_next)

    def _end_tokens(self, path: Path) -> list[Token]:
        """Return the tokens that end a message or a sentence."""
        end = self._vocabulary.tokens([Piece(_END, trusted=True)])
        if len(end) != 1 or not self._vocabulary.is_control(end[0]):
            self._llama.llama_model_free(self._model)
            self._model = None
            raise ModelUnavailableError(f"{path} knows no {_END}: words are judged by a model that speaks ChatML")
        sentence = [self._vocabulary.tokens([Piece(mark, trusted=False)]) for mark in _SENTENCE_ENDS]
        return end + [tokens[0] for tokens in sentence if len(tokens) == 1]
