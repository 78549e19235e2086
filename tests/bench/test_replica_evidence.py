"""What a bench leaves behind of a performance."""

import json
import re
from pathlib import Path
from typing import cast
from xml.etree import ElementTree as Xml

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.bench.evidence import placed_sound
from engine.bench.plot import Curve, plot
from engine.bench.replica_evidence import Performed, densest, nearest, write_evidence, write_film
from engine.bench.strip import strip, write_picture
from engine.bench.tape import Tape
from engine.bench.witness import Witness
from engine.bench.witnessed import Heard, Witnessed
from engine.room.playout import MEDIA_RATE

SIDE = 64


def grey(level: int) -> NDArray[np.uint8]:
    """A picture of one grey as planar YUV 4:2:0."""
    picture = np.full((SIDE * 3 // 2, SIDE), 128, np.uint8)
    picture[:SIDE] = level
    return picture


class Person:
    """Somebody who received a tone from 1.0 s to 2.0 s of three seconds that began at 50."""

    def __init__(self) -> None:
        silence, tone = np.zeros(960, np.float32), np.full(960, 0.5, np.float32)
        chunks = [silence] * 50 + [tone] * 50 + [silence] * 50
        self.received = Witnessed([Heard(50.0 + 0.02 * (n + 1), chunk) for n, chunk in enumerate(chunks)])
        self.microphone = self

    def sent(self) -> tuple[float, NDArray[np.float32]]:
        return 49.0, np.linspace(0.0, 0.9, 3 * MEDIA_RATE, dtype=np.float32)


def test_pictures_lie_in_rows_with_bars_as_long_as_it_was_loud() -> None:
    sheet = strip(np.stack([grey(16), grey(235), grey(235)]), np.array([0.0, 0.5, 1.0]), 32, 2)
    assert sheet.shape == (2 * 38, 64, 3)
    assert sheet[10, 10].max() < 5
    assert sheet[10, 42].min() > 250
    green = (sheet[..., 1].astype(int) - sheet[..., 0] > 60).sum(1)
    assert green[33] == 16
    assert green[38 + 33] == 31
    assert sheet[50, 42].max() < 30


def test_a_strip_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs pictures"):
        strip(np.empty((0, 96, 64), np.uint8), np.empty(0), 32, 2)


def test_a_picture_on_disk_is_the_picture(tmp_path: Path) -> None:
    sheet = strip(np.stack([grey(60), grey(200)]), np.array([0.2, 0.8]), 48, 2)
    write_picture(tmp_path / "sheet.jpg", sheet)
    with av.open(str(tmp_path / "sheet.jpg")) as container:
        shown = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert shown.shape == sheet.shape
    assert np.abs(shown.astype(int) - sheet).mean() < 4.0


def test_the_picture_nearest_to_a_moment_is_taken() -> None:
    assert nearest(np.array([0.0, 0.04, 0.08, 0.5]), np.array([-1.0, 0.05, 0.07, 0.2, 0.4, 9.0])) == [0, 1, 2, 2, 3, 3]
    assert nearest(np.array([0.3]), np.array([0.0, 0.5])) == [0, 0]


def test_the_densest_stretch_is_the_one_with_most_in_it() -> None:
    assert densest(np.array([0.0, 1.0, 5.0, 4.0, 0.0]), 2) == slice(2, 4)
    assert densest(np.array([1.0, 2.0]), 5) == slice(0, 2)


def test_sound_is_placed_where_it_arrived_and_what_lies_outside_is_left_out() -> None:
    sound = [Heard(10.02, np.full(960, 0.1, np.float32)), Heard(10.52, np.full(960, 0.2, np.float32))]
    placed = placed_sound(sound, 10.0, 0.6)
    assert placed.size == 28_800
    assert placed[100] == pytest.approx(0.1)
    assert placed[12_000] == 0.0
    assert placed[24_100] == pytest.approx(0.2)
    assert not placed_sound(sound, 11.0, 0.6).any()


def test_curves_are_drawn_ten_seconds_in_a_row() -> None:
    times = np.arange(0.0, 25.0, 0.5)
    drawn = plot(
        [Curve("a <b>", times, times, "#06c"), Curve("c", times, times, "#bbb", filled=True)], 25.0, [(12.0, "x & y")]
    )
    root = Xml.fromstring(drawn)
    name = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{name}polyline")) == len(root.findall(f"{name}polygon")) == 3
    assert {"a <b>", "c", "x & y", "20"} <= {text.text for text in root.findall(f"{name}text")}
    last = cast("str", root.findall(f"{name}polyline")[2].get("points")).split()
    heights = [float(re.split(",", point)[1]) for point in last]
    assert heights == sorted(heights, reverse=True)


def test_a_film_has_every_picture_at_its_time_and_the_sound_beside_it(tmp_path: Path) -> None:
    times = np.array([0.0, 0.04, 0.05, 0.9])
    write_film(
        tmp_path / "film.webm",
        np.stack([grey(20), grey(90), grey(160), grey(230)]),
        times,
        np.zeros(MEDIA_RATE, np.float32),
    )
    with av.open(str(tmp_path / "film.webm")) as film:
        frames = list(film.decode(video=0))
        shown = [frame.time for frame in frames]
        greys = [frame.to_ndarray(format="yuv420p")[:SIDE].mean() for frame in frames]
    assert shown == pytest.approx(times, abs=0.002)
    assert greys == pytest.approx([20, 90, 160, 230], abs=12)
    with av.open(str(tmp_path / "film.webm")) as film:
        assert sum(frame.samples for frame in film.decode(audio=0)) == pytest.approx(MEDIA_RATE, abs=2_000)


def test_a_tape_keeps_pictures_of_one_size_while_it_runs() -> None:
    with Tape() as tape:
        assert tape.pictures().shape[0] == 0
        frames = [av.VideoFrame.from_ndarray(grey(level), format="yuv420p") for level in (10, 20, 30, 40)]
        tape.take(1.0, frames[0])
        tape.start()
        tape.take(2.0, frames[1])
        tape.take(3.0, av.VideoFrame(32, 32, "yuv420p"))
        tape.take(4.0, frames[2])
        tape.stop()
        tape.take(5.0, frames[3])
        assert tape.times == [2.0, 4.0]
        assert [int(picture[0, 0]) for picture in tape.pictures()] == [20, 30]


def test_the_evidence_of_a_performance_is_whole(tmp_path: Path) -> None:
    with Tape() as tape:
        tape.start()
        for number in range(75):
            picture = grey(120)
            if 25 <= number < 50:
                picture[30:34, 28:36] = 20
            tape.take(50.0 + number / 25, av.VideoFrame.from_ndarray(picture, format="yuv420p"))
        person = cast("Witness", Person())
        write_evidence(tmp_path / "out", Performed(50.0, 52.0, 53.0), person, tape, (24, 24, 40, 40))
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert names == {
        "clip.webm", "dense.jpg", "mouth.svg", "received.wav", "sent.wav", "strip.jpg", "tracks.json",
    }  # fmt: skip
    tracks = json.loads((tmp_path / "out" / "tracks.json").read_text())
    assert tracks["interrupted"] == 2.0
    assert len(tracks["times"]) == len(tracks["opening"]) == len(tracks["level"]) == 75
    assert 0.9 < tracks["dense"][0] < 1.1
    assert min(tracks["opening"][26:49]) > max(tracks["opening"][:25])
    assert tracks["level"][30] == pytest.approx(0.5, abs=0.01)
    assert tracks["level"][60] == 0.0


def test_nothing_is_written_of_a_performance_that_nobody_saw(tmp_path: Path) -> None:
    with Tape() as tape:
        write_evidence(tmp_path / "out", Performed(50.0, 52.0, 53.0), cast("Witness", Person()), tape, (0, 0, 8, 8))
    assert not list((tmp_path / "out").iterdir())
