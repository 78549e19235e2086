"""Scores on disk and in the card."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="the extra `studio` is not installed")
pytest.importorskip("scipy", reason="the extra `studio` is not installed")

from models.studio.card import show_scores, write_card
from models.studio.checks.scores import FILE, Score, read_scores, write_scores
from models.studio.people import PEOPLE


@pytest.fixture
def own(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "own"))


def test_a_score_passes_within_its_bounds() -> None:
    assert Score("a", 45.0, 45.0).passed
    assert not Score("a", 44.9, 45.0).passed
    assert not Score("a", 21.0, 10.0, 20.0).passed


def test_scores_stay_with_their_bundle_and_are_renewed_one_by_one(own: Path) -> None:
    assert read_scores(own) == []
    write_scores(own, "figure", [Score("rest_psnr", 46.0, 45.0), Score("worst_jump", 2.0, 0.0, 3.0)])
    write_scores(own, "figure", [Score("rest_psnr", 44.0, 45.0)])
    found = {score["name"]: score for score in read_scores(own)}
    assert (found["rest_psnr"]["value"], found["rest_psnr"]["passed"]) == (44.0, False)
    assert found["worst_jump"]["passed"]


def test_scores_of_another_bundle_are_none(own: Path) -> None:
    write_scores(own, "figure", [Score("rest_psnr", 46.0, 45.0)])
    description = json.loads((own / "presenter.json").read_text(encoding="utf-8"))
    (own / "presenter.json").write_text(json.dumps(description | {"title": "another"}), encoding="utf-8")
    assert (own / FILE).exists()
    assert read_scores(own) == []


def test_the_card_shows_them_and_keeps_the_rest(tmp_path: Path) -> None:
    write_card(tmp_path, PEOPLE["nia"], "MIT LICENCE", blender="4.2.0", keys=10, samples=64, crop_samples=40, scale=1.0)
    card = tmp_path / "README.md"
    assert "Not measured yet" in card.read_text(encoding="utf-8")
    scores = [
        {"name": "rest_psnr", "meaning": "at rest", "value": 46.123, "needed": 45.0, "most": None},
        {"name": "worst_jump", "meaning": "jump", "value": 1.5, "needed": 0.0, "most": 3.0},
    ]
    for _ in range(2):
        show_scores(tmp_path, scores)
        text = card.read_text(encoding="utf-8")
        assert text.count("## Scores") == text.count("## Recipe") == 1
        assert "| at rest | 46.12 | at least 45 |\n| jump | 1.5 | at most 3 |" in text
        assert "Not measured yet" not in text
        assert "MIT LICENCE" in text
