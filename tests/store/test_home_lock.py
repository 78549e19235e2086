"""One appliance per home folder."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.store.errors import HomeInUseError, StoreError
from engine.store.home_lock import HomeLock, prepare_home

HOLD = "import sys; from pathlib import Path; from engine.store.home_lock import HomeLock\n"
HOLD += "lock = HomeLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"


def _holder(home: Path) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"held"
    return process


def test_a_second_process_is_told_the_pid_of_the_first(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    try:
        with pytest.raises(HomeInUseError, match=f"in use by the process {process.pid}.*--home") as caught:
            HomeLock(tmp_path)
        assert caught.value.pid == process.pid
    finally:
        process.communicate()


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with HomeLock(tmp_path):
        assert (tmp_path / "visavis.lock").read_text() == str(os.getpid())


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    with pytest.raises(HomeInUseError):
        HomeLock(tmp_path)
    lock.release()
    lock.release()
    HomeLock(tmp_path).release()


def test_a_new_home_is_private_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    new, old = tmp_path / "a" / "new", tmp_path / "old"
    old.mkdir(mode=0o755)
    prepare_home(new)
    prepare_home(old)
    assert stat.S_IMODE(new.stat().st_mode) == 0o700
    assert stat.S_IMODE(old.stat().st_mode) == 0o755


def test_a_home_that_cannot_be_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(StoreError, match="not a folder"):
        prepare_home(file)
    with pytest.raises(StoreError, match="cannot be created"):
        prepare_home(file / "below")
