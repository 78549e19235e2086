"""One room, two programs and a browser in it: nothing between them is a stand-in, only what hears, thinks and speaks is."""

import asyncio
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from engine.bench.relay import Relay, Weather
from engine.room.client.client import RoomClient
from engine.room.client.received import ReceivedPicture, ReceivedSound
from tests.browser.chromium import chromium, eventually, join, open_room, until
from tests.real_time import best_of, in_time
from tests.room.client.appliance import Appliance, appliance_in

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGE_HZ, PROGRAM_HZ = 700, 1100
LONG = "word " * 150
NETWORK_GONE = Weather(loss=1 - 1e-12)
VALID_FOR = 20
"""Seconds of an invitation."""
BACK_WITHIN = 2.0
"""Seconds from the network's return to the replica's picture."""
LOUDEST = """
const context = new AudioContext();
const analyser = new AnalyserNode(context, { fftSize: 8192 });
new MediaStreamAudioSourceNode(context, { mediaStream: document.querySelector('#replica').srcObject }).connect(analyser);
const bins = new Float32Array(analyser.frequencyBinCount);
window.loudest = () => {
  analyser.getFloatFrequencyData(bins);
  const best = bins.indexOf(Math.max(...bins));
  return bins[best] > -60 ? (best * context.sampleRate) / analyser.fftSize : 0;
};
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def appliance(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Appliance]:
    async with appliance_in(tmp_path_factory.mktemp("appliance") / "home", answers=(LONG,)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    microphone = tmp_path_factory.mktemp("microphone") / "tone.wav"
    samples = (0.3 * 32767 * np.sin(2 * np.pi * PAGE_HZ * np.arange(60 * 16_000) / 16_000)).astype("<i2")
    with wave.open(str(microphone), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    async with chromium(microphone) as running:
        yield running


@asynccontextmanager
async def room_of(appliance: Appliance, **fields: Any) -> AsyncIterator[str]:
    """Begin a conversation, give the address of its room, and end it."""
    url = await appliance.room(**fields)
    try:
        yield url
    finally:
        await appliance.end(url.partition("?")[0])


@asynccontextmanager
async def program_in(url: str, name: str, **wanted: Any) -> AsyncIterator[RoomClient]:
    async with RoomClient() as program:
        await program.join(url, user_name=name, **wanted)
        yield program


async def enter(browser: Browser, url: str) -> Page:
    page = await open_room(browser, url)
    await page.get_by_label("Your name").fill("Grace")
    await join(page)
    return page


def picture(red: int, green: int, blue: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a picture of one colour."""
    return np.full((120, 160, 3), (red, green, blue), dtype=np.uint8)


def hertz(sounds: list[ReceivedSound]) -> float:
    """Return the loudest frequency of the last 200 ms; 0 in silence."""
    sound = np.concatenate([each.pcm for each in sounds[-10:]] or [np.zeros(1, np.int16)]).astype(np.float64)
    if sound.size < 4800 or np.abs(sound).max() < 300:
        return 0.0
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * 48_000 / sound.size)


async def test_two_programs_and_a_browser_meet_talk_mute_and_share(appliance: Appliance, browser: Browser) -> None:
    async with (
        room_of(appliance) as url,
        program_in(url, "Ada") as ada,
        program_in(url, "Bruno", microphone=False, camera=False) as bruno,
    ):
        heard: list[ReceivedSound] = []
        bruno.on_sound(heard.append)
        screens: list[ReceivedPicture] = []
        cameras: list[ReceivedPicture] = []
        bruno.on_video(screens.append, kind="screen")
        bruno.on_video(cameras.append, kind="camera")
        ada.publish_video(picture(200, 40, 40))
        page = await enter(browser, url)

        # Joined: everybody knows everybody, and sees who has a camera.
        names = page.locator("#people .tile:not(.self) .name")
        await expect(names).to_have_text(["Ada", "Bruno"])
        ada_tile = page.locator("#people .tile", has_text="Ada")
        await until(page, "document.querySelector('#people .tile:not(.self) video').videoWidth === 160")
        grace = next(each for each in bruno.participants.values() if each.user_name == "Grace")
        await eventually(lambda: any(each.session_id == grace.session_id for each in cameras))

        # Talking: each hears the others, and who speaks has the ring.
        await eventually(lambda: abs(hertz(heard) - PAGE_HZ) < 30)
        await page.keyboard.press("m")
        await eventually(lambda: bruno.participants[grace.session_id].audio is False)
        # The replica may answer by now.
        await eventually(lambda: abs(hertz(heard) - PAGE_HZ) > 100)
        tone = (0.3 * 32767 * np.sin(2 * np.pi * PROGRAM_HZ * np.arange(20 * 48_000) / 48_000)).astype(np.int16)
        ada.publish_audio(tone, 48_000)
        await page.evaluate(LOUDEST)
        await until(page, f"Math.abs(loudest() - {PROGRAM_HZ}) < 30")
        await expect(ada_tile).to_contain_class("speaking")
        ada.mute(microphone=True, camera=True)
        await expect(ada_tile).to_contain_class("muted")
        await expect(ada_tile).not_to_contain_class("has-picture")

        # Sharing, there and back.
        ada.share_screen(picture(40, 40, 200))
        await until(page, "document.querySelector('#screen').videoWidth === 160")
        await expect(page.locator("#screen-name")).to_have_text("Ada’s screen")
        await expect(page.locator("#stage")).to_contain_class("sharing")
        ada.stop_sharing()
        await expect(page.locator("#stage")).not_to_contain_class("sharing")
        await page.keyboard.press("s")
        await eventually(lambda: any(each.session_id == grace.session_id for each in screens))
        assert bruno.participants[grace.session_id].screen
        await page.keyboard.press("s")
        await eventually(lambda: not bruno.participants[grace.session_id].screen)

        # Leaving is seen by everybody.
        await ada.leave()
        await expect(names).to_have_text(["Bruno"])
        await page.locator("#leave").click()
        await eventually(lambda: grace.session_id not in bruno.participants)
        await page.close()


async def test_a_replica_that_speaks_is_interrupted_from_the_page(appliance: Appliance, browser: Browser) -> None:
    async with room_of(appliance) as url, program_in(url, "Ada", microphone=False) as ada:
        page = await enter(browser, url)
        await page.keyboard.press("m")
        told: list[str] = []
        ada.on_message(lambda message: told.append(message["event_type"]))
        ada.interact("conversation.respond", text="Tell me all of it.")
        await expect(page.locator("#presence")).to_have_text("Speaking")
        await page.keyboard.press("Escape")
        await expect(page.locator("#presence")).to_have_text("Listening")
        await eventually(lambda: "conversation.replica_interrupted" in told)
        await page.close()


async def test_what_one_records_all_are_told_of(appliance: Appliance, browser: Browser) -> None:
    async with room_of(appliance, properties={"enable_recording": True}) as url, program_in(url, "Ada") as ada:
        page = await enter(browser, url)
        mark = page.locator("#recording")
        await page.get_by_role("button", name="Record the call").click()
        await expect(mark).to_be_visible()
        await eventually(lambda: ada.recording is not None)
        async with program_in(url, "Bruno") as bruno:
            await eventually(lambda: bruno.recording is not None)
        await ada.stop_recording()
        await expect(mark).to_be_hidden()
        await page.close()


async def test_who_comes_when_all_seats_are_taken_is_told_so(appliance: Appliance, browser: Browser) -> None:
    async with room_of(appliance, max_participants=3) as url, program_in(url, "Ada"), program_in(url, "Bruno") as bruno:
        page = await open_room(browser, url)
        await page.locator("#join").click()
        await expect(page.get_by_role("heading", name="All seats are taken")).to_be_visible()
        await bruno.leave()
        await page.get_by_role("button", name="Try again").click()
        await until(page, "visavis.peer?.connectionState === 'connected'")
        await page.close()


async def test_a_private_room_lets_in_who_has_a_token_that_is_good(appliance: Appliance, browser: Browser) -> None:
    made = await appliance.conversation(require_auth=True, properties={"participant_absent_timeout": VALID_FOR})
    valid_until = time.monotonic() + VALID_FOR
    url, token = made["conversation_url"].partition("?")[0], made["meeting_token"]
    page, refused = await browser.new_page(), "This room is private"
    await page.goto(url)
    await expect(page.get_by_role("heading", name=refused)).to_be_visible()
    await expect(page.locator("#outcome-text")).to_contain_text("the meeting token is missing")
    await page.goto(f"{url}?t={token}")
    await page.locator("#join").wait_for()
    await page.close()
    # Somebody is in and does something, so the room goes on when the invitation has expired.
    async with RoomClient() as program:
        await program.join(url, token)
        await asyncio.sleep(VALID_FOR / 2)
        program.interact("conversation.echo", modality="text", text=LONG)
        await asyncio.sleep(valid_until + 1 - time.monotonic())
        late = await browser.new_page()
        await late.goto(f"{url}?t={token}")
        await expect(late.get_by_role("heading", name=refused)).to_be_visible()
        await expect(late.locator("#outcome-text")).to_contain_text("the meeting token has expired")
        await late.close()
    await appliance.end(url)


async def test_a_page_that_is_loaded_again_is_the_same_person_to_the_others(
    appliance: Appliance, browser: Browser
) -> None:
    async with room_of(appliance) as url, program_in(url, "Ada") as ada:
        page = await enter(browser, url)
        await eventually(lambda: any(each.user_name == "Grace" for each in ada.participants.values()))
        before = dict(ada.participants)
        changes: list[object] = []
        ada.on_room_change(changes.append)
        await page.reload()
        await until(page, "visavis.peer?.connectionState === 'connected' && visavis.people.others.size === 1")
        assert ada.participants.keys() == before.keys()
        assert [type(each).__name__ for each in changes if type(each).__name__ in {"Joined", "Left"}] == []
        await page.close()


async def test_a_network_that_is_gone_for_five_seconds_is_no_leave(appliance: Appliance, browser: Browser) -> None:
    async def measure() -> None:
        relays: list[Relay] = []

        async def through_relay(route: Route) -> None:
            offer: dict[str, Any] = route.request.post_data_json or {}
            relay = await Relay.open(Weather())
            relays.append(relay)
            answered: dict[str, Any] = {}

            async def signal(sdp: str) -> str:
                answer = await route.fetch(post_data={**offer, "sdp": sdp})
                answered.update(await answer.json())
                return str(answered["sdp"])

            sdp = await relay.through(signal)(offer["sdp"])
            await route.fulfill(json={**answered, "sdp": sdp})

        async with room_of(appliance) as url, program_in(url, "Ada") as ada:
            changes: list[object] = []
            page = await browser.new_page()
            await page.route("**/join", through_relay)
            await page.goto(url)
            await join(page)
            await eventually(lambda: len(ada.participants) == 2)
            ada.on_room_change(changes.append)
            frames = "document.querySelector('#replica').getVideoPlaybackQuality().totalVideoFrames"
            relays[0].weather = NETWORK_GONE
            await page.route("**/rooms/**", lambda route: route.abort())
            await asyncio.sleep(5)
            await page.unroute("**/rooms/**")
            relays[0].weather = Weather()
            seen = await page.evaluate(frames)
            back = time.monotonic()
            await until(page, f"{frames} > {seen} + 10 && visavis.people.others.size === 1")
            took = time.monotonic() - back
            assert [type(each).__name__ for each in changes if type(each).__name__ in {"Joined", "Left"}] == []
            await page.close()
            for relay in relays:
                relay.close()
        in_time(took < BACK_WITHIN, f"back after {took:.1f} s")

    await best_of(measure)
