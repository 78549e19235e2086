"""Several people in the page: tiles, announcements, screens, recording, and what the room is told."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import eventually, join, open_room, until
from tests.browser.stand_in_room import StandInRoom, StandInServer, person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ADA, BRUNO = person("s2", "Ada Lovelace"), person("s3", "Bruno")


async def enter(server: StandInServer, browser: Browser, **settings: Any) -> tuple[StandInRoom, Page]:
    room = server.open_room(**settings)
    page = await open_room(browser, server.url(room.conversation_id))
    await join(page)
    return room, page


def told(room: StandInRoom) -> list[dict[str, Any]]:
    """Return what the page said of itself."""
    return [each["properties"] for each in room.received if each["event_type"] == "room.state"]


async def test_everybody_has_a_tile_and_comings_and_goings_are_said(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    tiles, news = page.locator("#people .tile:not(.self)"), page.locator("#news")
    room.introduce(ADA)
    await expect(tiles).to_have_count(1)
    await expect(tiles.locator(".letters")).to_have_text("AL")
    await expect(tiles.locator(".name")).to_have_text("Ada Lovelace")
    await expect(news).to_be_empty()  # who was there before is no news
    room.say("room.participant_joined", participant=BRUNO)
    await expect(news).to_have_text("Bruno joined")
    await expect(news).to_have_attribute("role", "status")
    await expect(tiles).to_have_count(2)
    room.say("room.participant_left", participant=ADA)
    await expect(news).to_have_text("Ada Lovelace left")
    await expect(tiles).to_have_count(1)
    room.say("room.participant_left", participant=BRUNO)
    await expect(page.locator("#stage")).not_to_have_class(re.compile("together"))
    await page.close()


async def test_a_name_is_shown_as_text(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    markup = '<img src=x onerror="window.hacked = 1">'
    room.introduce(person("s2", markup), person("s3", ""))
    await expect(page.locator("#people .tile:not(.self) .name")).to_have_text([markup, "Guest"])
    assert await page.evaluate("window.hacked") is None
    await page.close()


async def test_who_is_muted_and_who_speaks_is_seen(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    room.introduce(ADA, BRUNO)
    ada = page.locator("#people .tile", has_text="Ada Lovelace")
    room.say("room.active_speaker", session_id="s2")
    await expect(ada).to_have_class(re.compile("speaking"))
    room.say("room.participant_updated", participant={**ADA, "audio": False})
    await expect(ada).to_have_class(re.compile("muted"))
    await expect(ada).to_contain_text("Ada Lovelace, muted")
    room.say("room.active_speaker", session_id="s1")
    await expect(page.locator(".self")).to_have_class(re.compile("speaking"))
    await expect(ada).not_to_have_class(re.compile("speaking"))
    await page.close()


async def test_words_carry_the_name_of_who_said_them(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    room.introduce(ADA)
    room.utter("user", "Is it late?", participant={"session_id": "s2", "user_name": "Ada Lovelace"})
    caption = page.locator("#captions [data-role=user]")
    await expect(caption).to_have_text("Ada LovelaceIs it late?")
    room.utter("user", "Not yet.", participant={"session_id": "s1", "user_name": "Grace"})
    await expect(caption).to_have_text("YouNot yet.")
    await expect(page.locator("#log li")).to_have_text(["Ada LovelaceIs it late?", "YouNot yet."])
    await page.close()


async def test_the_camera_is_sent_only_while_somebody_can_see_it(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    room.introduce()
    await eventually(lambda: len(told(room)) == 1)
    await page.wait_for_timeout(1000)
    assert room.heard.video_frames == 0
    room.say("room.participant_joined", participant=ADA)
    await eventually(lambda: room.heard.video_frames > 5)
    room.say("room.participant_left", participant=ADA)
    await room.heard.sees_nothing(1.0)
    assert len(room.joins) == 1, "nothing is negotiated anew"
    await page.close()


async def test_the_room_is_told_of_each_change_once(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    await page.keyboard.press("m")
    assert told(room) == [], "a room that has not told who is there is told nothing"
    await page.keyboard.press("m")
    state = {"audio": True, "video": True, "screen": False, "noise_cancellation": False}
    room.introduce(ADA)
    await eventually(lambda: told(room) == [state])
    await page.keyboard.press("m")
    await eventually(lambda: told(room)[1:] == [{**state, "audio": False}])
    room.say("room.participant_updated", participant={**ADA, "video": True})
    await page.keyboard.press("v")
    await eventually(lambda: told(room)[2:] == [{**state, "audio": False, "video": False}])
    await page.close()


async def test_noise_is_reduced_when_one_asks_for_it_and_it_is_remembered(
    server: StandInServer, browser: Browser
) -> None:
    room, page = await enter(server, browser)
    room.introduce()
    more, menu = page.get_by_role("button", name="More"), page.locator("#more-menu")
    await more.click()
    await expect(more).to_have_attribute("aria-expanded", "true")
    await page.get_by_role("switch", name="Reduce background noise").check()
    await eventually(lambda: told(room)[-1]["noise_cancellation"] is True)
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(more).to_be_focused()
    await more.click()
    await page.locator("#stage").click(position={"x": 30, "y": 60})
    await expect(menu).to_be_hidden()
    await page.reload()
    await until(page, "visavis.peer?.connectionState === 'connected'")
    room.introduce()
    await eventually(lambda: len(told(room)) == 3 and told(room)[-1]["noise_cancellation"] is True)
    await page.evaluate("localStorage.clear()")
    await page.close()


async def test_a_screen_is_shared_and_ends_with_the_browsers_own_stop(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    room.introduce(ADA)
    share = page.locator(".bar > [data-act=share]")
    await share.click()
    await expect(page.locator("#sharing")).to_contain_text("You are sharing your screen")
    await expect(share).to_have_attribute("aria-label", "Stop sharing")
    await eventually(lambda: told(room)[-1]["screen"] is True)
    # As when the bar is clicked that browsers show while a screen is shared.
    await page.evaluate(
        "((track) => { track.stop(); track.dispatchEvent(new Event('ended')); })"
        "(visavis.peer.getSenders().find((each) => each.track?.contentHint === 'detail').track)"
    )
    await expect(page.locator("#sharing")).to_be_hidden()
    await eventually(lambda: told(room)[-1]["screen"] is False)
    await page.keyboard.press("s")
    await expect(page.locator("#sharing")).to_be_visible()
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(page.locator("#sharing")).to_be_hidden()
    assert len(room.joins) == 1
    await page.close()


async def test_who_thinks_better_of_sharing_is_not_bothered(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    room.introduce(ADA)
    fail = "() => {{ navigator.mediaDevices.getDisplayMedia = async () => {{ throw new DOMException('no', '{}'); }}; }}"
    await page.evaluate(fail.format("NotAllowedError"))
    await page.keyboard.press("s")
    await page.wait_for_timeout(300)
    await expect(page.locator(".notice")).to_have_count(0)
    await page.evaluate(fail.format("NotReadableError"))
    await page.keyboard.press("s")
    await expect(page.locator(".notice")).to_contain_text("The screen could not be shared")
    await page.close()


async def test_recording_is_offered_only_where_the_room_allows_it(server: StandInServer, browser: Browser) -> None:
    _, page = await enter(server, browser)
    await expect(page.get_by_role("button", name="Record the call")).to_have_count(0)
    await page.close()


async def test_a_recording_is_marked_for_everybody_and_failures_are_told(
    server: StandInServer, browser: Browser
) -> None:
    room, page = await enter(server, browser, recording_enabled=True)
    room.introduce(ADA)
    mark, news = page.locator("#recording"), page.locator("#news")
    await expect(mark).to_be_hidden()
    await page.get_by_role("button", name="Record the call").click()
    await eventually(lambda: room.received[-1]["event_type"] == "room.start_recording")
    assert room.received[-1]["message_type"] == "room"
    await expect(mark).to_be_hidden()  # the room has not said so yet
    room.say("room.recording", state="started", recording_id="v1", session_id="s1")
    await expect(mark).to_be_visible()
    await expect(news).to_have_text("This call is being recorded")
    await page.get_by_role("button", name="Stop recording").click()
    await eventually(lambda: room.received[-1]["event_type"] == "room.stop_recording")
    room.say("room.recording", state="stopped", recording_id="v1", session_id="s1")
    await expect(mark).to_be_hidden()
    await expect(news).to_have_text("The recording has ended")
    room.say("room.recording", state="started", recording_id="v2", session_id="s2")
    await expect(mark).to_be_visible()
    room.say("room.recording", state="failed", recording_id="v2", session_id="s2", error="The disk is full.")
    await expect(mark).to_be_hidden()
    await expect(page.locator(".notice")).to_contain_text("The recording did not work. The disk is full.")
    await page.get_by_role("button", name="OK").click()
    await page.get_by_role("button", name="Record the call").click()
    room.say("error", error="Recording is not enabled.", event_type="room.start_recording")
    await expect(page.locator(".notice")).to_contain_text("Recording is not enabled.")
    await page.close()


async def test_a_weak_connection_is_told(server: StandInServer, browser: Browser) -> None:
    room, page = await enter(server, browser)
    room.introduce(ADA)
    room.say("room.network_quality", quality=50, threshold="low")
    await expect(page.locator("#quality")).to_have_text("Weak connection")
    await expect(page.locator("#news")).to_contain_text("Weak connection")
    room.say("room.network_quality", quality=90, threshold="good")
    await expect(page.locator("#quality")).to_be_hidden()
    await page.close()


async def test_the_weak_connection_of_somebody_else_is_seen_and_read_out(
    server: StandInServer, browser: Browser
) -> None:
    room, page = await enter(server, browser)
    room.introduce(ADA, {**BRUNO, "network": "very-low"})
    ada = page.locator("#people .tile", has_text="Ada Lovelace")
    bruno = page.locator("#people .tile", has_text="Bruno")
    bars = "each => getComputedStyle(each.querySelector('.plate'), '::after').content !== 'none'"
    await expect(bruno).to_contain_text("Bruno, very weak connection")
    assert await bruno.evaluate(bars)
    assert not await ada.evaluate(bars), "what is good needs no sign"
    room.say("room.participant_updated", participant={**ADA, "audio": False, "network": "low"})
    await expect(ada).to_contain_text("Ada Lovelace, muted, weak connection")
    assert await ada.evaluate(bars)
    room.say("room.participant_updated", participant={**ADA, "network": "good"})
    await expect(ada.locator(".unseen")).to_be_empty()
    assert not await ada.evaluate(bars)
    await page.close()


async def test_the_rooms_own_servers_help_the_connection_through(server: StandInServer, browser: Browser) -> None:
    turn = {"urls": ["turn:127.0.0.1:9?transport=udp"], "username": "1:s", "credential": "c"}
    _, page = await enter(server, browser, ice_servers=[turn])
    assert await page.evaluate("visavis.peer.getConfiguration().iceServers") == [turn]
    await page.close()


async def test_who_comes_back_hears_of_those_who_came_and_went_meanwhile(
    server: StandInServer, browser: Browser
) -> None:
    room, page = await enter(server, browser)
    room.introduce(ADA)
    await expect(page.locator("#people .tile")).to_have_count(2)
    await room.drop("s1")
    await eventually(lambda: len(room.joins) == 2, timeout_s=60.0)
    await until(page, "visavis.peer?.connectionState === 'connected' && visavis.presence === 'listening'")
    room.introduce(BRUNO)
    await expect(page.locator("#people .tile .name")).to_have_text(["You", "Bruno"])
    await expect(page.locator("#news")).to_have_text("Bruno joined")
    await page.close()


@pytest.mark.parametrize("others", [1, 3, 7])
async def test_every_tile_is_on_the_stage_or_a_swipe_away(server: StandInServer, browser: Browser, others: int) -> None:
    room, page = await enter(server, browser)
    room.introduce(*(person(f"s{index + 2}", f"Person {index}") for index in range(others)))
    tiles = page.locator("#people .tile")
    await expect(tiles).to_have_count(others + 1)
    for width, height in ((1280, 720), (844, 390), (360, 700)):
        await page.set_viewport_size({"width": width, "height": height})
        for tile in await tiles.all():
            await tile.scroll_into_view_if_needed()
            await expect(tile).to_be_in_viewport(ratio=0.99)
            box = await tile.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 40
        stage, face = await page.locator("#stage").bounding_box(), await page.locator(".frame").bounding_box()
        assert stage is not None
        assert face is not None
        assert face["width"] * face["height"] > 0.3 * stage["width"] * stage["height"], "the replica stays the stage"
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.close()
