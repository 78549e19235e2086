"""`visavis bench room`, end to end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.bench.room import LOG, Plan
from engine.errors import InvalidInputError
from tests.model_files import NEEDS_MODELS, home


def bench_room(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine", "bench", "room", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "options", [["--people", "0"], ["--minutes", "0"], ["--loss", "100"], ["--jitter", "-1"], ["--report", __file__]]
)
def test_options_that_make_no_sense_are_refused(options: list[str]) -> None:
    done = bench_room(*options)
    assert done.returncode == 2
    assert options[0] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("field", ["people", "minutes"])
def test_a_plan_without_anybody_or_any_time_is_refused(field: str) -> None:
    with pytest.raises(InvalidInputError, match=field):
        Plan(**{field: 0})  # type: ignore[arg-type]


@pytest.mark.slow
@NEEDS_MODELS[0]
@NEEDS_MODELS[1]
def test_people_talk_on_a_bad_network_lose_it_and_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    options = ("--people", "2", "--minutes", "0.3", "--loss", "2", "--jitter", "20", "--report", str(folder))
    done = bench_room("--json", *options, "--home", str(home()))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert json.loads((folder / "report.json").read_text()) == report
    assert (report["bench"], report["people"], report["complete"]) == ("room", 2, True)
    assert report["turns"] > 0
    assert report["fps_each"]["p50"] > 0
    assert report["one_too_many_refused"] is True
    assert report["rejoins"] + report["failed_rejoins"] == 5
    assert report["rejoin_ms"]["p95"] > 0
    assert all(person["to_person"]["lost"] > 0 for person in report["packets"].values())
    kinds = {json.loads(line)["kind"] for line in (folder / "progress.jsonl").read_text().splitlines()}
    assert {"turn", "sample", "rejoin"} <= kinds
    assert (folder / LOG).is_file()
