"""What a killed process leaves of a recording becomes a film."""

import asyncio
import os
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.recording.finalising import finalise, partial_of, unfinished
from engine.recording.fragments import FragmentedFilm, whole_length
from tests.killed_process import killed_behind
from tests.real_time import SOON
from tests.recording.films import FRAME, HEIGHT, RATE, WIDTH, plain, tone, watch

ROOT = Path(__file__).parents[2]


async def test_after_kill_nine_all_but_the_last_seconds_is_there(tmp_path: Path) -> None:
    target = tmp_path / "recording.mp4"
    await killed_behind("4", "tests.recording.killed_recorder", str(target))
    assert unfinished(tmp_path) == [partial_of(target)]
    assert watch(partial_of(target)).duration > 1.0, "it plays as it is"

    recorded = finalise(partial_of(target))

    assert recorded is not None
    assert recorded.path == target
    assert recorded.captions == tmp_path / "recording.vtt"
    assert "<v Replica>Second 2" in recorded.captions.read_text()
    assert unfinished(tmp_path) == []
    assert _names(tmp_path) == ["recording.mp4", "recording.vtt"]
    film = watch(target)
    assert recorded.duration == pytest.approx(film.duration, abs=0.1)
    assert film.duration > 1.0
    assert len(film.pictures) == pytest.approx(film.duration * 25, abs=2)


async def test_a_disk_that_takes_no_more_leaves_what_was_written(tmp_path: Path) -> None:
    target = tmp_path / "recording.mp4"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.recording.stinted_recorder", str(target)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    async with asyncio.timeout(2 * SOON):
        told, _ = await process.communicate()
    failure, duration = told.decode().split()
    assert failure in {"OSError", "FileTooLargeError"}
    assert float(duration) > 1.0
    assert watch(target).duration == pytest.approx(float(duration), abs=0.5)
    assert _names(tmp_path) == ["recording.mp4"]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _fragments(folder: Path, seconds: int) -> Path:
    """Write fragments with a flash and a beep at each full second but the first; returns where they lie."""
    partial = partial_of(folder / "a.mp4")
    film = FragmentedFilm(partial, WIDTH, HEIGHT, 25)
    voice = np.where(np.arange(seconds * RATE + 1024) % RATE < RATE // 10, tone(450, seconds * RATE + 1024), 0)
    voice[: RATE // 10] = 0
    pictures, sounds = iter(range(0, seconds * RATE, FRAME)), iter(range(0, seconds * RATE, 1024))
    # In the order of their moments, as a recorder writes them.
    for at, kind in sorted([*((at, "picture") for at in pictures), *((at, "sound") for at in sounds)]):
        if kind == "picture":
            film.picture(at, plain(220 if at >= RATE and at % RATE == 0 else 60))
        else:
            film.sound(at, voice[at : at + 1024].astype(np.int16))
    film.close()
    return partial


@pytest.mark.parametrize("part", [0.999, 0.9, 0.77, 0.5, 0.34])
def test_a_file_that_ends_anywhere_is_kept_up_to_there(tmp_path: Path, part: float) -> None:
    partial = _fragments(tmp_path, 8)
    os.truncate(partial, int(partial.stat().st_size * part))
    recorded = finalise(partial)
    assert recorded is not None
    film = watch(recorded.path)
    assert film.duration >= 8 * part - 2.5
    assert len(film.flashes()) >= int(film.duration) - 1
    for flash, beep in zip(film.flashes(), film.beeps(), strict=False):
        assert abs(flash - beep) <= 0.04
    assert np.diff(film.times)[1:] == pytest.approx(0.04, abs=0.001)


@given(cut=st.integers(0, 40))
def test_what_is_whole_ends_with_a_fragment(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("boxes") / "a.mp4"
    path.write_bytes((_box("moov", 4) + _box("moof", 2) + _box("mdat", 10))[: 40 - cut])
    assert whole_length(path) == (40 if cut == 0 else 0)


def _box(name: str, size: int) -> bytes:
    return (8 + size).to_bytes(4) + name.encode() + b"x" * size


@pytest.mark.parametrize("content", [b"", b"\0" * 10, b"no film at all" * 100])
def test_of_what_cannot_be_played_nothing_is_left(tmp_path: Path, content: bytes) -> None:
    partial = partial_of(tmp_path / "a.mp4")
    partial.write_bytes(content)
    assert finalise(partial) is None
    assert _names(tmp_path) == []


def test_a_film_that_was_begun_and_holds_nothing_yet_is_none(tmp_path: Path) -> None:
    partial = _fragments(tmp_path, 2)
    os.truncate(partial, partial.read_bytes().index(b"moof") - 4)
    assert finalise(partial) is None
    assert _names(tmp_path) == []


def test_a_kill_while_it_is_made_whole_costs_nothing(tmp_path: Path) -> None:
    """What the first try left is written over by the second."""
    partial = _fragments(tmp_path, 2)
    (tmp_path / "a.mp4.remux").write_bytes(b"half a copy")
    (tmp_path / "a.mp4").write_bytes(b"moved just before the kill")
    recorded = finalise(partial)
    assert recorded is not None
    assert recorded.duration == pytest.approx(2.0, abs=0.05)
    assert _names(tmp_path) == ["a.mp4"]


def test_on_a_full_disk_the_fragments_become_the_film(tmp_path: Path) -> None:
    partial = _fragments(tmp_path, 2)
    content = partial.read_bytes()
    recorded = finalise(partial, kept_free=1 << 60)
    assert recorded is not None
    assert recorded.path.read_bytes() == content
    assert recorded.duration == pytest.approx(2.0, abs=0.05)
    with av.open(str(recorded.path)) as film:
        assert len(list(film.decode(video=0))) == 50


def test_a_caption_that_was_not_written_to_its_end_is_left_out(tmp_path: Path) -> None:
    partial = _fragments(tmp_path, 1)
    lines = tmp_path / "a.mp4.captions.partial"
    lines.write_text('{"start": 0.0, "end": 1.0, "speaker": "Ada", "text": "Whole"}\n[1]\n{"start": 0.5, "end"')
    recorded = finalise(partial)
    assert recorded is not None
    assert recorded.captions is not None
    assert recorded.captions.read_text().count("-->") == 1


def test_links_are_not_taken_for_recordings(tmp_path: Path) -> None:
    (tmp_path / "a.mp4.partial").symlink_to("/etc/hostname")
    assert unfinished(tmp_path) == []
