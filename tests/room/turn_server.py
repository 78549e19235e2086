"""coturn on loopback, as somebody runs it for this appliance; tests that need it are skipped where it is missing."""

import asyncio
import shutil
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.room.turn_servers import TurnServers
from engine.secret import Secret
from tests.real_time import until

SECRET = "the secret of the relay"
_BINDING = struct.pack("!HHI12s", 1, 0, 0x2112A442, b"are-you-here")
"""A STUN request that any server answers (RFC 8489)."""


@dataclass(frozen=True, slots=True)
class TurnServer:
    """A running one."""

    port: int
    log: Path
    process: asyncio.subprocess.Process

    def servers(self, secret: str = SECRET, transport: str = "udp") -> TurnServers:
        """Return it as an installation has it in its settings."""
        return TurnServers.of((f"turn:127.0.0.1:{self.port}?transport={transport}",), Secret(secret))

    def said(self, text: str) -> int:
        """Return how often its log has a text."""
        return self.log.read_text(errors="replace").count(text)


@asynccontextmanager
async def turn_server(folder: Path, *options: str, host: str = "127.0.0.1") -> AsyncIterator[TurnServer]:
    """Run it until the end of the block."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("no turnserver found: install coturn")
    port, log = _free_port(host), folder / "turnserver.log"
    # The sockets of its workers come after some moments; without a path of its own it looks for a database of users.
    process = await asyncio.create_subprocess_exec(
        *(program, "-n", "-v", "--no-cli", "--no-tls", "--no-dtls", "--no-multicast-peers", "--log-file", "stdout"),
        *("--simple-log", "--pidfile", str(folder / "pid"), "--userdb", str(folder / "users")),
        *("--listening-ip", host, "--relay-ip", host, "--listening-port", str(port)),
        *("--realm", "visavis.test", "--use-auth-secret", "--static-auth-secret", SECRET),
        *("--allow-loopback-peers", *options),
        stdout=log.open("wb"),
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
            asking.setblocking(False)
            asking.connect((host, port))
            await until(lambda: process.returncode is not None or _answers(asking))
        assert process.returncode is None, log.read_text(errors="replace")
        yield TurnServer(port, log, process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _answers(asking: socket.socket) -> bool:
    try:
        asking.send(_BINDING)
        return bool(asking.recv(1500))
    except OSError:
        return False


def _free_port(host: str) -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
