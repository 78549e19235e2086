"""The participant that the bench and the tests send into a room."""

import asyncio

import numpy as np
import pytest

from engine.bench.room_client import FileMicrophone
from tests.real_time import SOON

SECOND = np.full(48_000, 0.1, dtype=np.float32)


@pytest.mark.parametrize("ticks", [0, 3])
async def test_nobody_waits_for_speech_on_a_connection_that_is_over(ticks: int) -> None:
    microphone = FileMicrophone()
    speaking = asyncio.create_task(microphone.speak(SECOND))
    for _ in range(ticks):
        await microphone.recv()
    await asyncio.sleep(0)
    microphone.stop()
    with pytest.raises(ConnectionError, match="the connection is over"):
        await asyncio.wait_for(speaking, SOON)
    with pytest.raises(ConnectionError):
        await microphone.speak(SECOND)


async def test_speech_ends_with_its_last_sample() -> None:
    microphone = FileMicrophone()
    speaking = asyncio.create_task(microphone.speak(SECOND[:4_800]))
    await asyncio.sleep(0)
    frames = [(await microphone.recv()).to_ndarray() for _ in range(5)]
    await asyncio.wait_for(speaking, SOON)
    assert all(frame.any() for frame in frames)
    assert not (await microphone.recv()).to_ndarray().any()
