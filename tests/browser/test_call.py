"""In the call: devices, captions, typing, stopping, leaving."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import eventually, join, messages, open_room, until
from tests.browser.stand_in_room import StandInRoom, StandInServer, person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def enter(server: StandInServer, browser: Browser, **settings: object) -> tuple[StandInRoom, Page]:
    room = server.open_room(**settings)
    page = await open_room(browser, server.url(room.conversation_id))
    await join(page)
    return room, page


async def level(page: Page) -> float:
    return float(await page.evaluate("document.querySelector('#meter').style.getPropertyValue('--level')"))


async def test_muting_silences_the_track_and_the_meter(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    moved = "parseFloat(document.querySelector('#meter').style.getPropertyValue('--level')) > 0.3"
    await until(page, moved)
    await page.keyboard.press("m")
    await expect(page.locator("#mic")).to_have_attribute("aria-label", "Turn the microphone on")
    assert await page.evaluate("visavis.devices.tracks.microphone.enabled") is False
    await room.heard.falls_silent(1.5, 0.001)
    assert await level(page) < 0.05
    await page.locator("#mic").click()
    await until(page, moved)
    await eventually(lambda: room.heard.loudest > 0.003)
    await page.close()


async def test_the_camera_is_let_go_and_comes_back(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    room.introduce(person("s2", "Ada"))
    await eventually(lambda: room.heard.video_frames > 5)
    await page.evaluate("window.camera = visavis.devices.tracks.camera")
    await page.keyboard.press("v")
    await expect(page.locator(".self")).not_to_have_class(re.compile("has-picture"))
    assert await page.evaluate("window.camera.readyState") == "ended"
    await room.heard.sees_nothing(1.0)
    before = room.heard.video_frames
    await page.locator("#camera").click()
    await expect(page.locator(".self")).to_have_class(re.compile("has-picture"))
    await eventually(lambda: room.heard.video_frames > before + 5)
    await page.close()


async def test_captions_show_both_speakers_as_text(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser, replica_name="Ada")
    room.say("conversation.utterance.streaming", role="user", speech="is it", content_index=0, final=False)
    mine, theirs = page.locator("#captions [data-role=user]"), page.locator("#captions [data-role=replica]")
    await expect(mine.locator(".words")).to_have_text("is it")
    markup = 'Use <img src=x onerror="window.hacked = 1"> & <b>bold</b>'
    room.utter("user", markup)
    await expect(mine.locator(".words")).to_have_text(markup)
    room.utter("replica", "Yes, it <i>is</i>", interrupted=True)
    await expect(theirs).to_have_text("AdaYes, it <i>is</i> —")
    assert await page.evaluate("window.hacked") is None
    assert await page.locator("#captions img, #captions b, #log img, #log i").count() == 0
    await page.keyboard.press("t")
    await expect(page.locator("#log li")).to_have_text([f"You{markup}", "AdaYes, it <i>is</i> —"])
    await expect(page.locator("#announcer")).to_have_text("Ada: Yes, it <i>is</i>")
    received = await messages(page, "conversation.utterance")
    assert [each["message"]["properties"]["role"] for each in received] == ["user", "replica"]
    assert 0 < received[0]["at"] <= received[1]["at"]
    await page.close()


async def test_captions_follow_the_room_and_the_person(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser, closed_captions=False)
    room.utter("replica", "Hello")
    await until(page, "visavis.messages.length === 1")
    await expect(page.locator("#captions")).to_be_hidden()
    await page.keyboard.press("c")
    await expect(page.locator("#captions")).to_contain_text("Hello")
    await page.keyboard.press("c")
    await expect(page.locator("#captions")).to_be_hidden()
    await page.close()


async def test_typing_instead_of_speaking(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    await page.locator("#type").click()
    # Letters that are shortcuts elsewhere are only letters here.
    await page.keyboard.type("my voice came")
    await page.keyboard.press("Enter")
    await expect(page.locator("#presence")).to_have_text("Thinking…")
    await expect(page.locator("#log li")).to_have_text(["Youmy voice came"])
    assert await page.evaluate("visavis.devices.tracks.microphone.enabled") is True
    await eventually(lambda: len(room.received) == 1)
    assert room.received == [
        {
            "message_type": "conversation",
            "event_type": "conversation.respond",
            "conversation_id": room.conversation_id,
            "properties": {"text": "my voice came"},
        }
    ]
    # The room repeats what was typed as an utterance: it is shown once.
    room.utter("user", "my voice came")
    room.utter("replica", "So I heard.")
    await expect(page.locator("#log li")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await page.close()


async def test_the_hint_follows_the_turn_and_stop_works_while_it_speaks(
    server: StandInServer, browser: Browser
) -> None:
    room, page = await enter(server, browser)
    hint, stop = page.locator("#presence"), page.locator("#stop")
    await expect(hint).to_have_text("Listening")
    await expect(stop).to_be_disabled()
    room.say("conversation.user.started_speaking")
    await expect(hint).to_have_attribute("data-state", "hearing")
    room.say("conversation.user.stopped_speaking", duration=1.2)
    await expect(hint).to_have_text("Thinking…")
    await page.keyboard.press("Escape")
    room.say("conversation.replica.started_speaking")
    await expect(hint).to_have_text("Speaking")
    await stop.click()
    await page.keyboard.press("Escape")
    room.say("conversation.replica.stopped_speaking", duration=0.4, interrupted=True)
    await expect(hint).to_have_text("Listening")
    await expect(stop).to_be_disabled()
    await eventually(lambda: [each["event_type"] for each in room.received] == ["conversation.interrupt"] * 2)
    await page.close()


async def test_leaving_turns_the_devices_off_and_rejoining_is_one_click(
    server: StandInServer, browser: Browser
) -> None:
    room, page = await enter(server, browser)
    await page.evaluate("window.held = Object.values(visavis.devices.tracks)")
    assert await page.evaluate("window.held.map((track) => track.readyState)") == ["live", "live"]
    await page.locator("#leave").click()
    await expect(page.get_by_role("heading", name="You left")).to_be_visible()
    assert await page.evaluate("window.held.map((track) => track.readyState)") == ["ended", "ended"]
    assert await page.evaluate("[visavis.peer, document.querySelector('#replica').srcObject]") == [None, None]
    await eventually(lambda: room.leaves == ["s1"])
    await page.get_by_role("button", name="Rejoin").click()
    await until(page, "document.querySelector('#stage').classList.contains('live')")
    assert len(room.joins) == 2
    await page.close()


async def test_a_closed_tab_leaves_the_room(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    await page.close(run_before_unload=True)
    await eventually(lambda: room.leaves == ["s1"])
    assert room.may_return == [True]  # a tab that is closed looks like one that is loaded again


async def test_a_page_that_is_loaded_again_is_in_its_place_without_a_click(
    server: StandInServer, browser: Browser
) -> None:
    room, page = await enter(server, browser)
    await page.reload()
    await until(page, "document.querySelector('#stage').classList.contains('live')")
    assert [offer.get("resume_token") for offer in room.joins] == [None, "token of s1"]
    assert (room.leaves, room.may_return) == (["s1"], [True])
    await page.locator("#leave").click()
    await eventually(lambda: room.may_return == [True, False])
    await page.reload()
    await expect(page.locator("#join")).to_be_visible()
    assert len(room.joins) == 2
    await page.close()
