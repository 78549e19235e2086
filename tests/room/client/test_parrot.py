"""A replica that is driven from another process, by sound alone: it says what a person said to it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from engine.room.client import ReceivedSound, RoomClient
from tests.real_time import SOON, until
from tests.room.client.appliance import Appliance
from tests.room.client.sounds import tone


@asynccontextmanager
async def parrot_in(url: str) -> AsyncIterator[None]:
    """Run the program as anybody would."""
    parrot = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.room.client.parrot", url)
    try:
        yield
        async with asyncio.timeout(SOON):
            assert await parrot.wait() == 0
    finally:
        if parrot.returncode is None:
            parrot.kill()


async def test_the_replica_repeats_what_a_person_says_in_their_own_voice(appliance: Appliance) -> None:
    url = await appliance.room(persona_id="pipecat0")
    heard: list[ReceivedSound] = []
    events: list[dict[str, Any]] = []
    async with parrot_in(url), RoomClient() as person:
        person.on_sound(heard.append)
        person.on_message(events.append)
        await person.join(url, user_name="Ann")
        await until(lambda: any(each.user_name == "parrot" for each in person.participants.values()))
        for hertz in (300.0, 500.0):
            del heard[:], events[:]
            await person.publish_audio(tone(1.2, 16_000, hertz), 16_000).ended
            await until(lambda: "conversation.replica.stopped_speaking" in [e["event_type"] for e in events])
            voice = np.concatenate([sound.pcm for sound in heard]).astype(np.float64)
            loud = np.flatnonzero(np.abs(voice) > 1_000)
            assert 1.0 < (loud[-1] - loud[0]) / 48_000 < 1.5
            spoken = np.abs(np.fft.rfft(voice[loud[0] : loud[0] + 48_000]))
            assert abs(int(spoken.argmax()) - hertz) < 4
            [stopped] = [e for e in events if e["event_type"] == "conversation.replica.stopped_speaking"]
            assert stopped["inference_id"].startswith("repeated-")
        await appliance.end(url)
    assert appliance.layers.voice.spoken == [], "the voice of the appliance has no part in it"
    assert appliance.layers.chat.prompts == [], "nor has its language model"
