"""The seeds' "Daily Python" example, taken out of the seed where there is one."""

import re
import textwrap
from collections.abc import Iterator

import pytest

from tests.speech import shared_folder

OURS = """
call_client = None

class RoomHandler(EventHandler):
    def __init__(self):
        super().__init__()

    def on_app_message(self, message, sender: str) -> None:
        print(f"Incoming app message from {sender}: {message}")

def join_room(url):
    global call_client
    Daily.init()
    call_client = CallClient(event_handler=RoomHandler())
    call_client.join(url)

def send_message(message):
    call_client.send_app_message(message)
"""
"""Of the same shape."""


def examples() -> Iterator[object]:
    """Yield our own example, and that of the seed if this checkout has the seeds."""
    yield pytest.param(OURS, id="ours")
    seeds = shared_folder()
    found = (
        [code for path in sorted(seeds.glob("seeds/002_*.txt")) for code in _of(path.read_text("utf-8"))]
        if seeds
        else []
    )
    missing = pytest.mark.skipif(not found, reason="this checkout has no seeds")
    yield pytest.param(found[0] if found else "", id="seed", marks=missing)


def _of(page: str) -> Iterator[str]:
    tab = page.partition('<Tab title="Daily Python">')[2].partition("</Tab>")[0]
    for match in re.finditer(r"^ *```py.*?$\n(.*?)^ *```", tab, re.MULTILINE | re.DOTALL):
        yield textwrap.dedent(match[1])
