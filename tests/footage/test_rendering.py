"""A short training video of the figure: its files, its clock, its truth."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import InvalidInputError, VisavisError
from engine.footage.course import plan
from engine.footage.rendering import Files, Order, render_footage
from engine.footage.truth import FIELDS
from engine.layers.audio import MEDIA_RATE
from models.blendshapes import SHAPES
from tests.footage.conftest import Shot
from tests.layers.replica.presenter.figure import CANVAS


def pictures(video: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(video)) as container:
        return [np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in container.decode(video=0)]


def test_it_is_an_mp4_of_h264_and_aac_that_begins_at_zero_and_is_as_long_as_ordered(clean: Shot) -> None:
    with av.open(str(clean.files.video)) as container:
        assert "mp4" in container.format.name
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height) == CANVAS
        assert video.average_rate == 25
        assert audio.rate == MEDIA_RATE
        times = [frame.time for frame in container.decode(video)]
    assert times == [float(Fraction(number, 25)) for number in range(50)]


def test_sound_and_picture_are_on_one_clock(clean: Shot, order: Callable[..., Order]) -> None:
    asked = order()
    course = plan(asked.voice, asked.person, asked.seconds, asked.seed)
    with av.open(str(clean.files.video)) as container:
        parts = [(frame.pts or 0, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    heard = np.zeros(course.length + MEDIA_RATE)
    for start, samples in parts:
        heard[max(0, start) : start + samples.size] = samples[max(0, -start) :]
    heard = heard[: course.length]
    lags = np.arange(-2400, 2401)
    size = 1 << 18
    together = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(course.speech, size)), size)
    found = int(lags[np.argmax(together[lags])])
    assert abs(found) <= MEDIA_RATE // 1000, "within a millisecond"
    assert np.corrcoef(heard, np.roll(course.speech, found))[0, 1] > 0.95


def test_the_truth_has_a_row_for_each_frame_and_no_pickles(clean: Shot) -> None:
    truth = clean.truth
    assert set(truth) == set(FIELDS)
    for name, array in truth.items():
        assert len(array) == (
            57 if name == "expression_names" else len(truth["span_start"]) if name.startswith("span") else 50
        )
    assert tuple(truth["expression_names"]) == SHAPES
    np.testing.assert_array_equal(truth["sample"], np.arange(50) * 1920)
    np.testing.assert_allclose(truth["time"], np.arange(50) / 25)
    assert truth["expression"].shape == (50, 57)
    assert truth["landmarks"].shape == (50, 68, 2)
    assert np.isfinite(truth["landmarks"]).all()
    assert (truth["camera"] == (0.0, 0.0, 0.0, 1.0)).all()
    assert truth["lip_parting_eye"] * clean.notes["eye_distance"] == pytest.approx(truth["lip_parting"], abs=1e-3)


def test_the_mouth_moves_with_the_phonemes_and_rests_while_listening(clean: Shot) -> None:
    truth = clean.truth
    listening = truth["state"] == "listening"
    later = listening & (truth["time"] > clean.notes["listening_seconds"][0] + 0.2)
    vowels = np.isin(truth["viseme"], ["aa", "E", "ih", "oh", "ou"])
    assert vowels.sum() >= 5
    assert truth["lip_parting"][vowels].mean() > 0.1
    assert np.abs(truth["lip_parting"][later]).max() < 0.02
    assert (truth["phoneme"][later] == "").all()
    assert (truth["viseme"][later] == "sil").all()
    for frame, sample in enumerate(truth["sample"]):
        inside = (truth["span_start"] <= sample) & (sample < truth["span_end"])
        assert truth["phoneme"][frame] == (truth["span_phoneme"][inside][0] if inside.any() else "")


def test_the_lips_of_the_truth_are_those_of_the_picture(clean: Shot) -> None:
    """Where the truth says the lips part, the dark of the mouth is seen between them."""
    dark, parted = [], []
    for picture, places, opening in zip(
        pictures(clean.files.video), clean.truth["landmarks"], clean.truth["lip_parting"], strict=True
    ):
        x, upper, lower = places[62, 0], places[62, 1], places[66, 1]
        column = picture[:, round(float(x)) - 1 : round(float(x)) + 2].mean(1)
        dark.append((column[int(upper) - 6 : int(lower) + 7] < 60.0).sum())
        parted.append(opening)
    assert np.corrcoef(dark, parted)[0, 1] > 0.9


def test_a_webcam_changes_the_picture_and_the_landmarks_go_with_it(clean: Shot, filmed: Shot) -> None:
    assert filmed.notes["webcam"]["mains"] in {50, 60}
    np.testing.assert_array_equal(filmed.truth["expression"], clean.truth["expression"])
    motion = filmed.truth["camera"]
    middle = np.array(CANVAS) / 2.0
    angle = np.radians(motion[:, 2])
    turn = np.moveaxis(np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]), 2, 0)
    expected = (motion[:, None, 3:] * (clean.truth["landmarks"] - middle)) @ np.swapaxes(turn, 1, 2)
    np.testing.assert_allclose(filmed.truth["landmarks"], expected + middle + motion[:, None, :2], atol=1e-3)
    assert np.abs(filmed.truth["landmarks"] - clean.truth["landmarks"]).max() > 0.3
    before, after = pictures(clean.files.video)[10], pictures(filmed.files.video)[10]
    assert np.abs(before.astype(float) - after).mean() > 2.0


def test_the_same_order_gives_the_same_bytes(filmed: Shot, shoot: Callable[..., Shot]) -> None:
    again = shoot(webcam=True)
    assert again.notes == filmed.notes
    for name in ("video", "truth", "notes"):
        assert getattr(again.files, name).read_bytes() == getattr(filmed.files, name).read_bytes(), name


def test_the_notes_say_how_it_was_made(clean: Shot) -> None:
    notes = json.loads(clean.files.notes.read_text("utf-8"))
    assert notes == clean.notes
    assert notes["presenter"] == "figure"
    assert notes["voice"] == {"voice_name": "basic", "language": "en-US", "basic": True, "phonemes_timed": True}
    assert notes["consent"]["complete"] is False
    assert notes["consent"]["text"].startswith("I, Figure, ")
    assert notes["frames"] == 50
    assert set(notes["arrays"]) == set(clean.truth)
    assert "presenter.json" in notes["bundle_sha256"]


@pytest.mark.parametrize("ending", [KeyboardInterrupt, ValueError])
def test_what_ends_early_leaves_nothing_behind_and_what_was_there_as_it_was(
    ending: type[BaseException], order: Callable[..., Order], tmp_path: Path
) -> None:
    video = tmp_path / "a.mp4"
    video.write_bytes(b"before")

    def stop(done: int, frames: int) -> None:
        if done == 5:
            raise ending

    with pytest.raises(ending):
        render_footage(order(1.0), video, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    assert video.read_bytes() == b"before"


def test_a_place_that_cannot_be_written_is_told_before_any_work(order: Callable[..., Order], tmp_path: Path) -> None:
    def never(done: int, frames: int) -> None:
        raise AssertionError("a frame was drawn")

    with pytest.raises(VisavisError, match=r"no/a\.mp4 cannot be written"):
        render_footage(order(1.0), tmp_path / "no" / "a.mp4", never)


@pytest.mark.parametrize(
    ("field", "values"),
    [("--seconds", {"seconds": 0.5}), ("--seconds", {"seconds": float("nan")}), ("--seed", {"seed": -1})],
)
def test_an_order_that_cannot_be_met_names_field_value_and_what_is_accepted(
    field: str, values: dict[str, Any], order: Callable[..., Order]
) -> None:
    with pytest.raises(InvalidInputError, match=field):
        order(**values)


def test_a_video_has_to_be_called_mp4(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"--out.*ends in \.mp4"):
        Files.beside(tmp_path / "a.avi")
