"""`visavis bench replica`."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.bench import replica
from engine.bench.faces import replicas_by_presenter, shipped_presenters, stock_face
from engine.bench.replica import bench_replica, worst
from engine.bench.replica_drawing import DrawingPlan, draw_apart
from engine.errors import InvalidInputError
from engine.store.stock import DEFAULT_REPLICA_ID, load_stock
from tests.layers.replica.presenter.figure import finished, written
from tests.model_files import NEEDS_MODELS, home

SHIPPED = pytest.mark.skipif(not list(shipped_presenters().glob("*/presenter.json")), reason="no presenter is here")
PLAN = DrawingPlan("", 128, 128, 1, [(0, 16_000, [("m", 0, 1600), ("ɑː", 1600, 3200)])], 5, 10, 20, "")


@pytest.fixture(scope="module")
def presenters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("presenters")
    (folder / "figure").mkdir()
    finished(folder / "figure", *written(folder / "figure"))
    return folder


def figures(**changed: Any) -> dict[str, Any]:
    return {
        "frame_ms": {"p50": 7.0, "p99": 9.0},
        "fps": 100.0,
        "cores": 0.2,
        "rss_mb": 90.0,
        "start_ms": 200.0,
        **changed,
    }


def test_the_top_of_the_report_is_the_least_good_of_each_figure() -> None:
    shown = {
        "ada": figures(fps=80.0, cores=None),
        "nia": figures(frame_ms={"p50": 6.0, "p99": 12.0}, rss_mb=120.0, start_ms=100.0),
    }
    assert worst(shown) == {
        "frame_ms": {"p50": 7.0, "p99": 12.0},
        "fps": 80.0,
        "cores": 0.2,
        "rss_mb": 120.0,
        "start_ms": 200.0,
    }
    assert worst({"ada": figures(cores=None)})["cores"] is None


def test_a_presenter_is_measured_in_processes_of_its_own(
    presenters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "ACTED", 20.0)
    monkeypatch.setattr(replica, "STARTS", 1)
    notes: list[str] = []
    report = bench_replica(tmp_path, presenters, notes.append, size=(128, 128), seconds=(3.0, 1.0))
    assert (report["bench"], report["voice"], report["size"]) == ("replica", "basic", [128, 128])
    shown = report["presenters"]["figure"]
    assert 0.0 < shown["frame_ms"]["p50"] <= shown["frame_ms"]["p99"]
    for key in ("fps", "cores", "rss_mb", "start_ms", "import_ms", "encode_ms"):
        assert shown[key] > 0.0, key
    assert report["frame_ms"] == shown["frame_ms"]
    assert {"viseme_corr", "picture_corr", "bilabials_closed", "echo_corr", "echo_voice", "blinks_per_minute"} <= set(
        shown
    )
    assert 0.0 <= shown["gaze_at_camera"]["speaking"] <= 1.0
    assert "call" not in shown
    assert any("no voice is in the store" in note for note in notes)


def test_a_presenter_that_cannot_be_drawn_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="nobody"):
        draw_apart(replace(PLAN, folder=str(tmp_path / "nobody")))


def test_a_folder_without_presenters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"presenters.*presenter\.json"):
        bench_replica(tmp_path, tmp_path, lambda note: None)


def test_an_unknown_presenter_is_refused(presenters: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="only: 'nobody'"):
        bench_replica(tmp_path, presenters, lambda note: None, only="nobody")


def test_beside_a_call_only_what_the_appliance_shows_is_measured(presenters: Path, tmp_path: Path) -> None:
    for wish in ({"beside_call": True}, {"frames": tmp_path / "frames"}):
        with pytest.raises(InvalidInputError, match="shipped"):
            bench_replica(tmp_path, presenters, lambda note: None, **wish)


def test_every_stock_replica_is_shown_by_a_presenter_that_can_be_called() -> None:
    by_presenter = replicas_by_presenter()
    ids = {stock.replica_id for stock in load_stock().replicas}
    assert set(by_presenter.values()) <= ids
    with pytest.raises(InvalidInputError, match="replica_id"):
        stock_face("r000000000000")


@SHIPPED
def test_the_mouth_of_the_default_replica_lies_within_its_picture() -> None:
    x0, y0, x1, y1 = stock_face(DEFAULT_REPLICA_ID).mouth_box
    assert 100 < x0 < x1 < 412
    assert 200 < y0 < y1 < 480


@pytest.mark.parametrize("options", [["--presenters", "nowhere"], ["--size", "8k"], ["--home", __file__]])
def test_options_that_make_no_sense_are_refused(options: list[str]) -> None:
    command = [sys.executable, "-m", "engine", "bench", "replica", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert options[0] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@SHIPPED
@NEEDS_MODELS[0]
@NEEDS_MODELS[1]
def test_the_report_has_the_keys_of_the_design_beside_a_conversation(tmp_path: Path) -> None:
    # One of them: half a minute of each would be a coffee break.
    name = next(iter(replicas_by_presenter()))
    frames = ["--only", name, "--frames", str(tmp_path / "frames")]
    command = [sys.executable, "-m", "engine", "bench", "replica", "--json", *frames]
    done = subprocess.run([*command, "--home", str(home())], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {"frame_ms", "fps", "cores", "rss_mb", "start_ms", "presenters"} <= set(report)
    assert list(report["presenters"]) == [name]
    for shown in report["presenters"].values():
        assert shown["call"]["fps"]["p50"] > 0
        assert shown["call"]["unanswered"] < shown["call"]["turns"]
        assert (tmp_path / "frames" / name / "strip.jpg").stat().st_size > 10_000
