"""What all tests share."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from engine.store.opening import Store, open_store

# Machines that run tests are busy; how long an example takes says nothing about it.
settings.register_profile("visavis", deadline=None, derandomize=True)
settings.load_profile("visavis")
# The same examples in every run, so that a failure is the last change's; `--hypothesis-profile chance` looks for new ones.
settings.register_profile("chance", deadline=None, derandomize=False)


def pytest_configure() -> None:
    # A shell that starts the run in the background, or `nohup`, has it ignore Ctrl-C or a hang-up, and with it every
    # process that a test starts. A handler of its own is not passed on: those processes then have the usual one.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, frame: None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
async def store(home: Path) -> AsyncIterator[Store]:
    """A new store; it is closed after the test."""
    opened = await open_store(home)
    yield opened
    await opened.close()
