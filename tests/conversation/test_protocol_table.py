"""The table of the protocol is whole: every message is in it, and every row has its test."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.conversation.events import Event
from engine.conversation.interactions import ACCEPTED
from engine.conversation.protocol_table import ROWS, Row

TESTS = Path(__file__).parents[1]


def _kinds(root: type[Event]) -> Iterator[type[Event]]:
    for kind in root.__subclasses__():
        yield from _kinds(kind)
        yield kind


def test_every_event_and_every_interaction_has_its_row() -> None:
    told = sorted(row.name for row in ROWS if row.direction == "out")
    assert told == sorted({kind.event_type for kind in _kinds(Event)})
    assert sorted(row.name for row in ROWS if row.direction == "in") == sorted(ACCEPTED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_names_a_test_that_exists(row: Row) -> None:
    file, function = row.test.split("::")
    assert re.search(rf"^(async )?def {function}\(", (TESTS / file).read_text("utf-8"), re.MULTILINE), row.test
