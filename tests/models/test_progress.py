"""How progress reads."""

import io

import pytest

from models.progress import Progress, ProgressLines, readable_size


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, steps: list[tuple[float, Progress]]) -> str:
    times = iter([time for time, _ in steps])
    lines = ProgressLines(stream, clock=lambda: next(times))
    for _, step in steps:
        lines(step)
    return stream.getvalue()


def test_without_a_terminal_a_line_at_most_every_two_seconds() -> None:
    steps = [(second / 10, Progress("m", "a.bin", second * 1000, 100_000)) for second in range(101)]
    lines = shown(io.StringIO(), steps).splitlines()
    assert len(lines) == 6
    assert lines[1] == "m  a.bin   20 %  20.0 kB of 100.0 kB  10.0 kB/s"
    assert lines[-1] == "m  a.bin  100 %  100.0 kB of 100.0 kB  10.0 kB/s"


def test_small_files_do_not_flood_a_log() -> None:
    steps = [(0.0, Progress("m", f"{number}", done, 10)) for number in range(3) for done in (5, 10, 10)]
    assert [line.split()[1:4] for line in shown(io.StringIO(), steps).splitlines()] == [
        ["0", "50", "%"],
        ["0", "100", "%"],
        ["1", "100", "%"],
        ["2", "100", "%"],
    ]


def test_on_a_terminal_one_line_lives() -> None:
    steps = [(number / 5, Progress("m", "a.bin", number, 4)) for number in range(5)]
    text = shown(Terminal(), steps)
    assert text.count("\r") == 5
    assert text.count("\n") == 1
    assert text.endswith("\n")


def test_bytes_of_an_earlier_pull_do_not_count_as_speed() -> None:
    steps = [(0.0, Progress("m", "a.bin", 900_000, None)), (3.0, Progress("m", "a.bin", 930_000, None))]
    assert shown(io.StringIO(), steps).splitlines()[-1] == "m  a.bin  930.0 kB  10.0 kB/s"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (98_362_432, "98.4 MB"),
        (34_820_000_000, "34.8 GB"),
        (2e12, "2.0 TB"),
    ],
)
def test_sizes_read_as_people_write_them(size: float, text: str) -> None:
    assert readable_size(int(size)) == text
