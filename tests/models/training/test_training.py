"""Stages that resume, and the whole way from recordings to a voice."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from models.training.voice import pipeline  # noqa: E402
from models.training.voice.__main__ import main  # noqa: E402
from models.training.voice.arrays import load_state  # noqa: E402
from models.training.voice.evaluation.systems import PiperFormatVoice  # noqa: E402
from models.training.voice.recipe import BUDGETS, StageBudget  # noqa: E402
from models.training.voice.stages import Run  # noqa: E402


class Line:
    """Learns one slope from noisy points; stops after `patience` steps as if the power went out."""

    name = "line"

    def __init__(self, patience: int | None = None) -> None:
        torch.manual_seed(0)
        self.net = torch.nn.Linear(1, 1)
        self._optimiser = torch.optim.Adam(self.net.parameters(), 0.01)
        self._patience = patience

    def states(self) -> Mapping[str, Any]:
        return {"net": self.net, "optimiser": self._optimiser}

    def step(self, random: np.random.Generator, progress: float) -> Mapping[str, float]:
        if self._patience == 0:
            raise KeyboardInterrupt
        self._patience = None if self._patience is None else self._patience - 1
        x = torch.from_numpy(random.standard_normal((8, 1)).astype(np.float32))
        loss = ((self.net(x) - 3 * x + torch.randn_like(x)) ** 2).mean()
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        return {"loss": loss.item()}

    def score(self) -> float | None:
        return float(self.net.weight.item())


class Clock:
    """Moves two minutes at every look, so that a checkpoint follows every step."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 120
        return self.now


def _run(folder: Path) -> Run:
    return Run(folder, 7, torch.device("cpu"), lambda line: None, Clock())


def test_an_interrupted_stage_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    budget = StageBudget(20, 1.0)
    whole = Line()
    _run(tmp_path / "whole").train(whole, budget, None)
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "broken").train(Line(patience=9), budget, None)
    resumed = Line()
    result = _run(tmp_path / "broken").train(resumed, budget, None)
    assert result.steps == 20
    assert torch.equal(whole.net.weight, resumed.net.weight)


def test_a_finished_stage_is_not_trained_again(tmp_path: Path) -> None:
    first = _run(tmp_path).train(Line(), StageBudget(5, 1.0), None)
    again = Line(patience=0)
    assert _run(tmp_path).train(again, StageBudget(5, 1.0), None) == first


def test_a_run_may_go_on_from_another_voice_with_fewer_steps(tmp_path: Path) -> None:
    class Net(Line):
        name = "net"

    parent = Net()
    _run(tmp_path / "parent").train(parent, StageBudget(400, 1.0), None)
    child = Net()
    run = _run(tmp_path / "child")
    run.parent = tmp_path / "parent"
    result = run.train(child, StageBudget(20, 1.0), None)
    assert result.steps == 7
    fresh = Net()
    _run(tmp_path / "fresh").train(fresh, StageBudget(7, 1.0), None)
    assert abs(child.net.weight.item() - 3) < abs(fresh.net.weight.item() - 3)


def test_a_limit_in_minutes_ends_a_stage(tmp_path: Path) -> None:
    result = _run(tmp_path).train(Line(), StageBudget(1_000_000, 1.0), minutes=30)
    assert 0 < result.steps < 100


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    torch.save({"states": Path("/tmp")}, tmp_path / "line.pt")
    with pytest.raises(Exception, match=r"[Ww]eights.only"):
        load_state(tmp_path / "line.pt")


@pytest.mark.slow
def test_one_command_makes_a_voice_and_makes_it_again(
    corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyworld")
    monkeypatch.setattr(pipeline, "BUDGETS", {name: StageBudget(2, 1.0) for name in BUDGETS})
    for folder in ("one", "two"):
        assert main(["--data", str(corpus_folder), "--out", str(tmp_path / folder), "--name", "tiny"]) == 0
    product = tmp_path / "one" / "product"
    config = json.loads((product / "tiny.onnx.json").read_text("utf-8"))
    spoken = PiperFormatVoice(product / "tiny.onnx", config).spoken("The sea sang a song?")
    assert np.isfinite(spoken.samples).all()
    assert spoken.samples.size == spoken.durations.sum() * config["hop_length"] > 0
    assert (product / "spectrogram-1.png").is_file()
    again = PiperFormatVoice(tmp_path / "two" / "product" / "tiny.onnx", config).spoken("The sea sang a song?")
    assert np.array_equal(spoken.samples, again.samples)


def test_a_folder_with_an_earlier_run_is_not_overwritten(
    corpus_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "decoder.pt").write_bytes(b"")
    assert main(["--data", str(corpus_folder), "--out", str(tmp_path)]) == 2
    assert "--resume" in capsys.readouterr().err


def test_missing_recordings_are_reported_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 2
    assert "metadata.csv: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("minutes", ["0", "-3", "inf", "nan", "soon"])
def test_a_limit_that_is_no_time_is_refused(minutes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--data", str(tmp_path), "--out", str(tmp_path), f"--minutes={minutes}"])
    assert stopped.value.code == 2
    assert "--minutes" in capsys.readouterr().err
