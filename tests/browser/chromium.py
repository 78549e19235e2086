"""A Chromium with a fake microphone, and probes that measure what it shows and plays.

A test of the whole appliance reads::

    async with chromium(microphone=Path("turn.wav")) as browser:
        page = await open_room(browser, conversation_url)
        await join(page)
        probes = Probes(page, mouth=(0.35, 0.6, 0.3, 0.2))
        await probes.start()
        ...
        seen = await probes.stop()
        assert seen.frames_per_second() >= 24
        assert seen.mouth_motion(sounding=True) > 5 * seen.mouth_motion(sounding=False)
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

PROBES = Path(__file__).with_name("probes.js")
Box = tuple[float, float, float, float]
"""Left, top, width, height as shares of the picture."""

QUIET_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A page that is not painted, because the window is not in front, would present no frames.
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
)
Devices = Literal["fake", "refused", "none"]
DEVICE_FLAGS: dict[Devices, tuple[str, ...]] = {
    "fake": ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
    "refused": ("--deny-permission-prompts", "--use-fake-device-for-media-stream"),
    "none": ("--use-fake-ui-for-media-stream",),
}

# The lobby previews devices that the browser grants without asking, and a fake microphone's file starts when the device
# is opened. As if nobody had granted anything yet, it starts with the click on "Join"; the page notes when.
OPEN_ON_CLICK = """
navigator.permissions.query = async () => ({ state: "prompt" });
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (ask) navigator.mediaDevices.getUserMedia = async (constraints) => {
  const stream = await ask(constraints);
  if (stream.getAudioTracks().length) window.microphoneOpenedAt ??= performance.now();
  return stream;
};
"""


def find_chromium() -> str:
    """Return the browser's path: `VISAVIS_CHROMIUM`, else the first one installed; skips the test when there is none."""
    named = os.environ.get("VISAVIS_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = named or next((path for name in names if (path := shutil.which(name))), None)
    if not found:
        pytest.skip("no Chromium found: install one, or name it in VISAVIS_CHROMIUM")
    return found


def chromium_flags(devices: Devices = "fake", microphone: Path | None = None) -> list[str]:
    """Return the command line flags of `chromium`, for who launches a browser alone."""
    speech = [f"--use-file-for-fake-audio-capture={microphone.resolve()}%noloop"] if microphone else []
    return [*QUIET_FLAGS, *DEVICE_FLAGS[devices], *speech]


@asynccontextmanager
async def chromium(
    microphone: Path | None = None, *, devices: Devices = "fake", flags: tuple[str, ...] = ()
) -> AsyncIterator[Browser]:
    """Run a headless Chromium.

    `microphone` is a WAV (16-bit PCM) that is played once as the microphone, then silence; without it a fake device
    beeps. `devices`: fake ones that are granted, fake ones that are refused, or none in the machine.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=[*chromium_flags(devices, microphone), *flags]
        )
        try:
            yield browser
        finally:
            await browser.close()


# A person who takes time to answer the browser's question: it is put only when a test calls `answerQuestion()`.
ANSWER_LATER = """
window.questions = 0;
const put = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (constraints) => {
  window.questions += 1;
  await new Promise((resolve) => { window.answerQuestion = resolve; });
  return put(constraints);
};
"""


async def open_room(browser: Browser | BrowserContext, url: str, *, open_on_click: bool = True) -> Page:
    """Open a room's address and return the page with its lobby; devices stay closed until "Join" is clicked."""
    page = await browser.new_page()
    if open_on_click:
        await page.add_init_script(OPEN_ON_CLICK)
    await page.goto(url)
    await page.locator("#join").wait_for()
    return page


async def join(page: Page, timeout_s: float = 60.0) -> None:
    """Click "Join", once, and wait until the replica's picture is there and messages can flow."""
    await page.locator("#join").click()
    await until(
        page,
        "visavis.peer?.connectionState === 'connected' && visavis.presence !== 'connecting'"
        " && document.querySelector('#replica').videoWidth > 0",
        timeout_s,
    )


async def until(page: Page, condition: str, timeout_s: float = 60.0) -> None:
    """Wait until a JavaScript expression is true in the page; TimeoutError says which one never was.

    Playwright's own `wait_for_function` evaluates inside the page, which the room's content policy forbids.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while not await page.evaluate(f"Boolean({condition})"):
        if loop.time() > deadline:
            raise TimeoutError(f"not true within {timeout_s:g} s: {condition}")
        await asyncio.sleep(0.05)


async def eventually(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Wait until a condition on this side holds."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.05)


async def messages(page: Page, event_type: str | None = None) -> list[dict[str, Any]]:
    """Return what the page received so far, oldest first: `{"at": milliseconds, "message": {...}}`."""
    received: list[dict[str, Any]] = await page.evaluate("visavis.messages")
    return [each for each in received if event_type in (None, each["message"]["event_type"])]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was shown and played during a measurement; all times in milliseconds of the page's `performance.now()`."""

    frame_at: NDArray[np.float64]
    presented: NDArray[np.int64]
    """The browser's own count of frames shown, which also counts those that the probe missed."""
    difference: NDArray[np.float64]
    """Mean absolute difference to the frame before, 0..255."""
    mouth_difference: NDArray[np.float64]
    """The same inside the mouth box."""
    rtp_timestamp: NDArray[np.int64]
    """Media time of each frame, 90 kHz."""
    sound_at: NDArray[np.float64]
    rms: NDArray[np.float64]
    """Loudness of about 20 ms, full scale 1."""

    @classmethod
    def of(cls, raw: dict[str, list[list[float]]]) -> "Seen":
        """Take the arrays of `probes.js`."""
        frames = np.array(raw["frames"], np.float64).reshape(-1, 5)
        sound = np.array(raw["sound"], np.float64).reshape(-1, 2)
        return cls(
            frame_at=frames[:, 0],
            presented=frames[:, 1].astype(np.int64),
            difference=frames[:, 2],
            mouth_difference=frames[:, 3],
            rtp_timestamp=frames[:, 4].astype(np.int64),
            sound_at=sound[:, 0],
            rms=sound[:, 1],
        )

    def frames_per_second(self) -> float:
        """Return frames shown per second: the median over stretches of two seconds, so that one hiccup of the machine is no rate."""
        if len(self.frame_at) < 2 or self.frame_at[-1] - self.frame_at[0] < 2000:
            return 0.0
        edges = np.arange(self.frame_at[0], self.frame_at[-1], 2000)
        shown = np.interp(edges, self.frame_at, self.presented)
        return float(np.median(np.diff(shown)) / 2)

    def changing(self, least: float = 0.02) -> float:
        """Return the share of frames that differ from the one before."""
        return float(np.mean(self.difference[1:] > least)) if len(self.difference) > 1 else 0.0

    def sounding_at(
        self, at: NDArray[np.float64], threshold: float = 0.003, margin_ms: float = 150.0
    ) -> NDArray[np.int8]:
        """Classify times: 1 where it sounds for `margin_ms` around, -1 where it is silent that long, 0 in between."""
        result = np.zeros(len(at), np.int8)
        for index, time in enumerate(at):
            near = self.rms[(self.sound_at >= time - margin_ms) & (self.sound_at <= time + margin_ms)]
            if len(near):
                result[index] = 1 if np.mean(near > threshold) > 0.8 else -1 if (near <= threshold).all() else 0
        return result

    def mouth_motion(self, *, sounding: bool, threshold: float = 0.003) -> float:
        """Return the median motion in the mouth box while it sounds, or while it is silent; NaN when it never was."""
        chosen = self.mouth_difference[1:][self.sounding_at(self.frame_at[1:], threshold) == (1 if sounding else -1)]
        return float(np.median(chosen)) if len(chosen) else float("nan")

    def seconds_of_sound(self, threshold: float = 0.003) -> float:
        """Return for how long it sounded."""
        if len(self.sound_at) < 2:
            return 0.0
        step = np.diff(self.sound_at, append=self.sound_at[-1])
        return float(step[self.rms > threshold].sum() / 1000)


class Probes:
    """A measurement in a room page that has joined."""

    def __init__(self, page: Page, mouth: Box | None = None) -> None:
        self._page = page
        self._mouth = mouth

    async def start(self) -> None:
        """Begin to measure; starting again begins anew."""
        await self._page.evaluate(PROBES.read_text("utf-8"))
        await self._page.evaluate("mouth => startProbes({mouth})", list(self._mouth) if self._mouth else None)

    async def read(self) -> Seen:
        """Return what was measured so far, and go on."""
        return Seen.of(await self._page.evaluate("readProbes()"))

    async def stop(self) -> Seen:
        """End the measurement and return it."""
        return Seen.of(await self._page.evaluate("stopProbes()"))
