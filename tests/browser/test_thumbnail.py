"""A thumbnail in a browser: it plays, and begins again by itself."""

import base64
from pathlib import Path

import pytest
from playwright.async_api import Browser

from engine.layers.replica.thumbnail.drawing import SIDE, draw_thumbnail
from tests.browser.chromium import until
from tests.layers.replica.presenter.figure import finished, written

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_it_plays_in_a_loop(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "figure"
    drawn = draw_thumbnail(finished(folder, *written(folder)), None, 1)
    film = base64.b64encode(drawn.film).decode()
    page = await browser.new_page()
    await page.set_content(f'<video autoplay muted loop playsinline src="data:video/mp4;base64,{film}"></video>')
    await page.evaluate("""() => {
        window.video = document.querySelector('video');
        window.rounds = 0;
        let last = 0;
        video.ontimeupdate = () => { if (video.currentTime < last - 1) window.rounds += 1; last = video.currentTime; };
    }""")
    await until(page, "video.readyState >= 3")
    assert await page.evaluate("[video.videoWidth, video.videoHeight, video.error]") == [SIDE, SIDE, None]
    assert await page.evaluate("video.duration") == pytest.approx(3.0, abs=0.05)
    await until(page, "window.rounds >= 1")
    assert await page.evaluate("video.paused") is False
    await page.close()
