"""Progress as a person sees it."""

import io

import pytest

from installer.console import HEARTBEAT_S, Console, duration


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 00 s"), (187.4, "3 min 07 s"), (3599.6, "60 min 00 s")],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_step_is_numbered_and_timed() -> None:
    printed, clock = io.StringIO(), Clock()
    console = Console(printed, live=False, clock=clock)
    console.begin("3/8", "Packages")
    clock.now = 46.5
    console.end("3/8", "67 packages")
    assert printed.getvalue() == "[3/8] Packages ...\n[3/8] Packages: 67 packages (46.5 s)\n"


def test_without_a_terminal_a_long_step_gives_a_sign_of_life_now_and_then() -> None:
    printed, clock = io.StringIO(), Clock()
    console = Console(printed, live=False, clock=clock)
    console.begin("7/8", "llama.cpp")
    for _ in range(100):
        clock.now += HEARTBEAT_S / 50
        console.tail("7/8", "compiled 28 of 82 files")
        console.heartbeat()
    lines = printed.getvalue().splitlines()[1:]
    assert lines == [
        "[7/8] llama.cpp: 30.0 s, compiled 28 of 82 files",
        "[7/8] llama.cpp: 1 min 00 s, compiled 28 of 82 files",
    ]


def test_on_a_terminal_one_line_shows_all_that_runs_and_makes_way_for_others() -> None:
    printed, clock = io.StringIO(), Clock()
    console = Console(printed, live=True, clock=clock)
    console.begin("3/8", "Packages")
    console.begin("7/8", "llama.cpp")
    console.tail("3/8", "Collecting numpy")
    console.tail("7/8", "compiled 2 of 82 files")
    before = len(printed.getvalue())
    console.heartbeat()
    live = printed.getvalue()[before:]
    assert "Collecting" in live
    assert "compiled 2" in live
    assert "\n" not in live
    console.note("A line that stays.")
    assert printed.getvalue().endswith("\r\x1b[2KA line that stays.\n")
