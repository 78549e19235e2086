"""A pull that is killed or interrupted goes on where it ended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.store import ModelStore
from tests.models import hub_server as faults
from tests.models.hub_server import HubServer
from tests.models.making import catalogue_text, hub_model, hub_path, sha256, some_bytes

DATA = some_bytes(2_000_000)
HALF = 1_000_000


class Pull:
    """`python -m models pull m` as a process of its own."""

    def __init__(self, store: ModelStore, hub: HubServer, catalogue: Path) -> None:
        command = [sys.executable, "-m", "models", "pull", "m", "--home", str(store.home), "--hub-url", hub.url]
        self.process = subprocess.Popen(
            [*command, "--catalogue", str(catalogue)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def finish(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=180)
        return self.process.returncode, out, err


@pytest.fixture
def catalogue(hub: HubServer, tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.toml"
    path.write_text(catalogue_text(hub_model(hub, "m", {"model.bin": DATA})))
    return path


def wait_for_half(store: ModelStore) -> None:
    partial = store.partials / sha256(DATA)
    deadline = time.monotonic() + 120
    while not partial.exists() or partial.stat().st_size < HALF // 2:
        assert time.monotonic() < deadline, "the pull never began"
        time.sleep(0.02)


def test_killed_in_the_middle(store: ModelStore, hub: HubServer, catalogue: Path) -> None:
    hub.faults = [faults.stall(HALF)]
    first = Pull(store, hub, catalogue)
    wait_for_half(store)
    os.kill(first.process.pid, signal.SIGKILL)
    first.finish()
    assert store.installed() == []

    code, out, _ = Pull(store, hub, catalogue).finish()
    assert (code, out) == (0, "m: pulled, 2.0 MB\n")
    path, asked = hub.asked[-1]
    assert path == hub_path("model.bin")
    assert int(asked.removeprefix("bytes=").rstrip("-")) >= HALF // 2
    assert store.verify("m").sound
    assert list(store.partials.iterdir()) == []


def test_interrupted_by_the_keyboard(store: ModelStore, hub: HubServer, catalogue: Path) -> None:
    hub.faults = [faults.stall(HALF)]
    first = Pull(store, hub, catalogue)
    wait_for_half(store)
    first.process.send_signal(signal.SIGINT)
    code, _, err = first.finish()
    assert code == 130
    assert "the next pull goes on from here" in err
    assert "Traceback" not in err

    code, _, _ = Pull(store, hub, catalogue).finish()
    assert code == 0
    assert hub.asked[-1][1].startswith("bytes=")
    assert store.verify("m").sound


def test_two_processes_at_once_fetch_once(store: ModelStore, hub: HubServer, catalogue: Path) -> None:
    hub.faults = [faults.slowly(100_000, 0.1)]
    results = sorted(pull.finish()[:2] for pull in [Pull(store, hub, catalogue), Pull(store, hub, catalogue)])
    assert results == [(0, "m: is here, 2.0 MB\n"), (0, "m: pulled, 2.0 MB\n")]
    assert len(hub.asked) == 1
