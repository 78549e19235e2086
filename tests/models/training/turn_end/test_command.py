"""`python -m models.training.turn_end` writes what the appliance loads."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.layers.flow.evidence import Evidence
from engine.layers.flow.waiting import WaitingModel
from models.training.turn_end.__main__ import main


def write(path: Path, *rows: Mapping[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def examples(tmp_path: Path) -> list[str]:
    whole, broken = [2.0, 1.0, -1.0], [-2.0, -1.0, -8.0]
    lessons = write(
        tmp_path / "lessons.jsonl",
        *[{"over": over, "features": whole if over else broken} for over in (True, False, True, False)],
    )
    clips = [
        {"file": f"{reader}.flac", "kind": "natural", "source": reader, "pauses": [[1.0, 2.5]], "true_end": 4.0}
        for reader in ("ann", "bob")
    ]
    heard = [
        {"clip": f"{reader}.flac", "last_voiced": at, "resumed": resumed, "features": features}
        for reader in ("ann", "bob")
        for at, resumed, features in ((1.0, 2.5, broken), (4.0, None, whole))
    ]
    moments, index = write(tmp_path / "moments.jsonl", *heard), write(tmp_path / "turns.jsonl", *clips)
    return ["--lessons", str(lessons), "--moments", str(moments), "--index", str(index)]


def test_what_is_learnt_is_what_is_loaded(examples: list[str], tmp_path: Path) -> None:
    assert main([*examples, "--out", str(tmp_path / "out")]) == 0
    model = WaitingModel.load(tmp_path / "out" / "waiting.json")
    assert model.wait(Evidence(0.9, "Yes.", -1.0), "medium") < 0.6 < model.wait(Evidence(0.1, "and", -8.0), "medium")
    scores = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert scores["fused"]["medium"]["cut_ins"] == 0.0 < scores["silence alone"]["medium"]["cut_ins"]


def test_the_table_names_each_way_and_patience(
    examples: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*examples, "--out", str(tmp_path)])
    assert "| fused | medium | 0.0 | 0.0 | 0.0 |" in capsys.readouterr().out


def test_unreadable_examples_are_named(examples: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path(examples[1]).write_text("{}\n")
    assert main([*examples, "--out", str(tmp_path)]) == 2
    assert "over" in capsys.readouterr().err
