"""What pipecat thinks with: llama.cpp in its own process.

pipecat has no service for it; its users put an OpenAI-compatible server between. That costs an HTTP request, JSON both ways and a second
process that fights for the same cores, so the peer is spared it.
"""
# mypy: disable-error-code="import-not-found, misc, no-any-return"

import asyncio
import ctypes
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp import Llama
from pipecat.frames.frames import Frame, LLMContextFrame, LLMFullResponseEndFrame, LLMFullResponseStartFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings

from .plan import Plan

_END = None


class LlamaCpp(LLMService):
    """Streams the answers of a GGUF model, token by token. The beginning of the prompt that has not changed stays evaluated."""

    def __init__(self, plan: Plan) -> None:
        settings = LLMSettings(
            model=Path(plan.chat).stem,
            system_instruction=None,
            temperature=plan.temperature,
            max_tokens=plan.max_tokens,
            top_p=plan.top_p,
            top_k=plan.top_k,
            frequency_penalty=None,
            presence_penalty=None,
            seed=plan.seed,
            filter_incomplete_user_turns=False,
            user_turn_completion_config=None,
        )
        super().__init__(settings=settings)
        self._plan = plan
        _load_processors()
        self._llama = Llama(
            plan.chat,
            n_ctx=plan.context,
            n_gpu_layers=plan.gpu_layers,
            # More than one, beside other busy threads, made prompts 30 times slower on a loaded machine of two cores.
            n_threads=plan.threads,
            n_threads_batch=plan.threads,
            verbose=False,
        )
        self._thread = ThreadPoolExecutor(1, "llama")

    def warm_up(self) -> None:
        """Evaluate the beginning of every prompt, as the appliance does when a call begins."""
        messages = [{"role": "system", "content": self._plan.system_prompt}, {"role": "user", "content": "Hello."}]
        for _ in self._stream(messages):
            return

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer a context; pass on everything else."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        try:
            async for text in self._answer(list(frame.context.get_messages())):
                await self._push_llm_text(text)
        except (RuntimeError, ValueError) as error:
            await self.push_error(f"llama.cpp: {error}", exception=error)
        finally:
            await self.push_frame(LLMFullResponseEndFrame())

    async def _answer(self, messages: list[Any]) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        stopped = threading.Event()

        def write() -> None:
            def give(piece: str | Exception | None) -> None:
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

            try:
                # An answer that was interrupted before its turn came leaves the cache as it is.
                for chunk in () if stopped.is_set() else self._stream(messages):
                    if stopped.is_set():
                        break
                    if text := chunk["choices"][0]["delta"].get("content"):
                        give(text)
            except Exception as error:  # handed to whoever waits for the answer
                give(error)
            give(_END)

        self._thread.submit(write)
        try:
            while (piece := await pieces.get()) is not _END:
                if isinstance(piece, Exception):
                    raise RuntimeError(str(piece)) from piece
                yield piece
        finally:
            stopped.set()

    def _stream(self, messages: list[Any]) -> Any:
        return self._llama.create_chat_completion(
            messages=messages,
            stream=True,
            temperature=self._plan.temperature,
            top_p=self._plan.top_p,
            top_k=self._plan.top_k,
            min_p=0.0,
            repeat_penalty=self._plan.repeat_penalty,
            max_tokens=self._plan.max_tokens,
            seed=self._plan.seed,
        )


def _load_processors() -> None:
    """Load the processor variants that lie beside a library that was built to choose one at run time."""
    library = llama_cpp.llama_cpp._lib
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    library.ggml_backend_load_all_from_path.argtypes = [ctypes.c_char_p]
    package = Path(llama_cpp.__file__).parent
    for folder in (package / "lib", package.parent / "bin"):
        if not library.ggml_backend_dev_count() and folder.is_dir():
            library.ggml_backend_load_all_from_path(str(folder).encode())
