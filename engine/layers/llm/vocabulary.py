"""Text to tokens and back."""

import ctypes
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from engine.layers.llm.chat_template import Piece
from engine.layers.llm.runtime import llama_cpp

Token: TypeAlias = int


class Vocabulary:
    """A model's vocabulary; safe to use from any thread. Lives as long as the model."""

    def __init__(self, model: Any) -> None:
        self._llama = llama_cpp()
        self._vocabulary = self._llama.llama_model_get_vocab(model)
        self.size = int(self._llama.llama_vocab_n_tokens(self._vocabulary))
        self._begin = self._llama.llama_vocab_bos(self._vocabulary)
        self._wants_begin = bool(self._llama.llama_vocab_get_add_bos(self._vocabulary))
        # Messages of earlier turns come back with every prompt.
        self._cached = lru_cache(maxsize=512)(self._tokenize)

    @property
    def begin_text(self) -> str:
        """The begin-of-text token as templates write it; empty when there is none."""
        return self._text(self._begin)

    @property
    def end_text(self) -> str:
        """The end-of-text token as templates write it."""
        return self._text(self._llama.llama_vocab_eos(self._vocabulary))

    def tokens(self, pieces: Sequence[Piece]) -> list[Token]:
        """Tokenise a prompt. Control tokens come only from pieces that are the template's own."""
        found = [token for piece in pieces for token in self._cached(piece.text, piece.trusted)]
        if self._wants_begin and found[:1] != [self._begin]:
            found.insert(0, self._begin)
        return found

    def piece(self, token: Token) -> bytes:
        """Return the bytes of a token, which may be a part of a character; none for a control token."""
        buffer = ctypes.create_string_buffer(64)
        length = self._llama.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = self._llama.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
        return buffer.raw[:length]

    def ends(self, token: Token) -> bool:
        """Return whether the token ends the model's turn."""
        return bool(self._llama.llama_vocab_is_eog(self._vocabulary, token))

    def is_control(self, token: Token) -> bool:
        """Return whether the token is a control token."""
        return bool(self._llama.llama_vocab_is_control(self._vocabulary, token))

    def _tokenize(self, text: str, trusted: bool) -> tuple[Token, ...]:
        data = text.encode("utf-8", errors="replace")
        capacity = len(data) + 8
        buffer = (self._llama.llama_token * capacity)()
        count = self._llama.llama_tokenize(self._vocabulary, data, len(data), buffer, capacity, False, trusted)
        return tuple(buffer[:count])

    def _text(self, token: Token) -> str:
        if token < 0:
            return ""
        text: bytes | None = self._llama.llama_vocab_get_text(self._vocabulary, token)
        return (text or b"").decode(errors="replace")
