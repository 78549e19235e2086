"""The main job: a person opens the room in a browser, speaks, and is answered in sound and in picture. Nothing is a stand-in here."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page

from engine.bench.appliance_process import appliance_process
from engine.layers.replica.presenter.cast import Cast
from engine.store.stock import DEFAULT_REPLICA_ID, load_stock
from models.shipped import shipped
from tests.browser.chromium import Probes, chromium, join, messages, open_room
from tests.model_files import NEEDS_MODELS, home
from tests.real_time import best_of, in_time
from tests.speech import three_clips, word_error_rate, write_microphone

pytestmark = [*NEEDS_MODELS, pytest.mark.browser, pytest.mark.slow]

GAP = 15.0
"""Seconds between two questions: time to answer, and to fall silent."""
LISTEN = 5.0
"""Seconds of an answer that are listened to before it is stopped, as the next question is about to come."""


async def test_three_turns_in_a_browser(tmp_path: Path) -> None:
    await best_of(lambda: _three_turns(tmp_path))


async def _three_turns(tmp_path: Path) -> None:
    clips = three_clips()
    microphone = tmp_path / "microphone.wav"
    write_microphone(microphone, clips, lead=3.0, gap=GAP)
    usual = next(replica for replica in load_stock().replicas if replica.replica_id == DEFAULT_REPLICA_ID)
    face = Cast(shipped("presenters"), shipped("backdrops")).replica(usual.fields["presenter"])
    x0, y0, x1, y1 = face.mouth_box
    mouth = (x0 / 512, y0 / 512, (x1 - x0) / 512, (y1 - y0) / 512)
    async with appliance_process(home(), environment={"VISAVIS_SEED": "1"}) as appliance:
        conversation = await appliance.create_conversation()
        async with chromium(microphone) as browser:
            page = await open_room(browser, conversation["conversation_url"])
            await join(page)
            probes = Probes(page, mouth)
            await probes.start()
            for turn in range(len(clips)):
                try:
                    await _answered(page, turn + 1)
                except TimeoutError:
                    in_time(False, f"question {turn + 1} was not answered before the next one came")
            seen = await probes.stop()
            said = [m["message"]["properties"] for m in await messages(page, "conversation.utterance")]
            began = [m["at"] for m in await messages(page, "conversation.replica.started_speaking")]
        verbose = (await appliance.api.get(f"/v2/conversations/{conversation['conversation_id']}?verbose=true")).json()

    heard = [each["speech"] for each in said if each["role"] == "user"]
    answers = [each["speech"] for each in said if each["role"] == "replica"]
    # An answer that comes too late meets the next question, and a machine that stands still swallows words.
    in_time(len(heard) == len(clips), f"{heard} was heard")
    for clip, text in zip(clips, heard, strict=True):
        in_time(word_error_rate(clip.transcript or "", text) <= 0.2, f"{clip.transcript!r} was heard as {text!r}")
    in_time(len(answers) == len(clips), f"{answers} was answered")
    assert all(answer.strip() for answer in answers)

    # The browser decodes and draws on the same cores.
    in_time(seen.frames_per_second() >= 22, f"{seen.frames_per_second():.1f} pictures a second")
    in_time(seen.changing() > 0.95, f"{seen.changing():.2f} of the pictures changed")
    for moment in began:
        after = (seen.sound_at > moment - 200) & (seen.sound_at < moment + 2000)
        in_time(seen.rms[after].max() > 0.02, "an answer was told and not heard")
    moving, still = seen.mouth_motion(sounding=True), seen.mouth_motion(sounding=False)
    in_time(moving > 1.5, f"the mouth moves by {moving:.2f} while it speaks")
    in_time(still < moving / 2, f"the mouth moves by {moving:.2f}, and by {still:.2f} in silence")
    silent = seen.mouth_difference[1:][seen.sounding_at(seen.frame_at[1:]) == -1]
    # A listener nods, and the mouth moves with the head; but for that it stands still.
    in_time(np.percentile(silent, 75) < 3.0, f"the mouth moves by {np.percentile(silent, 75):.2f} at times in silence")

    events = [event["event_type"] for event in verbose["events"]]
    assert events[0] == "system.replica_joined"


async def _answered(page: Page, turns: int) -> None:
    """Wait until this many answers were heard, and stop the last one when it is long."""
    async with asyncio.timeout(60):
        while len(await messages(page, "conversation.replica.started_speaking")) < turns:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await asyncio.sleep(LISTEN)
        if len(await messages(page, "conversation.replica.stopped_speaking")) < turns:
            await page.locator("#stop").click()
        while len(await messages(page, "conversation.replica.stopped_speaking")) < turns:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
