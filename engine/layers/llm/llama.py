"""Chat models in GGUF files, run by llama.cpp."""

import threading
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.llm.cache import TokenCache
from engine.layers.llm.chat_template import ChatTemplate
from engine.layers.llm.runtime import llama_cpp
from engine.layers.llm.session import LlamaSession
from engine.layers.llm.vocabulary import Vocabulary

_MAGIC: Final = b"GGUF"
_VERSIONS: Final = (2, 3)
_SHORTEST_CONTEXT: Final = 256


class LlamaChatModel:
    """A `ChatModel`: one set of weights, a context of its own for each session."""

    def __init__(
        self, path: Path, *, name: str = "", context: int = 2048, threads: int = 1, gpu_layers: int = 0
    ) -> None:
        """Load the weights (mapped, so they are read as they are used).

        `context`: tokens of one session, prompt and answer together. `threads`: for each session; more than one loses
        against other busy threads. `gpu_layers`: layers kept on the GPU, -1 for all. Raises ModelUnavailableError naming
        the file when it is missing, is not GGUF, is cut short or has no chat template, and InvalidInputError for a context
        under 256 tokens. Damage inside the weights does not show here: that is what the store's hash check is for.
        """
        if context < _SHORTEST_CONTEXT:
            raise InvalidInputError("context", context, f"{_SHORTEST_CONTEXT} tokens or more are")
        _check_header(path)
        self.name = name or path.stem
        self._llama = llama_cpp()
        parameters = self._llama.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        self._model: Any = self._llama.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise ModelUnavailableError(
                f"{path} does not load as a GGUF model; check it with `visavis models verify` and fetch it again"
            )
        source: bytes | None = self._llama.llama_model_chat_template(self._model, None)
        if not source:
            self._llama.llama_model_free(self._model)
            raise ModelUnavailableError(f"{path} holds no chat template: choose an instruction-tuned model")
        self.vocabulary = Vocabulary(self._model)
        self._template = ChatTemplate(
            source.decode(errors="replace"), begin=self.vocabulary.begin_text, end=self.vocabulary.end_text
        )
        self._context = min(context, int(self._llama.llama_model_n_ctx_train(self._model)))
        self._threads = threads
        self._lock = threading.Lock()
        self._open_sessions = 0

    def open_session(self) -> LlamaSession:
        """Open a key-value cache of its own.

        Raises ModelUnavailableError when the memory does not suffice or the model is closed.
        """
        with self._lock:
            if self._model is None:
                raise ModelUnavailableError(f"the chat model {self.name} was closed")
            cache = TokenCache(self._model, self._context, self._threads)
            self._open_sessions += 1
        return LlamaSession(cache, self.vocabulary, self._template, self._session_closed)

    def close(self) -> None:
        """Free the weights; raises RuntimeError while a session is open. Safe to call twice."""
        with self._lock:
            if self._open_sessions:
                raise RuntimeError(f"{self._open_sessions} sessions of {self.name} are still open")
            if self._model is not None:
                self._llama.llama_model_free(self._model)
                self._model = None

    def _session_closed(self) -> None:
        with self._lock:
            self._open_sessions -= 1


def _check_header(path: Path) -> None:
    """Refuse what llama.cpp should not even try to read."""
    try:
        with path.open("rb") as file:
            header = file.read(8)
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}); fetch it with `visavis models pull`"
        raise ModelUnavailableError(message) from None
    if header[:4] != _MAGIC or int.from_bytes(header[4:8], "little") not in _VERSIONS:
        raise ModelUnavailableError(
            f"{path} is not a GGUF file of version 2 or 3 (it begins with {header!r}); "
            "fetch it again with `visavis models pull`"
        )
