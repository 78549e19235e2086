"""Hearing: what is kept of a turn."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.ear import PREROLL, Ear
from engine.conversation.turns import StartTurn
from engine.layers.audio import VAD_FRAME
from tests.fakes.layers import LevelVad


def sound(frames: float, level: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(int(frames * VAD_FRAME), level, dtype=np.float32)


def test_a_turn_is_kept_with_what_came_just_before_it() -> None:
    ear = Ear(LevelVad())
    ear.feed(sound(50, 0.001))
    ear.feed(sound(20, 0.5))
    kept = ear.turn.sound()
    assert kept.size == (PREROLL + 20 - 3 + 3 - 3) * VAD_FRAME
    assert (kept[-20 * VAD_FRAME :] == 0.5).all()


def test_settled_words_replace_their_sound() -> None:
    ear = Ear(LevelVad())
    ear.feed(sound(40, 0.5))
    frames = len(ear.turn.frames)
    ear.turn.settle("the first words", frames - 10)
    assert len(ear.turn.frames) == 10
    ear.turn.settle("and more", 10)
    assert ear.turn.settled == "the first words and more"
    assert ear.turn.sound().size == 0


def test_a_new_turn_begins_with_nothing_settled() -> None:
    ear = Ear(LevelVad())
    ear.feed(sound(10, 0.5))
    ear.turn.settle("old", 5)
    ear.feed(sound(100, 0.0))
    ear.feed(sound(10, 0.5))
    assert ear.turn.settled == ""


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=40))
def test_the_size_of_the_packets_does_not_matter(sizes: list[int]) -> None:
    whole, parts = Ear(LevelVad()), Ear(LevelVad())
    stream = np.concatenate([sound(2, 0.0), sound(6, 0.5), sound(60, 0.0)])
    actions = whole.feed(stream)
    pieces: list[np.ndarray[tuple[int], np.dtype[np.float32]]] = []
    at = 0
    while at < stream.size:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(stream[at : at + size])
        at += size
    assert [action for piece in pieces for action in parts.feed(piece)] == actions
    assert isinstance(actions[0], StartTurn)
