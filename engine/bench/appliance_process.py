"""The appliance as a process of its own, so that what is measured is not disturbed by what measures."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from engine.bench.relay import Signal
from engine.errors import VisavisError
from engine.ranks import Rank

START_WITHIN = 120.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class ApplianceProcess:
    """A running appliance and the means to talk to it."""

    process: psutil.Process
    api: httpx.AsyncClient
    """Carries the key; paths are relative to the base URL."""
    start_seconds: float
    """From the command to the ready file."""

    async def create_conversation(self, **fields: Any) -> dict[str, Any]:
        """Create a conversation with the stock persona and replica."""
        body = {"persona_id": "pb87e71797da", "replica_id": "r4067604db72", **fields}
        return self.answer_of(await self.api.post("/v2/conversations", json=body))

    def signal(self, conversation_id: str) -> Signal:
        """Return the way of an offer into the room."""

        async def send(sdp: str) -> str:
            return str((await self.join(conversation_id, sdp, "bench"))["sdp"])

        return send

    async def join(self, conversation_id: str, sdp: str, user_name: str, resume_token: str = "") -> dict[str, Any]:
        """Offer a connection; with the `resume_token` of an earlier answer it takes that place again. Raises VisavisError when refused."""
        body = {"sdp": sdp, "type": "offer", "user_name": user_name, "resume_token": resume_token or None}
        return self.answer_of(await self.api.post(f"/rooms/{conversation_id}/join", json=body))

    async def figures(self) -> dict[str, float]:
        """Return what `/metrics` says, by name and labels as written there."""
        text = (await self.api.get("/metrics")).text
        rows = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in rows}

    async def turns(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return the traces of a running call's turns."""
        answer = self.answer_of(await self.api.get(f"/v2/conversations/{conversation_id}/turns"))
        return list(answer["data"])

    def cpu_seconds(self) -> float:
        """Return the processor time used so far by all of its threads."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def cpu_seconds_of(self, *ranks: Rank) -> float | None:
        """Return the processor time used so far by the living threads of these ranks; None where threads have none (not on Linux)."""
        used = 0
        try:
            base = os.getpriority(os.PRIO_PROCESS, self.process.pid)
            for folder in Path(f"/proc/{self.process.pid}/task").iterdir():
                # Man page proc(5): after the name in parentheses, fields 3 and on.
                fields = (folder / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
                if int(fields[16]) - base in ranks:
                    used += int(fields[11]) + int(fields[12])
        except (OSError, AttributeError):
            return None
        return used / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Return its resident memory in MB (10^6 bytes)."""
        return float(self.process.memory_info().rss) / 1e6

    @staticmethod
    def answer_of(response: httpx.Response) -> dict[str, Any]:
        """Return a JSON answer; raises VisavisError for one that is an error."""
        if response.is_error:
            raise VisavisError(f"{response.request.method} {response.request.url.path}: {response.text}")
        return dict(response.json())


@asynccontextmanager
async def appliance_process(
    home: Path, *, environment: dict[str, str] | None = None, log: Path | None = None
) -> AsyncIterator[ApplianceProcess]:
    """Start `visavis serve` on a free port with the models of `home` and a data folder of its own; stop it at the end.

    `log`: where it writes what happens, to be kept.
    """
    with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
        own_home = Path(folder) / "home"
        own_home.mkdir(mode=0o700)
        (own_home / "models").symlink_to((home / "models").resolve(), target_is_directory=True)
        ready, log = Path(folder) / "ready.json", log or Path(folder) / "log"
        begun = time.monotonic()
        with _log_file(log) as output:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "engine", "serve", "--headless", "--port", "0"),
                *("--home", str(own_home), "--ready-file", str(ready)),
                stdout=output,
                stderr=output,
                env={**os.environ, **(environment or {})},
            )
        try:
            await _until(lambda: ready.exists() or child.returncode is not None)
            if not ready.exists():
                raise VisavisError(f"the appliance did not start: {log.read_text(encoding='utf-8')[-2000:]}")
            seconds = time.monotonic() - begun
            facts = json.loads(ready.read_text(encoding="utf-8"))
            headers = {"x-api-key": facts["api_key"]}
            async with httpx.AsyncClient(
                base_url=facts["api_url"], headers=headers, timeout=30, trust_env=False
            ) as api:
                yield ApplianceProcess(psutil.Process(child.pid), api, seconds)
        finally:
            if child.returncode is None:
                child.terminate()
                try:
                    await asyncio.wait_for(child.wait(), 10)
                except TimeoutError:
                    child.kill()
                    await child.wait()


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_WITHIN
    while not condition():
        if time.monotonic() > deadline:
            raise VisavisError(f"the appliance was not ready within {START_WITHIN:.0f} s")
        await asyncio.sleep(0.05)


@contextmanager
def _log_file(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
