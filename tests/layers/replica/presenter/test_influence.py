"""Which pictures a vertex takes its colours from."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers.replica.presenter.geometry import SKIN, TEETH
from engine.layers.replica.presenter.influence import influence

TONGUE = 3
REST, OPEN, WIDE, DARK = range(4)


def shares(
    region: int,
    seen: tuple[float, float, float],
    mouth: tuple[float, float, float],
    turned: tuple[float, float, float] = (1, 0, 0),
    still: tuple[float, float, float] = (0, 0, 0),
) -> NDArray[np.float32]:
    """Of one vertex below the eyes, between parted lips."""
    out, bits = np.empty((1, 4), np.float32), np.empty(1, np.uint32)
    nothing = np.zeros(3, np.float32)
    influence(
        np.array(mouth, np.float32), nothing, nothing, nothing, np.array(turned, np.float32), 0.0,
        np.ones(3, np.float32), np.zeros(1, np.uint8), np.full(1, region, np.uint8),
        np.rint(255 * np.array([seen])).astype(np.uint8), np.rint(255 * np.array([still])).astype(np.uint8), out, bits,
    )  # fmt: skip
    assert [bool(bits[0] >> key & 1) for key in range(4)] == (out[0] > 0).tolist()
    found: NDArray[np.float32] = out[0]
    return found


def test_what_keys_that_are_on_show_is_theirs_in_their_shares() -> None:
    assert shares(SKIN, (1, 1, 1), (0, 0.5, 0.5)) == pytest.approx([0, 0.5, 0.5, 0])
    assert shares(TONGUE, (1, 1, 1), (0, 0.5, 0.5)) == pytest.approx([0, 0.5, 0.5, 0])


def test_skin_that_only_other_keys_show_is_as_there() -> None:
    assert shares(SKIN, (0, 0, 1), (0, 1, 0)) == pytest.approx([0, 0, 1, 0])


def test_a_tongue_that_only_other_keys_show_lies_in_the_dark() -> None:
    assert shares(TONGUE, (1, 0, 1), (0, 1, 0)) == pytest.approx([0, 0, 0, 1])


def test_the_less_the_keys_show_of_a_tongue_the_darker_it_is() -> None:
    dark = [float(shares(TONGUE, (0, 1, 0), (1 - share, share, 0))[DARK]) for share in np.linspace(0, 1, 21)]
    assert np.all(np.diff(dark) <= 1e-6)
    assert np.abs(np.diff(dark)).max() < 0.2
    assert dark[-1] == 0.0


def test_teeth_that_only_other_keys_show_are_dim() -> None:
    assert shares(TEETH, (0, 0, 1), (0, 1, 0))[[WIDE, DARK]] == pytest.approx([0.1, 0.9], abs=0.1)


def test_on_a_turned_head_skin_that_an_expression_leaves_where_it_is_has_the_turned_heads_light() -> None:
    in_front = shares(SKIN, (1, 1, 1), (0, 1, 0), still=(0, 1, 0))
    assert in_front == pytest.approx([0, 1, 0, 0])
    turned = shares(SKIN, (1, 1, 1), (0, 1, 0), turned=(0, 0, 1), still=(0, 1, 0))
    assert turned == pytest.approx([0, 0, 1, 0])
    on_the_way = shares(SKIN, (1, 1, 1), (0, 1, 0), turned=(0.5, 0, 0.5), still=(0, 1, 0))
    assert on_the_way == pytest.approx([0.25, 0.5, 0.25, 0], abs=0.05)


def test_skin_that_an_expression_moves_stays_with_it_however_the_head_is_turned() -> None:
    assert shares(SKIN, (1, 1, 1), (0, 1, 0), turned=(0, 0, 1)) == pytest.approx([0, 1, 0, 0])
