"""How a voice is judged: words, distances, measures, pictures."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.voice.evaluation.listener import frechet_distance, resampled
from models.training.voice.evaluation.sentences import ASSISTANT, questions
from models.training.voice.evaluation.words import plain_words, word_errors
from models.training.voice.pictures import save_spectrograms
from models.training.voice.recipe import SAMPLE_RATE
from tests.models.training.speaking import buzz, hiss


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("At 9:30, please.", "at nine thirty please"),
        ("That's $42.50!", "thats forty two dollars and fifty cents"),
        ("A discount of 20%", "a discount of twenty percent"),
        ("8-1-5-2-9", "eight one five two nine"),
        ("81529", "eight one five two nine"),
        ("the 30th of September", "the thirtieth of september"),
        ("until 30 September", "until the thirtieth of september"),
        ("150 people", "one hundred and fifty people"),
        ("1,200 words", "one thousand two hundred words"),
        ("Dr. Martinez", "doctor martinez"),
    ],
)
def test_numbers_count_as_the_words_that_are_said(written: str, said: str) -> None:
    wanted = plain_words(said)
    assert [word for word in plain_words(written) if word != "and"] == [word for word in wanted if word != "and"]


def test_errors_are_substitutions_insertions_and_deletions() -> None:
    errors = word_errors(["one cat sat here", "yes"], ["one hat sat down here", ""])
    assert (errors.errors, errors.words) == (3, 5)
    assert errors.rate == pytest.approx(0.6)


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=8))
def test_a_text_has_no_errors_against_itself(words: list[str]) -> None:
    assert word_errors([" ".join(words)], [" ".join(words)]).errors == 0


def test_there_are_forty_sentences_and_some_ask() -> None:
    assert len(set(ASSISTANT)) == 40
    assert len(questions()) >= 10


def test_the_distance_of_two_gaussians_is_known() -> None:
    random = np.random.default_rng(2)
    one = random.standard_normal((60_000, 4)).astype(np.float32)
    other = (2 * random.standard_normal((60_000, 4)) + [3, 0, 0, 0]).astype(np.float32)
    assert frechet_distance([one], [one]) == pytest.approx(0, abs=1e-6)
    # Means 3 apart, and 4 directions with deviations 1 and 2: 9 + 4 * (2 - 1) ** 2.
    assert frechet_distance([one], [other]) == pytest.approx(13, rel=0.03)


def test_resampling_keeps_pitch_and_level() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    lower = resampled(tone, SAMPLE_RATE, 16_000)
    assert lower.size == 16_000
    assert int(np.argmax(np.abs(np.fft.rfft(lower)))) == 440
    assert float(np.sqrt(np.mean(lower**2))) == pytest.approx(np.sqrt(0.5), rel=1e-3)


def test_noise_share_and_pitch_of_a_buzz_with_hiss_are_measured() -> None:
    pytest.importorskip("pyworld")
    from models.training.voice.evaluation.measures import voicing

    clean = voicing([buzz(1.0, 180.0)])
    rough = voicing([buzz(1.0, 180.0) + hiss(1.0)])
    assert clean.pitch_hz["50"] == pytest.approx(180, rel=0.02)
    assert rough.noise_share["4000-6000"] > 3 * clean.noise_share["4000-6000"]


def test_a_rise_at_the_end_is_told_from_a_fall() -> None:
    pytest.importorskip("pyworld")
    from models.training.voice.evaluation.measures import rise_in_semitones

    steady, high, low = buzz(0.8, 150.0), buzz(0.25, 200.0), buzz(0.25, 120.0)
    assert rise_in_semitones(np.concatenate([steady, high])) == pytest.approx(12 * np.log2(200 / 150), abs=0.6)
    assert rise_in_semitones(np.concatenate([steady, low])) < -2


def test_a_picture_is_a_valid_png_of_the_sounds_length(tmp_path: Path) -> None:
    save_spectrograms(tmp_path / "two.png", [buzz(0.5), hiss(0.3)])
    data = (tmp_path / "two.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width == int(0.5 * SAMPLE_RATE) // 128 or width == int(0.5 * SAMPLE_RATE) // 128 + 1
    start = data.index(b"IDAT") + 4
    (size,) = struct.unpack(">I", data[start - 8 : start - 4])
    assert len(zlib.decompress(data[start : start + size])) == height * (width + 1)
