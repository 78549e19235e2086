"""What a run that was cut off leaves behind."""

import json
from pathlib import Path

import pytest

from engine.bench.progress import PROGRESS, REPORT, Progress


def test_everything_found_so_far_is_on_the_disk_at_once(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "new" / "folder")
    progress.note("turn", ms=500.0)
    progress.report({"complete": False, "turns": 1})
    progress.note("turn", ms=600.0)
    progress.report({"complete": False, "turns": 2})
    lines = [json.loads(line) for line in (tmp_path / "new" / "folder" / PROGRESS).read_text().splitlines()]
    assert [(line["kind"], line["ms"]) for line in lines] == [("turn", 500.0), ("turn", 600.0)]
    assert json.loads((tmp_path / "new" / "folder" / REPORT).read_text()) == {"complete": False, "turns": 2}
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == [PROGRESS, REPORT]


def test_the_lines_of_an_earlier_run_are_gone(tmp_path: Path) -> None:
    Progress(tmp_path).note("turn")
    Progress(tmp_path)
    assert (tmp_path / PROGRESS).read_text() == ""


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    progress = Progress(None)
    progress.note("turn")
    progress.report({})
    assert not list(tmp_path.iterdir())
