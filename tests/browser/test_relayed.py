"""A browser whom only a TURN server leads to the room, as the appliance's own settings give it; coturn relays."""

from pathlib import Path

import pytest

from engine.bench.appliance_process import appliance_process
from tests.browser.chromium import chromium, join, messages, open_room, until
from tests.model_files import NEEDS_MODELS, home
from tests.room.turn_server import SECRET, turn_server

pytestmark = [*NEEDS_MODELS, pytest.mark.browser, pytest.mark.slow]

RELAY_ONLY = """
const Direct = RTCPeerConnection;
window.RTCPeerConnection = class extends Direct {
  constructor(configuration) { super({ ...configuration, iceTransportPolicy: "relay" }); }
};
"""
PAIR = """async () => {
  const stats = await visavis.peer.getStats();
  const transport = [...stats.values()].find((each) => each.type === "transport");
  return stats.get(stats.get(transport.selectedCandidatePairId).localCandidateId).candidateType;
}"""


@pytest.mark.parametrize("secret", [SECRET, "a guess"])
async def test_a_browser_talks_through_the_server_of_the_settings(tmp_path: Path, secret: str) -> None:
    async with turn_server(tmp_path) as turn:
        environment = {"VISAVIS_TURN_URL": f"turn:127.0.0.1:{turn.port}", "VISAVIS_TURN_SECRET": secret}
        async with appliance_process(home(), environment=environment) as appliance, chromium() as browser:
            conversation = await appliance.create_conversation(custom_greeting="Hello there.")
            context = await browser.new_context()
            await context.add_init_script(RELAY_ONLY)
            page = await open_room(context, conversation["conversation_url"])
            if secret != SECRET:
                await page.locator("#join").click()
                await until(page, "visavis.peer")
                await until(page, "visavis.peer.iceGatheringState === 'complete'")
                assert "typ relay" not in await page.evaluate("visavis.peer.localDescription.sdp")
                return
            await join(page)
            assert await page.evaluate(PAIR) == "relay"
            await until(page, "visavis.messages.some((each) => each.message.event_type === 'conversation.utterance')")
            (said, *_) = await messages(page, "conversation.utterance")
            assert said["message"]["properties"]["speech"] == "Hello there."
