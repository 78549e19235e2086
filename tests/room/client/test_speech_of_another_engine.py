"""The script of the package's docstring, run as it stands: a replica that is driven by echo audio alone (persona `pipecat0`)."""

import asyncio
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

import engine.room.client
from engine.room.client import ReceivedPicture, ReceivedSound, RoomClient
from tests.real_time import SOON, until
from tests.room.client.appliance import Appliance
from tests.room.client.sounds import tone, write_wav

Say = Callable[[str, str], Awaitable[None]]


def documented_say() -> Say:
    """Return the function of the documented script, without the line that runs it."""
    documented = engine.room.client.__doc__ or ""
    lines = documented[documented.index("    import asyncio") : documented.index("    asyncio.run(")]
    program: dict[str, Say] = {}
    exec(textwrap.dedent(lines), program)
    return program["say"]


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
async def test_the_replica_says_what_another_engine_spoke(appliance: Appliance, tmp_path: Path, rate: int) -> None:
    spoken = tone(1.5, rate, hertz=300)
    write_wav(tmp_path / "speech.wav", spoken, rate)
    url = await appliance.room(persona_id="pipecat0")
    sounds: list[ReceivedSound] = []
    pictures: list[ReceivedPicture] = []
    events: list[str] = []
    async with RoomClient() as listener:
        listener.on_sound(sounds.append)
        listener.on_picture(pictures.append)
        listener.on_message(lambda message: events.append(message["event_type"]))
        await listener.join(url)
        async with asyncio.timeout(SOON):
            await documented_say()(url, str(tmp_path / "speech.wav"))
        await until(lambda: "conversation.replica.stopped_speaking" in events)
    assert "conversation.replica.started_speaking" in events
    heard = np.concatenate([sound.pcm for sound in sounds]).astype(np.float64)
    loud = np.flatnonzero(np.abs(heard) > 2_000)
    assert (loud[-1] - loud[0]) / 48_000 == pytest.approx(1.5, abs=0.1)
    voice = heard[loud[0] : loud[0] + 48_000]
    spectrum = np.abs(np.fft.rfft(voice))
    assert int(spectrum.argmax()) == pytest.approx(300, abs=3), "nothing is played faster or slower than it was spoken"
    assert appliance.layers.voice.spoken == [], "the voice of the appliance has no part in it"
