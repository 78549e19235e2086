"""People of the bench in one room: each with a network of their own, which can fail."""

import asyncio
import time
from typing import Any, Final

from engine.bench.appliance_process import ApplianceProcess
from engine.bench.relay import Relay, Weather
from engine.bench.witness import Witness

OUTAGE: Final = 5.0
"""Seconds for which a network is gone."""
JOIN_WITHIN: Final = 30.0
_BACK_WITHIN: Final = 20.0


class RoomPerson:
    """A place in a room and the connection that holds it, through a relay."""

    def __init__(
        self,
        appliance: ApplianceProcess,
        conversation_id: str,
        name: str,
        weather: Weather,
        *,
        seed: int,
        watches: bool,
    ) -> None:
        """`watches`: decodes what is seen, which costs as much as the replica does; the others count frames."""
        self.name = name
        self.watches = watches
        self.client = self._new_client()
        self.picture_times: list[float] = []
        """Monotonic seconds at which whole frames arrived, over all connections."""
        self.missing_sound = 0.0
        """Seconds of sound that never came, on earlier connections."""
        self.seen_leaving: int = 0
        """How often this person was told that somebody else had left."""
        self.session_id = ""
        self._appliance, self._conversation_id = appliance, conversation_id
        self._weather, self._seed = weather, seed
        self._relay: Relay | None = None
        self._resume_token = ""

    async def join(self) -> None:
        """Come into the room. Raises ConnectionError, VisavisError."""
        self._seed += 1
        self._relay = await Relay.open(self._weather, self._seed)
        await self.client.join(self._relay.through(self._signal), within=JOIN_WITHIN)

    async def lose_network(self) -> float:
        """Be cut off for a while and come back; return the milliseconds from the network's return until the replica is seen and heard.

        Raises TimeoutError or ConnectionError when that takes too long, VisavisError when the room refuses.
        """
        if self._relay is not None:
            self._relay.cut()
        await asyncio.sleep(OUTAGE)
        return await self.come_back()

    async def come_back(self) -> float:
        """Take the place again with a new connection; returns and raises as `lose_network`."""
        before, relay = self.client, self._relay
        self.gather(float("inf"))
        self.missing_sound += before.missing_sound
        self.client = self._new_client()
        returned = time.monotonic()
        await self.join()
        async with asyncio.timeout(_BACK_WITHIN):
            while not (self.client.received.sound and self.client.received.picture_times):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.002)
        taken = max(self.client.received.sound[0].time, self.client.received.picture_times[0]) - returned
        await before.close()
        if relay is not None:
            relay.close()
        return taken * 1000

    def gather(self, keep_from: float) -> None:
        """Take over what was counted so far, and forget what arrived before a moment."""
        received = self.client.received
        self.picture_times += received.picture_times
        received.picture_times.clear()
        left = [message for message in received.messages if message.event_type == "room.participant_left"]
        self.seen_leaving += sum(message.time < keep_from for message in left)
        received.forget(keep_from)

    @property
    def all_missing_sound(self) -> float:
        """Seconds of sound that never came."""
        return self.missing_sound + self.client.missing_sound

    def carried(self) -> dict[str, Any]:
        """Return what the relay did to the packets of the present connection."""
        relay = self._relay
        if relay is None:
            return {}
        return {
            "to_room": {"forwarded": relay.to_room.forwarded, "lost": relay.to_room.lost},
            "to_person": {"forwarded": relay.to_person.forwarded, "lost": relay.to_person.lost},
        }

    async def close(self) -> None:
        """Leave."""
        await self.client.close()
        if self._relay is not None:
            self._relay.close()

    def _new_client(self) -> Witness:
        return Witness(keep_sent=False, decodes=self.watches)

    async def _signal(self, sdp: str) -> str:
        answer = await self._appliance.join(self._conversation_id, sdp, self.name, self._resume_token)
        self._resume_token, self.session_id = str(answer["resume_token"]), str(answer["session_id"])
        return str(answer["sdp"])
