"""The composed picture of a recording."""

import numpy as np
import pytest

from engine.recording.canvas import Canvas, Planar
from engine.recording.layout import REPLICA, screen_of
from tests.recording.films import plain

BLACK = 16


def _stripes(width: int, height: int) -> Planar:
    """Dark on the left, light in the middle half, dark on the right."""
    picture = plain(40, width, height)
    picture[:height, width // 4 : width * 3 // 4] = 200
    return picture


def test_an_empty_canvas_is_black() -> None:
    canvas = Canvas(320, 176)
    assert (canvas.picture[:176] == BLACK).all()
    assert (canvas.picture[176:] == 128).all()


def test_a_picture_of_the_same_size_is_shown_as_it_is() -> None:
    canvas, picture = Canvas(320, 176), np.random.default_rng(7).integers(16, 235, (264, 320), dtype=np.uint8)
    canvas.show(REPLICA, picture)
    assert (canvas.picture == picture).all()


def test_the_middle_of_a_face_stays_when_a_tile_needs_room() -> None:
    canvas = Canvas(320, 176)
    canvas.show(REPLICA, _stripes(320, 176))
    canvas.show("ada", plain(90, 64, 48))
    row = canvas.picture[88]
    assert row[0] == row[255] == 40, "what is cut away is the same on both sides"
    assert (row[49:206] == 200).all()
    assert (row[258:318] == 90).all()
    assert row[255] != row[256]


def test_a_shared_screen_is_seen_to_its_edges() -> None:
    canvas = Canvas(320, 176)
    canvas.show(REPLICA, plain(60))
    canvas.show(screen_of("ada"), _stripes(512, 288))
    column, row = canvas.picture[:176, 128], canvas.picture[88]
    assert column[0] == column[-1] == BLACK, "bars above and below"
    assert row[1] == 40
    assert row[254] == 40
    assert row[128] == 200
    assert row[290] == 60, "the replica is a tile"


def test_who_leaves_makes_room() -> None:
    canvas = Canvas(320, 176)
    canvas.show(REPLICA, plain(60))
    canvas.show("ada", plain(90))
    canvas.remove("ada")
    canvas.remove("nobody")
    assert (canvas.picture[:176] == 60).all()


@pytest.mark.parametrize("size", [(2, 2), (640, 2), (2, 480), (18, 1000), (1366, 768), (720, 1280)])
@pytest.mark.parametrize("source", ["ada", screen_of("ada")])
def test_pictures_of_any_shape_find_their_place(size: tuple[int, int], source: str) -> None:
    canvas = Canvas(320, 176)
    canvas.show(REPLICA, plain(60))
    for luma in (90, 200):
        canvas.show(source, plain(luma, *size))
    columns = slice(256, 320) if source == "ada" else slice(0, 256)
    assert abs(int(canvas.picture[:176, columns].max()) - 200) <= 1
