"""A running appliance whose voice comes back from a loudspeaker: it never listens to itself, and people are heard over it."""

import asyncio
import time

import pytest

from engine.bench.appliance_process import appliance_process
from engine.bench.clips import load_clips
from engine.bench.witness import Witness
from tests.loudspeaker import LoudspeakerMicrophone
from tests.model_files import NEEDS_MODELS, home
from tests.real_time import SOON

pytestmark = [*NEEDS_MODELS, pytest.mark.slow]

GREETING = (
    "Good morning, and thank you for coming. I would like to tell you about the house in which we are going to live. "
    "It has three rooms, a small kitchen, and a garden full of apple trees. Every summer the whole family meets there, "
    "and we cook together until late in the evening. My brother usually brings his guitar."
)
STORY = (
    "Last year it rained for nine days, so we read every book that we could find. A neighbour knocked on the door and asked "
    "whether we could look after her horse. We said yes, of course, without thinking about it for one moment."
)


@pytest.mark.parametrize(("level", "delay"), [(-20.0, 0.08), (-30.0, 0.15)])
async def test_on_a_loudspeaker_it_says_all_it_has_to_say_and_a_person_can_still_interrupt(
    level: float, delay: float
) -> None:
    person = Witness(decodes=False)
    person.microphone = LoudspeakerMicrophone(person.received.sound, level=level, delay=delay)
    async with appliance_process(home(), environment={"VISAVIS_SEED": "1"}) as appliance:
        conversation = await appliance.create_conversation(custom_greeting=GREETING)
        conversation_id = conversation["conversation_id"]
        await person.join(appliance.signal(conversation_id))
        try:
            greeted = await person.event("conversation.replica.stopped_speaking", within=2 * SOON)
            assert greeted.message["properties"]["interrupted"] is False
            assert person.microphone.echoed > 0.0
            # What is still on its way back, and the wait until a turn would be taken.
            await asyncio.sleep(2.5)
            told = [each.event_type for each in person.received.messages]
            assert [event for event in told if event.startswith("conversation.user") or "interrupted" in event] == []
            assert "user" not in [each.message.get("properties", {}).get("role") for each in person.received.messages]

            begun = time.monotonic()
            person.send("conversation.echo", conversation_id, text=STORY)
            await person.event("conversation.replica.started_speaking", after=begun)
            await asyncio.sleep(2.0)
            await person.speak(load_clips(None)[6].samples())
            stopped = await person.event("conversation.replica.stopped_speaking", after=begun)
            assert stopped.message["properties"]["interrupted"] is True
            await person.event("conversation.utterance", after=begun, role="user", within=SOON)
        finally:
            async with asyncio.timeout(SOON):
                await person.close()
