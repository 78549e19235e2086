"""The peer as a process of its own, and the way of an offer into it."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from engine.bench.peer.environment import PeerUnavailableError
from engine.bench.peer.pipecat_pipeline.plan import Plan

START_WITHIN: Final = 300.0
"""Seconds; the first start compiles the packages."""
ANSWER_WITHIN: Final = 60.0
_PACKAGE: Final = "pipecat_pipeline"
# At the end of the path: no module of the bench may stand in for one of the peer's.
_START: Final = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module({!r}, run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True)
class PeerProcess:
    """A running pipeline that waits for its one person."""

    process: psutil.Process
    child: asyncio.subprocess.Process
    log: Path

    async def signal(self, sdp: str) -> str:
        """Take an offer to it, bring back the answer (a `Signal`). Raises PeerUnavailableError when it gives none."""
        if self.child.stdin is None:
            raise RuntimeError("the peer has no standard input")
        self.child.stdin.write((json.dumps({"sdp": sdp}) + "\n").encode())
        return str((await self.said(ANSWER_WITHIN))["sdp"])

    async def said(self, within: float) -> dict[str, Any]:
        """Return the next thing that it says; raises PeerUnavailableError after `within` seconds or at its end."""
        if self.child.stdout is None:
            raise RuntimeError("the peer has no standard output")
        try:
            line = await asyncio.wait_for(self.child.stdout.readline(), within)
        except TimeoutError:
            raise PeerUnavailableError(f"pipecat said nothing within {within:.0f} s: {self._logged()}") from None
        if not line:
            raise PeerUnavailableError(f"pipecat ended: {self._logged()}")
        return dict(json.loads(line))

    def cpu_seconds(self) -> float:
        """Return the processor time used so far by all of its threads."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def rss_mb(self) -> float:
        """Return its resident memory in MB (10^6 bytes)."""
        return float(self.process.memory_info().rss) / 1e6

    def _logged(self) -> str:
        return self.log.read_text("utf-8", "replace")[-2000:].strip() or "it wrote nothing"


@asynccontextmanager
async def peer_process(python: Path, plan: Plan, log: Path | None = None) -> AsyncIterator[PeerProcess]:
    """Start the pipeline and wait until its models are loaded; end it afterwards. `log`: where what it says is kept.

    Raises PeerUnavailableError with the end of its log when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="visavis-peer-") as folder:
        plan_file, log = Path(folder) / "plan.json", log or Path(folder) / "log"
        plan_file.write_text(json.dumps(asdict(plan)), "utf-8")
        with log.open("wb") as output:
            child = await asyncio.create_subprocess_exec(
                *(str(python), "-c", _START.format(_PACKAGE), str(Path(__file__).parent), str(plan_file)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
                # Every file is here already.
                env={**os.environ, "HF_HUB_OFFLINE": "1"},
                cwd=folder,
            )
        peer = PeerProcess(psutil.Process(child.pid), child, log)
        try:
            await peer.said(START_WITHIN)
            yield peer
        finally:
            await _end(child)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        await asyncio.wait_for(child.wait(), 10)
    except TimeoutError:
        child.kill()
        await child.wait()
