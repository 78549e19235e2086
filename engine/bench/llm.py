"""`visavis bench llm`: how fast the chat model reads and writes, how soon it begins, and how soon it is free once interrupted.

The model as the appliance builds it, in a thread of the rank that a call's has: no call runs beside it.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from engine.bench.make_clips import SENTENCES
from engine.bench.peer.same_models import same_prompt
from engine.bench.statistics import percentile, quantiles
from engine.layers.cancel import CancelToken
from engine.layers.llm.llama import LlamaChatModel
from engine.layers.llm.protocol import Message, Sampling
from engine.layers.llm.session import LlamaSession
from engine.loading import machine_tier
from engine.model_folders import best_folder, only_file
from engine.ranks import Rank, ranked_threads
from engine.settings import Settings
from models.store import ModelStore
from models.tiers import Tier
from models.training.voice.evaluation.sentences import ASSISTANT

TIMES: Final = 5
"""How often a conversation is read from its beginning and gone on with."""
INTERRUPTIONS: Final = 30
"""How often each, reading and writing, is cancelled."""
EXCHANGES: Final = 8
"""Questions and answers of the conversation so far."""
NEXT_QUESTION: Final = "And what else?"
_SEED: Final = 1
_SAMPLING: Final = Sampling(seed=_SEED)
"""A call's own, but repeatable."""
_TRIES: Final = 4
"""For each interruption: some come when the work is over already."""

Note = Callable[[str], None]


def bench_llm(
    settings: Settings, note: Note, *, times: int = TIMES, interruptions: int = INTERRUPTIONS
) -> dict[str, Any]:
    """Measure the chat model that calls with these settings have, and return the report. Raises ModelUnavailableError."""
    tier = machine_tier()
    folder = best_folder(ModelStore(settings.home), tier, "llm", settings.language, settings.chat_model)
    model = LlamaChatModel(only_file(folder, "*.gguf"), name=folder.name, gpu_layers=0 if tier is Tier.CPU else -1)
    with closing(model), ranked_threads("llm", Rank.THINKING) as thread:
        # The first call of a runtime allocates; the appliance makes it when it starts.
        thread.submit(_conversation, model, [Message("user", NEXT_QUESTION)]).result()
        note(f"{model.name} is reading and writing ...")
        read = [thread.submit(_conversation, model, conversation()).result() for _ in range(times)]
        report = {"model": model.name} | _speeds(read)
        note("and is interrupted ...")
        with closing(thread.submit(model.open_session).result()) as session:
            return report | _interruptions(session, thread, read, interruptions)


@dataclass(frozen=True, slots=True)
class _Read:
    """One conversation that was read and answered twice; tokens, and seconds."""

    prompt: int
    reading: float
    cold: float
    """From nothing in the cache to the first piece of the answer."""
    warm: float
    """From a new question, with all before it in the cache."""
    written: int
    writing: float


def _conversation(model: LlamaChatModel, messages: Sequence[Message]) -> _Read:
    with closing(model.open_session()) as session:
        began = time.perf_counter()
        session.prefill(messages, CancelToken())
        reading, prompt = time.perf_counter() - began, session.evaluated
    with closing(model.open_session()) as session:
        cold = _answer(session, messages)
        warm = _answer(session, [*messages, Message("assistant", cold.text), Message("user", NEXT_QUESTION)])
    return _Read(prompt, reading, cold.first, warm.first, cold.tokens + warm.tokens, cold.seconds + warm.seconds)


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    first: float
    tokens: int
    """Written after the first piece, in so many `seconds`."""
    seconds: float


def _answer(session: LlamaSession, messages: Sequence[Message]) -> _Answer:
    asked = time.perf_counter()
    pieces: list[str] = []
    began, evaluated = asked, 0
    for piece in session.generate(messages, _SAMPLING, CancelToken()):
        if not pieces:
            began, evaluated = time.perf_counter(), session.evaluated
        if isinstance(piece, str):
            pieces.append(piece)
    ended = time.perf_counter()
    if not pieces:
        return _Answer("", ended - asked, 0, 0.0)
    return _Answer("".join(pieces), began - asked, session.evaluated - evaluated, ended - began)


def conversation() -> list[Message]:
    """Return the prompt of a call that has gone on for a while: the stock persona's, with what both sides said."""
    said = [
        message
        for question, answer in zip(SENTENCES[:EXCHANGES], ASSISTANT[:EXCHANGES], strict=True)
        for message in (Message("user", question), Message("assistant", answer))
    ]
    return [Message("system", same_prompt(datetime.now().astimezone())), *said, Message("user", SENTENCES[1])]


def _speeds(read: Sequence[_Read]) -> dict[str, Any]:
    written, writing = sum(one.written for one in read), sum(one.writing for one in read)
    return {
        "prompt_tokens": read[0].prompt,
        "prefill_tps": round(sum(one.prompt for one in read) / sum(one.reading for one in read), 1),
        "tps": round(written / writing, 1) if written else None,
        "first_token_ms": {
            "cold": percentile([one.cold * 1000 for one in read], 50),
            "warm": percentile([one.warm * 1000 for one in read], 50),
        },
    }


def _interruptions(
    session: LlamaSession, thread: ThreadPoolExecutor, read: Sequence[_Read], count: int
) -> dict[str, Any]:
    """Cancel reading and writing, each at `count` moments drawn from the seconds that it takes."""
    system, *said = conversation()
    draw = random.Random(_SEED)  # noqa: S311 - moments, not secrets

    def reads(number: int, cancel: CancelToken) -> None:
        # Another beginning each time, so that nothing of it is in the cache.
        session.prefill([replace(system, content=f"{number}. {system.content}"), *said], cancel)

    def writes(number: int, cancel: CancelToken) -> None:
        for _ in session.generate([system, *said], replace(_SAMPLING, seed=number), cancel):
            pass

    reading = statistics.mean(one.reading for one in read)
    writing = statistics.mean(one.writing / 2 for one in read)

    def reading_ends(number: int) -> float | None:
        return time_to_idle(thread, partial(reads, number), draw.uniform(0.0, reading))

    def writing_ends(number: int) -> float | None:
        thread.submit(session.prefill, [system, *said], CancelToken()).result()
        return time_to_idle(thread, partial(writes, number), draw.uniform(0.0, writing))

    found = {"prefill": _several(count, reading_ends), "generation": _several(count, writing_ends)}
    every = [free for each in found.values() for free in each]
    cancel_ms = quantiles(every) | {name: quantiles(each) for name, each in found.items()}
    return {"cancel_ms": cancel_ms, "cancelled": {name: len(each) for name, each in found.items()}}


def _several(count: int, once: Callable[[int], float | None]) -> list[float]:
    """Return `count` figures, or fewer when too many tries give none."""
    found: list[float] = []
    for number in range(_TRIES * count):
        if len(found) == count:
            break
        if (figure := once(number)) is not None:
            found.append(figure)
    return found


def time_to_idle(thread: ThreadPoolExecutor, work: Callable[[CancelToken], None], after: float) -> float | None:
    """Begin work in a thread, cancel it `after` so many seconds, and return the milliseconds until the thread takes other work.

    None when the work was over before it could be cancelled. Raises what the work raises.
    """
    cancel = CancelToken()
    running = thread.submit(work, cancel)
    wait([running], timeout=after)
    if running.done():
        running.result()
        return None
    asked = time.perf_counter()
    cancel.cancel()
    free = thread.submit(time.perf_counter).result()
    running.result()
    return (free - asked) * 1000
