"""A receiver of callbacks on loopback that notes when each one arrived."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

TAKEN = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class CallbackReceiver:
    """Takes every callback; made by `receiving`."""

    def __init__(self) -> None:
        self.url = ""
        self._arrived: dict[tuple[str, str], float] = {}
        self._changed = asyncio.Condition()

    async def arrival(self, conversation_id: str, event_type: str, *, within: float) -> float:
        """Wait for a callback; return when (monotonic seconds) it arrived. Raises TimeoutError."""
        wanted = (conversation_id, event_type)
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: wanted in self._arrived)
        return self._arrived[wanted]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one callback."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            payload: dict[str, Any] = json.loads(await reader.readexactly(length))
            now = time.monotonic()
            async with self._changed:
                self._arrived[str(payload.get("conversation_id")), str(payload.get("event_type"))] = now
                self._changed.notify_all()
            writer.write(TAKEN)
            await writer.drain()
        except (OSError, ValueError, EOFError):
            # Whoever sends this gets no answer, and tries again.
            return
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[CallbackReceiver]:
    """Listen on a free port of loopback."""
    receiver = CallbackReceiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callbacks"
    try:
        yield receiver
    finally:
        server.close()
