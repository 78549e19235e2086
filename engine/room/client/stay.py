"""One place in a room, from joining to the end, over connections that may break and are made again."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Literal, Protocol

from aiortc import RTCIceServer

from engine.room.client.connection import RoomConnection
from engine.room.client.errors import (
    ConnectionLostError,
    ConversationEndedError,
    NotConnectedError,
    RoomError,
    UnreachableError,
)
from engine.room.client.signalling import Signalling

State = Literal["idle", "joining", "joined", "reconnecting", "left", "ended", "lost"]
"""`ended`: the conversation is over. `lost`: the connection broke and did not come back."""

LOOK_EVERY = 0.5
"""Seconds."""
SILENT_LOOKS = 6
"""Looks without a single packet, one after the other, after which a connection counts as broken: the room's sound never pauses."""
RECONNECT_WITHIN = 30.0
"""Seconds after which a broken connection is given up. The room itself keeps the place for a shorter time."""
ANEW_WITHIN = 5.0
"""Seconds that one attempt to connect anew may take."""
PATH_WITHIN = 2.0
"""Seconds after which an attempt is given up for a new one if no packet has found its way: ICE repeats its checks ever later, so that an
attempt that began in a network that is away would be late when that is back."""
ATTEMPT_WITHIN = 8.0
"""Seconds that it may take with all its questions to the room."""
REVIVAL_EVERY = 0.1
"""Seconds between two looks at whether the broken connection works again."""
MOST_KEPT = 1000
"""Messages that wait for the connection to be back."""


class Connect(Protocol):
    """Makes a connection that is not open yet."""

    def __call__(self, ice_servers: list[RTCIceServer], on_closed: Callable[[], None]) -> RoomConnection:
        """`on_closed`: is to be called when the other side closes it."""


class Stay:
    """`join`, and `leave` in the end; in between it keeps the connection by itself, and what is sent while it is down arrives later.
    `on_state` is told each new state."""

    def __init__(
        self,
        signalling: Signalling,
        user_name: str,
        *,
        connect: Connect,
        on_session: Callable[[str], None],
        on_state: Callable[[State], None],
    ) -> None:
        """`on_session`: is told the session id as soon as the room gives it, before anything comes from the room."""
        self._signalling = signalling
        self._user_name = user_name
        self._connect, self._on_session, self._on_state = connect, on_session, on_state
        self._resume_token: str | None = None
        self._session_id = ""
        self._broken = asyncio.Event()
        self._over = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._closed = False
        self._waiting: deque[str] = deque()
        """Messages (JSON text) for when the connection is back."""
        self.connection: RoomConnection | None = None
        """None until the room was joined."""
        self.replica_name = ""
        self.state: State = "idle"
        self.error: RoomError | None = None
        """Why it ended, when it did so by itself."""

    async def join(self, within: float) -> None:
        """Enter the room. Raises RoomError; nothing is left to be closed then."""
        self._become("joining")
        try:
            self.connection = await self._connected(within)
        except BaseException:
            await self._signalling.close()
            if not self._over.is_set():
                self._become("idle")
            raise
        if not self._over.is_set():
            self._become("joined")
        self._keeping = asyncio.create_task(self._keep(), name="room-client")

    async def leave(self) -> None:
        """Leave, and tell the room. Can be called again."""
        if self._keeping is None:
            return
        if self.state in {"joined", "reconnecting"}:
            self.finish("left")
            self._keeping.cancel()
        await asyncio.wait({self._keeping})
        # A task that is cancelled before its first step does nothing at all.
        await self._close()

    async def wait_closed(self) -> State:
        """Wait until it is over; return how it ended."""
        await self._over.wait()
        if self._keeping is not None:
            await asyncio.wait({self._keeping})
        return self.state

    def finish(self, state: State, error: RoomError | None = None) -> None:
        """Say that it is over, and why; the connection is closed soon after."""
        if not self._over.is_set():
            self.error = error
            self._over.set()
            self._broken.set()
            self._become(state)

    def send(self, text: str) -> None:
        """Send a message, now or once the connection is back. Raises NotConnectedError, RoomError when it is too long."""
        if self.connection is None:
            raise NotConnectedError("join the room before anything is sent")
        if self.state == "joined" and not (self.connection.closed and self._resume_token):
            self.connection.send(text)
        elif self.state not in {"joined", "reconnecting"} or len(self._waiting) >= MOST_KEPT:
            raise NotConnectedError("there is no connection to the room now")
        else:
            self._waiting.append(text)

    async def drained(self) -> None:
        """Wait until what was sent is mostly out, unless it waits for the connection. Raises NotConnectedError."""
        if self.state == "joined" and self.connection is not None:
            await self.connection.drained()

    async def _connected(self, within: float, path_within: float | None = None) -> RoomConnection:
        resumed, session_id = self._resume_token, ""
        connection = self._connect(await self._signalling.ice_servers(resumed), self._broken.set)
        try:
            answer = await self._signalling.join(await connection.offer(), self._user_name, resumed)
            self._session_id = session_id = answer.session_id
            self._resume_token, self.replica_name = answer.resume_token, answer.replica_name
            self._on_session(session_id)
            await connection.accept(answer.sdp, within, path_within)
        except BaseException:
            # A place that was taken again is not given up with the connection.
            await asyncio.shield(self._give_up(connection, "" if resumed else session_id))
            raise
        return connection

    async def _give_up(self, connection: RoomConnection, session_id: str) -> None:
        await connection.close()
        if session_id:
            await self._signalling.leave(self._resume_token)

    async def _keep(self) -> None:
        received, silent = 0, 0
        try:
            while not self._over.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._broken.wait(), LOOK_EVERY)
                    self._broken.clear()
                    if self.connection is not None and not self.connection.closed:
                        # It was another one, which this one has replaced.
                        continue
                if self._over.is_set() or self.connection is None:
                    return
                # Looks are counted rather than seconds: a loop that stood still is no silence.
                before, received = received, await self.connection.packets_received()
                silent = silent + 1 if received == before else 0
                if self.connection.closed or silent >= SILENT_LOOKS:
                    await self._reconnect(self.connection, received)
                    received, silent = 0, 0
        finally:
            await self._close()

    async def _reconnect(self, broken: RoomConnection, received: int) -> None:
        self._become("reconnecting")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + RECONNECT_WITHIN
        error: RoomError = ConnectionLostError("the connection to the room broke and did not come back")
        while loop.time() < deadline:
            if self._resume_token is None and broken.closed:
                if await self._signalling.has_ended():
                    self.finish("ended", ConversationEndedError("the conversation has ended"))
                break
            try:
                connection = await self._one_of(broken, received)
            except (UnreachableError, ConnectionLostError) as failure:
                error = failure
            except RoomError as failure:
                self.finish("ended" if isinstance(failure, ConversationEndedError) else "lost", failure)
                return
            else:
                if not self._over.is_set():
                    await self._go_on(broken, connection)
                return
            await asyncio.sleep(LOOK_EVERY)
        self.finish("lost", error)

    async def _one_of(self, broken: RoomConnection, received: int) -> RoomConnection:
        """Return the broken connection if it works again, or a new one, whichever comes first. Raises RoomError."""
        tasks = [asyncio.create_task(self._revived(broken, received), name="room-client-revival")]
        if self._resume_token is not None:
            anew = self._connected(ANEW_WITHIN, PATH_WITHIN)
            tasks.append(asyncio.create_task(anew, name="room-client-anew"))
        try:
            done, _ = await asyncio.wait(tasks, timeout=ATTEMPT_WITHIN, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                raise ConnectionLostError("the connection to the room broke and did not come back")
            # Of both the new one: the room has taken it for the one that counts.
            return next(task for task in reversed(tasks) if task in done).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _revived(self, broken: RoomConnection, received: int) -> RoomConnection:
        while broken.closed or await broken.packets_received() == received:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(REVIVAL_EVERY)
        return broken

    async def _go_on(self, broken: RoomConnection, connection: RoomConnection) -> None:
        missing: list[str] = []
        if connection is not broken:
            missing = broken.undelivered()
            self.connection = connection
            await broken.close()
        missing += self._waiting
        self._waiting.clear()
        for text in missing:
            with contextlib.suppress(NotConnectedError):
                connection.send(text)
        self._become("joined")

    async def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self.state == "left":
            await self._signalling.leave(self._resume_token)
        await self._signalling.close()
        if self.connection is not None:
            await self.connection.close()

    def _become(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._on_state(state)
