"""One click from the address to the call."""

import asyncio
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, Page, Request, expect

from tests.browser.chromium import ANSWER_LATER, OPEN_ON_CLICK, Probes, chromium, eventually, join, open_room, until
from tests.browser.stand_in_room import MOUTH_BOX, StandInServer, person
from tests.real_time import best_of, in_time

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_one_click_shows_and_plays_the_replica(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page = await open_room(browser, server.url(room.conversation_id))
    await join(page)

    async def measure() -> None:
        (picture,) = room.pictures
        probes = Probes(page, MOUTH_BOX)
        await probes.start()
        sent, begun = picture.sent, time.monotonic()
        await asyncio.sleep(6)
        rate = (picture.sent - sent) / (time.monotonic() - begun)
        seen = await probes.stop()
        shown = seen.frames_per_second()
        in_time(shown > 0.6 * rate, f"{shown:.1f} pictures a second were shown, {rate:.1f} sent")
        in_time(seen.changing() > 0.8, f"{seen.changing():.2f} of the pictures changed")
        in_time(seen.seconds_of_sound() > 1.5, f"{seen.seconds_of_sound():.1f} s of sound")
        moving, still = seen.mouth_motion(sounding=True), seen.mouth_motion(sounding=False)
        in_time(moving > 5 * still, f"the mouth moves by {moving:.2f}, and by {still:.2f} in silence")

    await best_of(measure)
    await page.close()


async def test_the_room_gets_a_usable_offer(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page = await open_room(browser, server.url(room.conversation_id))
    await page.get_by_label("Your name").fill("Grace")
    await join(page)
    room.introduce(person("s2", "Ada"))
    await eventually(lambda: room.heard.loudest > 0.003 and room.heard.video_frames > 5)
    await page.close()
    (offer,) = room.joins
    assert (offer["type"], offer["user_name"]) == ("offer", "Grace")
    sections = [part.split()[0] for part in offer["sdp"].split("m=")[1:]]
    # Sound, the replica and the own camera, the own screen, and room for the cameras and screens of others.
    assert sections == ["audio", *["video"] * 10, "application"]
    ways = ("sendrecv", "sendonly", "recvonly")
    assert [offer["sdp"].count(f"a={direction}\r") for direction in ways] == [2, 1, 8]
    assert len(offer["sdp"]) < 32_000
    assert "a=candidate" in offer["sdp"]
    video = offer["sdp"].split("m=video")[1]
    first_payload = video.split()[2]
    assert f"a=rtpmap:{first_payload} VP8/90000" in video
    assert room.channels[0].label == "app-messages"
    assert room.channels[0].ordered


async def test_nothing_is_asked_before_the_click_and_an_open_question_holds_nobody_up(
    server: StandInServer, browser: Browser
) -> None:
    room = server.open_room(conversation_name="A quiet talk", replica_name="Ada", basic_voice=True)
    page = await browser.new_page()
    await page.add_init_script(OPEN_ON_CLICK + ANSWER_LATER)
    await page.goto(server.url(room.conversation_id))
    await expect(page.get_by_role("heading", name="A quiet talk")).to_be_visible()
    await expect(page.locator("#lobby")).to_contain_text("Ada")
    await expect(page.locator("#lobby").get_by_text("Basic voice")).to_be_visible()
    await page.wait_for_timeout(500)
    assert await page.evaluate("window.questions") == 0
    assert room.joins == []

    await page.locator("#join").click()
    await expect(page.locator("#asking")).to_contain_text("Your browser is asking for your microphone and camera")
    assert await page.evaluate("window.questions") == 1
    await page.get_by_role("button", name="Join without them").click()
    await until(page, "visavis.presence === 'listening'")
    assert await page.evaluate("visavis.devices.tracks") == {"microphone": None, "camera": None}

    # Answered in mid-call, the devices stay off until they are wanted; then they are attached to the running call.
    await page.evaluate("window.answerQuestion()")
    await until(page, "visavis.devices.tracks.microphone !== null")
    await page.wait_for_timeout(1500)
    assert room.heard.loudest < 0.001
    await page.locator("#mic").click()
    await until(page, "parseFloat(document.querySelector('#meter').style.getPropertyValue('--level')) > 0.3")
    await eventually(lambda: room.heard.loudest > 0.003)
    assert len(room.joins) == 1
    await page.close()


async def test_a_stock_voice_for_a_person_is_named_before_and_in_the_call(
    server: StandInServer, browser: Browser
) -> None:
    room = server.open_room(stock_voice=True)
    page = await browser.new_page()
    await page.goto(server.url(room.conversation_id))
    await expect(page.locator("#lobby").get_by_text("Stock voice")).to_be_visible()
    await expect(page.locator("#lobby").get_by_text("Basic voice")).to_be_hidden()
    await page.locator("#join").click()
    await until(page, "visavis.presence === 'listening'")
    await expect(page.locator("header.top").get_by_text("Stock voice")).to_be_visible()
    await page.close()


async def test_a_file_is_the_microphone_from_the_click_on(server: StandInServer, tmp_path: Path) -> None:
    clip = tmp_path / "bursts.wav"
    write_bursts(clip)
    room = server.open_room()
    async with chromium(microphone=clip) as speaking:
        page = await open_room(speaking, server.url(room.conversation_id))
        await page.wait_for_timeout(2500)
        clicked = await page.evaluate("performance.now()")
        await join(page)
        assert await page.evaluate("window.microphoneOpenedAt") > clicked
        await eventually(lambda: room.heard.loudest > 0.03)
        # Played once: then it is silent.
        await room.heard.falls_silent(2.5, 0.003)


def write_bursts(path: Path) -> None:
    """Write 3 s of noise bursts, a quarter of a second each: 16 kHz, mono, 16 bit."""
    times = np.arange(3 * 16000) / 16000
    noise = np.random.default_rng(1).normal(0, 0.25, len(times)) * (times % 0.5 < 0.25)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((noise.clip(-1, 1) * 32767).astype("<i2").tobytes())


async def test_granted_devices_are_previewed_in_the_lobby(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page = await open_room(browser, server.url(room.conversation_id), open_on_click=False)
    await until(page, "document.querySelector('#preview').videoWidth > 0")
    await page.get_by_role("button", name="Turn the camera off").first.click()
    await expect(page.locator("#preview-words")).to_have_text("Your camera is off")
    assert await page.evaluate("visavis.devices.tracks.camera") is None
    await join(page)
    await page.wait_for_timeout(1000)
    assert room.heard.video_frames == 0
    await until(page, "visavis.devices.tracks.microphone?.readyState === 'live'")
    await page.close()


async def test_no_request_leaves_the_origin(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    requests: list[str] = []
    troubles: list[str] = []
    page = await browser.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda request: troubles.append(failure(request)))
    await page.goto(server.url(room.conversation_id))
    await join(page)
    await page.locator("#type").click()
    await page.locator("#leave").click()
    await page.wait_for_timeout(300)
    await page.close()
    assert len(requests) > 15
    assert [url for url in requests if not url.startswith((server.url(""), "data:", "blob:"))] == []
    assert troubles == []


def failure(request: Request) -> str:
    return f"{request.url}: {request.failure}"


async def test_a_meeting_token_leaves_the_address_bar_and_reaches_the_server(
    server: StandInServer, browser: Browser
) -> None:
    room = server.open_room()
    page = await browser.new_page()
    async with page.expect_request(lambda request: "/rooms/" in request.url) as asking:
        await page.goto(server.url(room.conversation_id) + "?t=secret.token&lang=en")
    request = await asking.value
    assert await request.header_value("authorization") == "Bearer secret.token"
    assert page.url == server.url(room.conversation_id) + "?lang=en"
    await page.close()


async def test_works_inside_an_iframe(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page: Page = await browser.new_page()
    await page.goto(server.url("embed/" + room.conversation_id))
    frame = page.frame_locator("iframe")
    await frame.locator("#join").click()
    await expect(frame.locator("#stage.live")).to_be_visible(timeout=60000)
    await expect(frame.locator("#leave")).to_be_in_viewport()
    await eventually(lambda: room.heard.loudest > 0.003)
    await page.close()


async def test_sound_that_the_browser_holds_back_needs_one_click(server: StandInServer) -> None:
    room = server.open_room()
    async with chromium(devices="refused", flags=("--autoplay-policy=document-user-activation-required",)) as strict:
        page = await strict.new_page()
        # A click by script is no gesture of a person, and no microphone is open: the browser then lets no sound out.
        await page.add_init_script(
            "addEventListener('DOMContentLoaded', () => setInterval(() => {"
            "  const lobby = document.querySelector('#lobby');"
            "  if (!lobby.hidden) document.querySelector('#join').click(); }, 200));"
        )
        await page.goto(server.url(room.conversation_id))
        # Playwright's own look into the page would count as a gesture: until the call runs, nobody looks.
        await eventually(lambda: room.channels != [])
        await asyncio.sleep(5)
        hear = page.get_by_role("button", name="Click to hear")
        await expect(hear).to_be_visible(timeout=60000)
        await hear.click()
        await expect(hear).to_be_hidden()
        assert await page.evaluate("(({muted, paused}) => [muted, paused])(document.querySelector('#replica'))") == [
            False,
            False,
        ]


async def test_join_clicked_while_the_preview_opens_keeps_one_microphone(
    server: StandInServer, browser: Browser
) -> None:
    room = server.open_room()
    page = await browser.new_page()
    await page.add_init_script(
        "window.opened = []; const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = async (constraints) => {"
        "  await new Promise((resolve) => setTimeout(resolve, 600));"
        "  const stream = await ask(constraints); window.opened.push(...stream.getTracks()); return stream; };"
    )
    await page.goto(server.url(room.conversation_id))
    await join(page)
    await until(page, "window.opened.length === 4")
    live = "window.opened.filter((track) => track.readyState === 'live').map((track) => track.kind).sort()"
    assert await page.evaluate(live) == ["audio", "video"]
    await page.close()


@pytest.mark.parametrize("width", [360, 2560])
async def test_every_control_is_in_reach_at_any_size(server: StandInServer, browser: Browser, width: int) -> None:
    room = server.open_room()
    context = await browser.new_context(viewport={"width": width, "height": 640})
    page = await open_room(context, server.url(room.conversation_id))
    await expect(page.locator("#join")).to_be_in_viewport(ratio=1)
    await join(page)
    for button in await page.locator(".bar button:visible").all():
        await expect(button).to_be_in_viewport(ratio=1)
        assert await button.get_attribute("aria-label")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def test_a_voice_only_room_shows_no_camera(server: StandInServer, browser: Browser) -> None:
    room = server.open_room(audio_only=True)
    page = await open_room(browser, server.url(room.conversation_id))
    await expect(page.get_by_text("Voice only")).to_be_visible()
    await page.locator("#join").click()
    await until(page, "visavis.peer?.connectionState === 'connected'")
    await expect(page.locator("#camera")).to_be_hidden()
    await expect(page.locator("#initials")).to_be_visible()
    assert await page.evaluate("visavis.devices.tracks.camera") is None
    await page.close()
