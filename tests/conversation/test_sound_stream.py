"""Sound in any chunks at any rate becomes sound at 48 kHz, in pieces that end where it is quiet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.sound_stream import LONGEST_PIECE, STEP, SoundStream
from engine.layers.audio import MEDIA_RATE, Samples


def tone(seconds: float, rate: int) -> bytes:
    wave = np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 440 / rate)
    return (wave * 16_000).astype("<i2").tobytes()


def all_of(stream: SoundStream) -> list[Samples]:
    pieces = []
    while not stream.drained:
        pieces.append(stream.take())
    return pieces


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_tone_stays_a_tone_of_its_length(rate: int) -> None:
    stream = SoundStream(rate)
    whole = tone(3.0, rate)
    for at in range(0, len(whole), 2 * 777):
        stream.add(whole[at : at + 2 * 777])
    stream.end()
    sound = np.concatenate(all_of(stream))
    assert sound.size == pytest.approx(3 * MEDIA_RATE, abs=100)
    expected = np.sin(np.arange(sound.size) * 2 * np.pi * 440 / MEDIA_RATE) * 16_000 / 32_768
    inside = slice(MEDIA_RATE // 10, -MEDIA_RATE // 10)
    assert np.abs(sound - expected)[inside].max() < 0.02


@given(st.lists(st.binary(max_size=3000), max_size=8), st.sampled_from([8_000, 24_000, 48_000]), st.booleans())
def test_nothing_is_lost_whenever_it_is_taken(chunks: list[bytes], rate: int, early: bool) -> None:
    stream, taken = SoundStream(rate), []
    for chunk in chunks:
        stream.add(chunk[: len(chunk) // 2 * 2])
        if early:
            taken.append(stream.take())
    stream.end()
    whole = SoundStream(rate)
    whole.add(b"".join(chunk[: len(chunk) // 2 * 2] for chunk in chunks))
    whole.end()
    np.testing.assert_allclose(
        np.concatenate([*taken, *all_of(stream), np.zeros(0)]), np.concatenate([*all_of(whole), np.zeros(0)]), atol=1e-6
    )


def test_pieces_hold_whole_steps_but_for_the_last_one() -> None:
    stream = SoundStream(24_000)
    taken = []
    for _ in range(10):
        stream.add(tone(0.0333, 24_000))
        taken.append(stream.take().size)
    assert all(size % STEP == 0 for size in taken)
    stream.end()
    assert sum(taken) + sum(piece.size for piece in all_of(stream)) == pytest.approx(0.333 * MEDIA_RATE, abs=100)


def test_pieces_are_no_longer_than_a_face_looks_at() -> None:
    stream = SoundStream(16_000)
    stream.add(tone(11.0, 16_000))
    assert stream.seconds_held == pytest.approx(11.0)
    stream.end()
    pieces = all_of(stream)
    assert max(piece.size for piece in pieces) <= LONGEST_PIECE
    assert sum(piece.size for piece in pieces) == pytest.approx(11 * MEDIA_RATE, abs=100)


def test_what_is_given_back_comes_again() -> None:
    stream = SoundStream(48_000)
    stream.add(tone(1.0, 48_000))
    first = stream.take()
    stream.add(tone(1.0, 48_000))
    second = stream.take()
    held = stream.held
    stream.give_back([first, second])
    assert stream.held == held + first.size + second.size
    stream.end()
    (again,) = all_of(stream)
    np.testing.assert_array_equal(again[: first.size + second.size], np.concatenate([first, second]))


def test_what_is_dropped_takes_no_more() -> None:
    stream = SoundStream(16_000)
    stream.add(tone(1.0, 16_000))
    stream.drop()
    stream.add(tone(1.0, 16_000))
    assert (stream.held, stream.drained) == (0, True)
