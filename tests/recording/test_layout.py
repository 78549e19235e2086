"""Who is seen where in a recording."""

from hypothesis import given
from hypothesis import strategies as st

from engine.recording.layout import REPLICA, Cell, arrange, screen_of

SIZES = st.tuples(st.integers(64, 960), st.integers(64, 540)).map(lambda size: (size[0] * 2, size[1] * 2))


def test_the_replica_alone_fills_the_picture() -> None:
    assert arrange([REPLICA], 1280, 720) == {REPLICA: Cell(0, 0, 1280, 720, False)}


def test_people_are_tiles_beside_the_replica() -> None:
    cells = arrange(["ada", REPLICA, "bob"], 1280, 720)
    assert cells[REPLICA] == Cell(0, 0, 1024, 720, False)
    assert cells["ada"] == Cell(1024, 216, 256, 144, False)
    assert cells["bob"] == Cell(1024, 360, 256, 144, False)


def test_a_shared_screen_takes_the_large_place_and_is_seen_whole() -> None:
    cells = arrange([REPLICA, "ada", screen_of("ada")], 1280, 720)
    assert cells[screen_of("ada")] == Cell(0, 0, 1024, 720, True)
    assert cells[REPLICA].width == cells["ada"].width == 256
    assert cells[REPLICA].y < cells["ada"].y


def test_of_two_screens_the_one_shared_last_is_large() -> None:
    cells = arrange([screen_of("ada"), REPLICA, screen_of("bob")], 1280, 720)
    assert cells[screen_of("bob")].width == 1024
    assert cells[screen_of("ada")].width == 256


def test_without_anybody_nothing_is_arranged() -> None:
    assert arrange([], 1280, 720) == {}


@given(size=SIZES, people=st.integers(0, 12), screens=st.integers(0, 3), replica=st.booleans())
def test_everybody_has_a_place_of_their_own(size: tuple[int, int], people: int, screens: int, replica: bool) -> None:
    sources = [f"p{n}" for n in range(people)] + [screen_of(f"p{n}") for n in range(screens)] + [REPLICA] * replica
    width, height = size
    cells = list(arrange(sources, width, height).values())
    assert len(cells) == len(sources)
    for number, cell in enumerate(cells):
        assert all(value % 2 == 0 for value in (cell.x, cell.y, cell.width, cell.height))
        assert cell.width > 0 < cell.height
        assert 0 <= cell.x <= width - cell.width
        assert 0 <= cell.y <= height - cell.height
        for other in cells[:number]:
            apart = cell.x + cell.width <= other.x or other.x + other.width <= cell.x
            assert apart or cell.y + cell.height <= other.y or other.y + other.height <= cell.y
