"""Requests at fixed times, whatever the answers take (an open loop): run as a process of its own, so that nothing else delays it.

`python -m engine.bench.load` reads a `LoadPlan` as JSON from standard input and writes a `LoadResult` as JSON to standard output.
"""

import asyncio
import gc
import json
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

START_AFTER = 0.5
"""Seconds from the start of the process to the first request."""
ANSWER_WITHIN = 10.0
"""Seconds after which a request counts as failed."""
IDLE_AT_MOST = 2.0
"""Seconds after which a connection is not used again: the server closes those that rest."""
WORKERS = 16
"""Connections; a request that is due while all are busy waits, and the wait counts."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What is asked of whom, and how often."""

    base_url: str
    key: str
    path: str
    gets_per_second: float
    posts_per_second: float
    body: dict[str, Any]
    """What each POST carries."""
    seconds: float


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Milliseconds from the moment at which a request was to be sent to the last byte of its answer."""

    get_ms: list[float]
    post_ms: list[float]
    sent_late_ms: list[float]
    """How late requests left this process: what the machine, not the server, adds."""
    errors: list[str]
    """What did not end in 200."""


async def run_load(plan: LoadPlan) -> LoadResult:
    """Run a plan in a process of its own. Raises RuntimeError when that process fails."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "engine.bench.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        output, _ = await child.communicate(json.dumps(asdict(plan)).encode())
    except BaseException:
        child.kill()
        await child.wait()
        raise
    if child.returncode != 0:
        raise RuntimeError(f"the load process ended with status {child.returncode}")
    return LoadResult(**json.loads(output))


def send_plan(plan: LoadPlan) -> LoadResult:
    """Send every request of a plan at its time and wait for the last answer."""
    result = LoadResult([], [], [], [])
    jobs: SimpleQueue[_Job | None] = SimpleQueue()
    address = urlsplit(plan.base_url)
    workers = [
        threading.Thread(target=_Worker(address.hostname or "127.0.0.1", address.port or 80, jobs, result).run)
        for _ in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    get = _request(plan, "GET", b"")
    post = _request(plan, "POST", json.dumps(plan.body).encode())
    begin = time.monotonic() + START_AFTER
    for due, is_post in _schedule(plan):
        # Not asyncio: its timers are exact to a millisecond only, which would be measured as the server's.
        time.sleep(max(0.0, begin + due - time.monotonic()))
        jobs.put(_Job(begin + due, post if is_post else get, result.post_ms if is_post else result.get_ms))
    for _ in workers:
        jobs.put(None)
    for worker in workers:
        worker.join()
    return result


def _schedule(plan: LoadPlan) -> list[tuple[float, bool]]:
    gets = [(number / plan.gets_per_second, False) for number in range(int(plan.seconds * plan.gets_per_second))]
    posts = [(number / plan.posts_per_second, True) for number in range(int(plan.seconds * plan.posts_per_second))]
    return sorted(gets + posts)


def _request(plan: LoadPlan, method: str, body: bytes) -> bytes:
    lines = [f"{method} {plan.path} HTTP/1.1", f"host: {urlsplit(plan.base_url).netloc}", f"x-api-key: {plan.key}"]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


@dataclass(frozen=True, slots=True)
class _Job:
    due: float
    """Monotonic seconds."""
    request: bytes
    times: list[float]


class _Worker:
    """One thread with one kept-alive connection."""

    def __init__(self, host: str, port: int, jobs: "SimpleQueue[_Job | None]", result: LoadResult) -> None:
        self._address = (host, port)
        self._jobs = jobs
        self._result = result
        self._connection: socket.socket | None = None
        self._used = 0.0

    def run(self) -> None:
        """Send what comes until there is no more."""
        while (job := self._jobs.get()) is not None:
            self._result.sent_late_ms.append((time.monotonic() - job.due) * 1000)
            try:
                status = self._exchange(job.request)
            except (OSError, ValueError, EOFError) as error:
                self._result.errors.append(repr(error))
                self._close()
                continue
            self._used = time.monotonic()
            if status == 200:
                job.times.append((self._used - job.due) * 1000)
            else:
                self._result.errors.append(f"status {status}")
        self._close()

    def _exchange(self, request: bytes) -> int:
        connection = self._open()
        connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive(connection)
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        while len(body) < length:
            body += self._receive(connection)
        return int(head[9:12])

    def _open(self) -> socket.socket:
        if self._connection is not None and time.monotonic() - self._used > IDLE_AT_MOST:
            self._close()
        if self._connection is None:
            self._connection = socket.create_connection(self._address, ANSWER_WITHIN)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._connection

    def _receive(self, connection: socket.socket) -> bytes:
        part = connection.recv(1 << 16)
        if not part:
            raise EOFError("the connection was closed before the answer was whole")
        return part

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def main() -> None:
    """Run the plan on standard input."""
    plan = LoadPlan(**json.load(sys.stdin))
    # A collection in the midst of a run would be measured as the server's delay.
    gc.disable()
    sys.setswitchinterval(0.0005)
    json.dump(asdict(send_plan(plan)), sys.stdout)


if __name__ == "__main__":
    main()
