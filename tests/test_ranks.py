"""The order of threads."""

import os
import sys

import pytest

from engine.ranks import Rank, ranked_threads


@pytest.mark.skipif(sys.platform != "linux", reason="niceness belongs to a thread on Linux alone")
def test_a_thread_yields_by_its_rank() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with ranked_threads("think", Rank.THINKING) as threads:
        assert threads.submit(os.getpriority, os.PRIO_PROCESS, 0).result() == min(19, own + Rank.THINKING)
    assert os.getpriority(os.PRIO_PROCESS, 0) == own


def test_a_thread_that_may_not_be_lowered_works_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    with ranked_threads("think", Rank.THINKING) as threads:
        assert threads.submit(lambda: 7).result(5) == 7
