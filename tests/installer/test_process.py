"""Child processes: output, failure, stopping a whole group."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from installer.errors import CancelledError, ChildFailedError
from installer.process import Children


def test_output_of_both_streams_goes_to_the_log_and_to_the_listener(children: Children, tmp_path: Path) -> None:
    heard: list[str] = []
    code = "import sys; print('one', flush=True); print('two', file=sys.stderr, flush=True); print('10%\\r99%')"
    lines = children.run([sys.executable, "-c", code], log="step", on_line=heard.append)
    assert lines == heard == ["one", "two", "99%"]
    log = (tmp_path / "logs" / "step.log").read_text()
    assert log.startswith("$ ")
    assert "one\ntwo\n" in log


def test_a_failing_child_tells_status_last_lines_and_log(children: Children) -> None:
    with pytest.raises(ChildFailedError) as caught:
        children.run([sys.executable, "-c", "print('before'); raise SystemExit('the end')"], log="step")
    assert caught.value.returncode == 1
    assert caught.value.tail[-1] == "the end"
    assert "the end" in caught.value.log.read_text()


def test_a_child_killed_by_a_signal_is_told_from_one_that_failed(children: Children) -> None:
    with pytest.raises(ChildFailedError) as caught:
        children.run([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGILL)"], log="step")
    assert caught.value.returncode == -4


def test_stopping_ends_the_grandchildren_too(children: Children, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"sleep 600 & echo $! > {pids}.tmp; mv {pids}.tmp {pids}; wait"
    outcome: list[BaseException] = []

    def runs() -> None:
        try:
            children.run(["sh", "-c", code], log="step")
        except CancelledError as error:
            outcome.append(error)

    thread = threading.Thread(target=runs)
    thread.start()
    deadline = time.monotonic() + 60
    while not pids.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    children.cancel()
    thread.join(60)
    assert not thread.is_alive()
    assert len(outcome) == 1
    grandchild = int(pids.read_text())
    while _runs(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nothing_begins_after_the_stop(children: Children) -> None:
    children.cancel()
    with pytest.raises(CancelledError):
        children.run([sys.executable, "-c", "pass"], log="step")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie whose new parent has not reaped it yet has ended all the same.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
