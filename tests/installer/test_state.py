"""The state file: written after success, read back by the next call, never in the way when it is damaged."""

import json
import threading
from pathlib import Path

import pytest

from installer.state import State, key_of


def test_a_finished_step_is_known_to_the_next_call(tmp_path: Path) -> None:
    path = tmp_path / "venv" / "state.json"
    State(path).finish("packages", "key-1", count=67)
    again = State(path)
    assert again.key("packages") == "key-1"
    assert again.facts("packages") == {"count": 67}
    assert again.key("models") is None
    assert again.facts("models") == {}


def test_forgetting_takes_the_file_away(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    state.finish("packages", "key-1")
    state.forget()
    assert state.key("packages") is None
    assert not (tmp_path / "state.json").exists()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"steps": 3}', '{"steps": {"packages": 3}}', "\x00\x01"])
def test_a_damaged_file_counts_as_nothing_done(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(damage)
    state = State(path)
    assert state.key("packages") is None
    state.finish("packages", "key-1")
    assert State(path).key("packages") == "key-1"


def test_lanes_that_finish_at_once_lose_nothing(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    threads = [threading.Thread(target=state.finish, args=(f"step-{n}", str(n))) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    steps = json.loads((tmp_path / "state.json").read_text())["steps"]
    assert len(steps) == 30


def test_a_key_changes_with_any_input_and_with_nothing_else() -> None:
    assert key_of("a", 1, ("b",)) == key_of("a", 1, ("b",))
    assert len({key_of("a", "b"), key_of("ab"), key_of("a", "c"), key_of("b", "a")}) == 4
