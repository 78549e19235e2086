"""`visavis bench llm`."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.bench.llm import EXCHANGES, bench_llm, conversation, time_to_idle
from engine.errors import ModelUnavailableError
from engine.layers.cancel import CancelToken
from engine.settings import Settings
from tests.model_files import NEEDS_MODELS, home


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_the_thread_is_idle_once_the_cancelled_work_has_ended(thread: ThreadPoolExecutor) -> None:
    ended: list[str] = []

    def work(cancel: CancelToken) -> None:
        while not cancel.cancelled:
            threading.Event().wait(0.001)
        ended.append("work")

    milliseconds = time_to_idle(thread, work, 0.0)
    assert ended == ["work"]
    assert milliseconds is not None
    assert milliseconds > 0.0


def test_work_that_is_over_before_it_is_cancelled_says_nothing(thread: ThreadPoolExecutor) -> None:
    assert time_to_idle(thread, lambda cancel: None, 60.0) is None


@pytest.mark.parametrize("after", [0.0, 60.0])
def test_work_that_fails_is_no_measurement(thread: ThreadPoolExecutor, after: float) -> None:
    def work(cancel: CancelToken) -> None:
        raise ModelUnavailableError("the model broke")

    with pytest.raises(ModelUnavailableError, match="broke"):
        time_to_idle(thread, work, after)


def test_the_conversation_is_one_that_has_gone_on_for_a_while() -> None:
    roles = [message.role for message in conversation()]
    assert roles == ["system", *["user", "assistant"] * EXCHANGES, "user"]


def test_an_empty_store_names_what_fetches_the_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="visavis models pull --default"):
        bench_llm(Settings(home=tmp_path), lambda note: None)


@NEEDS_MODELS[0]
@NEEDS_MODELS[1]
def test_the_chat_model_is_measured() -> None:
    report = bench_llm(Settings(home=home()), lambda note: None, times=1, interruptions=2)
    assert report["prompt_tokens"] > 200
    assert report["prefill_tps"] > 0
    assert report["tps"] > 0
    assert 0 < report["first_token_ms"]["warm"] < report["first_token_ms"]["cold"]
    assert report["cancelled"]["prefill"] == 2
    assert 0 < report["cancel_ms"]["p50"] <= report["cancel_ms"]["p95"]
    assert set(report["cancel_ms"]) == {"p50", "p95", "prefill", "generation"}
