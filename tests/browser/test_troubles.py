"""What the page says when something is not as it should be, and what one can do then."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chromium import Devices, chromium, eventually, join, open_room, until
from tests.browser.stand_in_room import StandInServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        ("refused", "Your browser blocks the microphone"),
        ("none", "No microphone was found"),
    ],
)
async def test_without_a_microphone_the_call_goes_on_in_text(
    server: StandInServer, devices: Devices, words: str
) -> None:
    room = server.open_room()
    async with chromium(devices=devices) as poor:
        page = await open_room(poor, server.url(room.conversation_id))
        await join(page)
        notice = page.locator(".notice")
        await expect(notice).to_have_count(1)
        await expect(notice).to_contain_text(words)
        await expect(page.locator("#mic")).to_have_attribute("aria-label", "Turn the microphone on")
        assert room.joins[0]["sdp"].count("a=sendrecv") == 2
        await page.get_by_role("button", name="Type instead").click()
        await page.keyboard.type("Can you read me?")
        await page.keyboard.press("Enter")
        await expect(page.locator("#log")).to_contain_text("Can you read me?")
        await eventually(lambda: room.received != [])
        assert room.received[0]["properties"] == {"text": "Can you read me?"}
        # Asking again tells again, rather than doing nothing.
        await page.locator("#mic").click()
        await expect(page.locator(".notice")).to_contain_text(words)


async def test_a_refused_camera_does_not_cost_the_microphone(server: StandInServer) -> None:
    room = server.open_room()
    async with chromium(devices="refused") as browser:
        context = await browser.new_context(permissions=["microphone"])
        page = await open_room(context, server.url(room.conversation_id), open_on_click=False)
        await join(page)
        await expect(page.locator(".notice")).to_contain_text("Your browser blocks the camera")
        assert await page.evaluate("visavis.devices.tracks.camera") is None
        await eventually(lambda: room.heard.loudest > 0.003)


async def test_a_camera_in_use_elsewhere_does_not_cost_the_microphone(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page = await browser.new_page()
    await page.add_init_script(
        "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = async (wanted) => {"
        "  if (wanted.video) throw new DOMException('Could not start video source', 'NotReadableError');"
        "  return ask(wanted); };"
    )
    await page.goto(server.url(room.conversation_id))
    await join(page)
    await expect(page.locator(".notice")).to_contain_text("Another program is using the camera")
    await until(page, "visavis.devices.tracks.microphone?.readyState === 'live'")
    await page.close()


async def test_a_microphone_pulled_out_is_said(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page = await open_room(browser, server.url(room.conversation_id))
    await join(page)
    await page.evaluate("visavis.devices.tracks.microphone.dispatchEvent(new Event('ended'))")
    await expect(page.locator(".notice")).to_contain_text("The microphone went away")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".notice")).to_have_count(0)
    # The notice goes when the button is clicked, the device opens a moment later.
    await until(page, "visavis.devices.tracks.microphone?.readyState === 'live'")
    await page.close()


async def test_an_unknown_conversation(server: StandInServer, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(server.url("c-no-such"))
    await expect(page.get_by_role("heading", name="This conversation does not exist")).to_be_visible()
    await expect(page.locator("#outcome-button")).to_be_hidden()
    await page.close()


async def test_an_ended_conversation(server: StandInServer, browser: Browser) -> None:
    room = server.open_room(status="ended")
    page = await browser.new_page()
    await page.goto(server.url(room.conversation_id))
    await expect(page.get_by_role("heading", name="The conversation has ended")).to_be_visible()
    await page.close()


async def test_a_conversation_that_ends_in_mid_call(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page = await open_room(browser, server.url(room.conversation_id))
    await join(page)
    await page.evaluate("window.held = Object.values(visavis.devices.tracks)")
    room.status = "ended"
    room.say("system.shutdown", shutdown_reason="max_call_duration")
    await expect(page.get_by_role("heading", name="The conversation has ended")).to_be_visible()
    await expect(page.locator("#outcome-text")).to_contain_text("longest time")
    assert await page.evaluate("window.held.map((track) => track.readyState)") == ["ended", "ended"]
    await page.close()


async def test_a_full_machine_says_so_and_lets_one_try_again(server: StandInServer, browser: Browser) -> None:
    room = server.open_room(join_refusal=(429, "This machine carries 2 conversations at once."))
    page = await open_room(browser, server.url(room.conversation_id))
    await page.locator("#join").click()
    await expect(page.get_by_role("heading", name="All seats are taken")).to_be_visible()
    await expect(page.locator("#outcome-text")).to_contain_text("This machine carries 2 conversations at once.")
    assert await page.evaluate("visavis.devices.tracks") == {"microphone": None, "camera": None}
    room.join_refusal = None
    await page.get_by_role("button", name="Try again").click()
    await until(page, "document.querySelector('#stage').classList.contains('live')")
    await page.close()


@pytest.mark.parametrize("status", [400, 409])
async def test_a_refused_join_shows_the_servers_words(server: StandInServer, browser: Browser, status: int) -> None:
    room = server.open_room(join_refusal=(status, "The offer has no audio section."))
    page = await open_room(browser, server.url(room.conversation_id))
    await page.locator("#join").click()
    await expect(page.get_by_role("heading", name="Joining did not work")).to_be_visible()
    await expect(page.locator("#outcome-text")).to_have_text("The offer has no audio section.")
    await page.close()


async def test_a_conversation_that_ends_while_one_waits_in_the_lobby(server: StandInServer, browser: Browser) -> None:
    room = server.open_room(join_refusal=(409, "This conversation has ended"))
    page = await open_room(browser, server.url(room.conversation_id))
    room.status = "ended"
    await page.locator("#join").click()
    await expect(page.get_by_role("heading", name="The conversation has ended")).to_be_visible()
    await page.close()


async def test_a_lost_connection_takes_its_place_again_by_itself(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page = await open_room(browser, server.url(room.conversation_id))
    await join(page)
    room.utter("replica", "Where were we?")
    await expect(page.locator("#log")).to_contain_text("Where were we?")
    await room.drop("s1")
    await eventually(lambda: len(room.joins) == 2, timeout_s=60.0)
    assert room.joins[1]["resume_token"] == "token of s1"
    await until(page, "visavis.peer?.connectionState === 'connected'")
    await expect(page.locator(".notice")).to_have_count(0)
    await expect(page.locator("#log")).to_contain_text("Where were we?")
    assert room.leaves == []
    room.say("conversation.replica.started_speaking")
    await until(page, "visavis.presence === 'speaking'")
    await page.close()


async def test_a_place_that_is_refused_offers_to_rejoin(server: StandInServer, browser: Browser) -> None:
    room = server.open_room()
    page = await open_room(browser, server.url(room.conversation_id))
    await join(page)
    room.join_refusal = (429, "All seats are taken.")
    await room.drop("s1")
    await expect(page.get_by_role("heading", name="Connection lost")).to_be_visible(timeout=60000)
    room.join_refusal = None
    await page.get_by_role("button", name="Rejoin").click()
    await until(page, "document.querySelector('#stage').classList.contains('live')")
    await page.close()


async def test_a_server_that_is_gone(browser: Browser) -> None:
    async with StandInServer().serve() as short_lived:
        room = short_lived.open_room()
        page = await open_room(browser, short_lived.url(room.conversation_id))
    await page.locator("#join").click()
    await expect(page.get_by_role("heading", name="No answer")).to_be_visible()
    await page.close()
