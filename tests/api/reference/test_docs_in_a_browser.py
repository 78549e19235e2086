"""The page of the reference in a real Chromium: it asks this server for three files, reports no error, and can be searched."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.api.reference.served_api import served_api
from tests.browser.chromium import chromium, until

pytestmark = pytest.mark.browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with served_api(tmp_path / "home") as base_url:
        yield base_url


async def opened(browser: Browser, url: str, **context: Any) -> tuple[Page, list[str], list[str]]:
    """Open the page; returns it, what it requested, and what went wrong."""
    page = await (await browser.new_context(**context)).new_page()
    requested: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    await page.goto(f"{url}/docs", wait_until="networkidle")
    return page, requested, wrong


async def test_nothing_is_asked_of_anybody_else_and_nothing_goes_wrong(browser: Browser, url: str) -> None:
    page, requested, wrong = await opened(browser, url)
    assert sorted(requested) == [f"{url}/docs", f"{url}/docs/static/docs.css", f"{url}/docs/static/docs.js"]
    assert wrong == []
    assert await page.locator("main article").count() > 70


async def test_a_search_leaves_what_has_the_word(browser: Browser, url: str) -> None:
    page, _, wrong = await opened(browser, url)
    await page.keyboard.press("/")
    await page.keyboard.type("max_call_duration")
    shown = page.locator(".contents li:visible")
    assert await shown.all_inner_texts() == ["Limits", "POST\nCreate a conversation"]
    await page.keyboard.press("Enter")
    await until(page, "location.hash === '#guide-limits'")
    await page.fill("input[type=search]", "nothing has this")
    assert await page.locator(".none").is_visible()
    assert wrong == []


async def test_code_is_copied(browser: Browser, url: str) -> None:
    page, _, _ = await opened(browser, url, permissions=["clipboard-read", "clipboard-write"])
    sample = page.locator("#create-conversation .code .sample").first
    await sample.hover()
    await sample.get_by_role("button").click()
    await until(page, "document.querySelector('#create-conversation .code button').textContent === 'Copied'")
    copied = str(await page.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith(f"curl -X POST {url}/v2/conversations")


@pytest.mark.parametrize("width", [320, 390, 820, 1000, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_every_width(browser: Browser, url: str, width: int, scheme: str) -> None:
    page, _, _ = await opened(browser, url, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_it_is_whole_without_javascript(browser: Browser, url: str) -> None:
    page, requested, wrong = await opened(browser, url, java_script_enabled=False)
    assert f"{url}/docs/static/docs.js" not in requested
    assert await page.get_by_role("link", name="Create a conversation").first.is_visible()
    assert await page.locator("#create-conversation").get_by_text("conversational_context").first.is_visible()
    assert not await page.locator("input[type=search]").is_visible()
    assert wrong == []
