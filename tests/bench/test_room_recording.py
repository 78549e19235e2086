"""A film read back as if it were received."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.bench.room_figures import Measured
from engine.bench.room_recording import mouth_in, read_stretch, recorded_offsets
from engine.bench.witnessed import Heard
from engine.errors import VisavisError

RATE, PICTURES = 48_000, 25


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds: from second 4 to second 6 it is loud, and bright."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=PICTURES)
        video.width, video.height, video.pix_fmt = 64, 32, "yuv420p"
        audio = container.add_stream("aac", rate=RATE)
        audio.layout = "mono"
        for number in range(10 * PICTURES):
            level = 200 if 4 <= number / PICTURES < 6 else 50
            frame = av.VideoFrame.from_ndarray(np.full((48, 64), level, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, PICTURES)
            container.mux(video.encode(frame))
        times = np.arange(10 * RATE) / RATE
        tone = np.where((times >= 4) & (times < 6), 0.3 * np.sin(times * 2000), 0.0).astype(np.float32)
        for start in range(0, tone.size, 960):
            sound = av.AudioFrame.from_ndarray(tone[None, start : start + 960], format="fltp", layout="mono")
            sound.sample_rate, sound.pts, sound.time_base = RATE, start, Fraction(1, RATE)
            container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def test_what_is_heard_and_seen_has_the_time_of_the_film(film: Path) -> None:
    sound, pictures = read_stretch(film, 3.0, 7.0)
    loud = [chunk.time for chunk in sound if chunk.level > 0.1]
    bright = [picture.time for picture in pictures if picture.luma.mean() > 120]
    assert (loud[0], loud[-1]) == pytest.approx((4.02, 6.0), abs=0.03)
    assert (bright[0], bright[-1]) == pytest.approx((4.0, 5.96), abs=0.001)
    assert len(pictures) == 4 * PICTURES
    assert all(isinstance(chunk, Heard) and 0 < chunk.samples.size <= 960 for chunk in sound)
    assert pictures[0].luma.shape == (8, 16)


def test_the_mouth_of_a_square_picture_is_found_where_its_middle_fills_a_wide_film() -> None:
    assert mouth_in((200, 300, 312, 360), (512, 512), (1280, 720)) == (500, 470, 780, 620)
    assert mouth_in((200, 300, 312, 360), (512, 512), (512, 512)) == (200, 300, 312, 360)


def test_a_film_without_an_answer_in_it_has_its_length(film: Path) -> None:
    measured = Measured(1, 1.0, recording_begun=5.0, recording_ended=15.0)
    found = recorded_offsets(film, measured, (10, 10, 20, 20))
    assert found.offsets_ms == []
    assert found.seconds == pytest.approx(10.0, abs=0.05)
    assert found.expected_seconds == 10.0


def test_what_is_no_film_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "recording.mp4"
    broken.write_bytes(b"no film")
    with pytest.raises(VisavisError, match=r"recording\.mp4 cannot be read"):
        recorded_offsets(broken, Measured(1, 1.0), (10, 10, 20, 20))
