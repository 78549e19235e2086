"""The main job: a person opens the room in a browser, speaks, and is answered in sound and in picture. Nothing is a stand-in here."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page

from engine.bench.appliance_process import appliance_process
from engine.layers.replica.drawn_face import DrawnReplica
from tests.browser.chromium import Probes, chromium, join, messages, open_room
from tests.model_files import NEEDS_MODELS, home
from tests.speech import three_clips, word_error_rate, write_microphone

pytestmark = [*NEEDS_MODELS, pytest.mark.browser, pytest.mark.slow]

GAP = 11.0
"""Seconds between two questions: time to answer, and to fall silent."""
LISTEN = 5.0
"""Seconds of an answer that are listened to before it is stopped, as the next question is about to come."""


async def test_three_turns_in_a_browser(tmp_path: Path) -> None:
    clips = three_clips()
    microphone = tmp_path / "microphone.wav"
    write_microphone(microphone, clips, lead=3.0, gap=GAP)
    x0, y0, x1, y1 = DrawnReplica().mouth_box
    mouth = (x0 / 512, y0 / 512, (x1 - x0) / 512, (y1 - y0) / 512)
    async with appliance_process(home(), environment={"VISAVIS_SEED": "1"}) as appliance:
        conversation = await appliance.create_conversation()
        async with chromium(microphone) as browser:
            page = await open_room(browser, conversation["conversation_url"])
            await join(page)
            probes = Probes(page, mouth)
            await probes.start()
            for turn in range(len(clips)):
                await _answered(page, turn + 1)
            seen = await probes.stop()
            said = [m["message"]["properties"] for m in await messages(page, "conversation.utterance")]
            began = [m["at"] for m in await messages(page, "conversation.replica.started_speaking")]
        verbose = (await appliance.api.get(f"/v2/conversations/{conversation['conversation_id']}?verbose=true")).json()

    heard = [each["speech"] for each in said if each["role"] == "user"]
    answers = [each["speech"] for each in said if each["role"] == "replica"]
    assert len(heard) == len(clips)
    for clip, text in zip(clips, heard, strict=True):
        assert word_error_rate(clip.transcript or "", text) <= 0.2, f"{clip.transcript!r} was heard as {text!r}"
    assert len(answers) == len(clips)
    assert all(answer.strip() for answer in answers)

    assert seen.frames_per_second() >= 24
    assert seen.changing() > 0.95
    for moment in began:
        after = (seen.sound_at > moment - 200) & (seen.sound_at < moment + 2000)
        assert seen.rms[after].max() > 0.02
    moving, still = seen.mouth_motion(sounding=True), seen.mouth_motion(sounding=False)
    assert moving > 1.5
    assert still < moving / 2
    silent = seen.mouth_difference[1:][seen.sounding_at(seen.frame_at[1:]) == -1]
    assert np.percentile(silent, 95) < 3.0

    events = [event["event_type"] for event in verbose["events"]]
    assert events[0] == "system.replica_joined"


async def _answered(page: Page, turns: int) -> None:
    """Wait until this many answers were heard, and stop the last one when it is long."""
    async with asyncio.timeout(40):
        while len(await messages(page, "conversation.replica.started_speaking")) < turns:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await asyncio.sleep(LISTEN)
        if len(await messages(page, "conversation.replica.stopped_speaking")) < turns:
            await page.locator("#stop").click()
        while len(await messages(page, "conversation.replica.stopped_speaking")) < turns:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
