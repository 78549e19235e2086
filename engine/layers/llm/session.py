"""One conversation with the model."""

import codecs
import threading
from collections.abc import Callable, Iterator, Sequence

from engine.layers.cancel import CancelToken
from engine.layers.llm.cache import TokenCache
from engine.layers.llm.chat_template import ChatTemplate
from engine.layers.llm.context_window import ContextWindow
from engine.layers.llm.protocol import Message, Sampling
from engine.layers.llm.sampler import Sampler
from engine.layers.llm.vocabulary import Token, Vocabulary


class LlamaSession:
    """A `ChatSession`. Used by one thread at a time; only `close` may come from another."""

    def __init__(
        self, cache: TokenCache, vocabulary: Vocabulary, template: ChatTemplate, on_close: Callable[[], None]
    ) -> None:
        self._cache = cache
        self._vocabulary = vocabulary
        self._template = template
        self._on_close = on_close
        # An eighth of the context is kept free for the answer.
        self._window = ContextWindow(cache.length - cache.length // 8, lambda messages: len(self._prompt(messages)))
        self._lock = threading.Lock()
        self._closed = False
        self._run = 0
        self._system: list[Message] = []
        """The system messages of the last prompt."""

    def prefill(self, messages: Sequence[Message], cancel: CancelToken) -> None:
        """Evaluate the prompt so far; stops within one batch (64 tokens, 0.2 s as a rule) when cancelled.

        Raises ModelUnavailableError when llama.cpp fails.
        """
        with self._lock:
            if not self._closed:
                self._run += 1
                self._evaluate(messages, cancel, draw_next=False)

    def generate(self, messages: Sequence[Message], sampling: Sampling, cancel: CancelToken) -> Iterator[str]:
        """Yield the answer as pieces of whole characters, without white space in front.

        Ends at the model's end-of-turn token, at `max_tokens`, when the context is full, when cancelled or closed, and when
        the session was used for something else in between. What was generated stays in the cache. Raises
        ModelUnavailableError when llama.cpp fails.
        """
        text = _TextStream()
        self._run += 1
        run = self._run
        with Sampler(sampling, self._vocabulary.size) as sampler:
            for number in range(sampling.max_tokens):
                with self._lock:
                    data = None if self._closed or run != self._run else self._next(number, messages, sampler, cancel)
                if data is None:
                    return
                if piece := text.feed(data):
                    yield piece

    def close(self) -> None:
        """Free the cache; a generation that is still running ends at its next token. Safe to call twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._cache.close()
        self._on_close()

    @property
    def evaluated(self) -> int:
        """Tokens in the cache."""
        return len(self._cache.tokens)

    def controls_in_cache(self) -> int:
        """Return how many control tokens are in the cache: those of the template, whatever was said."""
        return sum(map(self._vocabulary.is_control, self._cache.tokens))

    def _next(self, number: int, messages: Sequence[Message], sampler: Sampler, cancel: CancelToken) -> bytes | None:
        """Draw the next token, evaluating the prompt before the first one; return its bytes, None at the end."""
        if number == 0 and not self._evaluate(messages, cancel, draw_next=True):
            return None
        if cancel.cancelled or len(self._cache.tokens) >= self._cache.length:
            return None
        token = sampler.draw(self._cache.context)
        if self._vocabulary.ends(token):
            return None
        self._cache.append(token)
        return self._vocabulary.piece(token)

    def _evaluate(self, messages: Sequence[Message], cancel: CancelToken, *, draw_next: bool) -> bool:
        fitting = self._window.fit(messages)
        system = [message for message in messages if message.role == "system"]
        # What the replica was told to forget must not live on in what it keeps.
        leaves_out = len(fitting) < len(messages) and system == self._system
        self._system = system
        return self._cache.evaluate(self._prompt(fitting), cancel, draw_next=draw_next, leaves_out=leaves_out)

    def _prompt(self, messages: Sequence[Message]) -> list[Token]:
        return self._vocabulary.tokens(self._template.render(messages))


class _TextStream:
    """Joins the bytes of tokens to characters."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._begun = False

    def feed(self, data: bytes) -> str:
        """Return the characters that are complete with `data`."""
        text = self._decoder.decode(data)
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
        return text
