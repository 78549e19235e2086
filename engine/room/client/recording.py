"""Recording the conversation: what a participant asks of the room, and what the room says to it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Literal

from engine.room.client.errors import RoomError
from engine.room.client.roster import Recording

Order = Literal["start", "stop"]
ANSWER_WITHIN = 30.0
"""Seconds until the room has begun a recording, or finished one."""


class RecordingOrders:
    """Sends `room.start_recording` and `room.stop_recording`, and waits for what comes of them. `send` takes a message to the room."""

    def __init__(self, send: Callable[[Mapping[str, Any]], None]) -> None:
        self._send = send
        self._waiting: dict[Order, asyncio.Future[Recording]] = {}

    async def give(self, order: Order) -> Recording:
        """Return the recording that began, or ended. Raises RoomError when the room refuses, fails or does not answer."""
        if order in self._waiting:
            raise RoomError(f"this client waits already for a recording to {order}")
        answer: asyncio.Future[Recording] = asyncio.get_running_loop().create_future()
        self._waiting[order] = answer
        try:
            self._send({"message_type": "room", "event_type": _event(order), "properties": {}})
            async with asyncio.timeout(ANSWER_WITHIN):
                return await answer
        except TimeoutError:
            raise RoomError(f"the room did not {order} a recording within {ANSWER_WITHIN:g} s") from None
        finally:
            del self._waiting[order]

    def follow(self, recording: Recording) -> None:
        """Take what the room tells everybody."""
        match recording.state:
            case "started":
                self._settle("start", recording)
            case "stopped":
                self._settle("stop", recording)
            case "failed":
                for order in tuple(self._waiting):
                    self._settle(order, RoomError(recording.error or "the recording failed"))

    def refused(self, message: Mapping[str, Any]) -> None:
        """Take an error of the room; one about something else is none of these orders."""
        properties = message.get("properties")
        if message.get("event_type") in {"error", "room.error"} and isinstance(properties, dict):
            for order in tuple(self._waiting):
                if properties.get("event_type") == _event(order):
                    self._settle(order, RoomError(str(properties.get("error") or "the room refused")))

    def close(self) -> None:
        """Nothing is answered any more."""
        for order in tuple(self._waiting):
            self._settle(order, RoomError("the stay in the room is over"))

    def _settle(self, order: Order, outcome: Recording | RoomError) -> None:
        waiting = self._waiting.get(order)
        if waiting is None or waiting.done():
            return
        if isinstance(outcome, Recording):
            waiting.set_result(outcome)
        else:
            waiting.set_exception(outcome)


def _event(order: Order) -> str:
    return f"room.{order}_recording"
