"""The contact sheet and the expressions that are rendered truly."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PIL", reason="the extra `studio` is not installed")
pytest.importorskip("scipy", reason="the extra `studio` is not installed")

from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from engine.layers.replica.performance.feelings import EMOTIONS
from models.blendshapes import SHAPE_INDEX
from models.studio.build import PREVIEW
from models.studio.checks.live import Live
from models.studio.checks.sheet import MOST_BYTES, tiles, viseme, write_sheet
from models.studio.checks.truths import TRUTHS, OutdatedBundleError, expression_of, render_truths
from models.studio.keys import KEYS
from models.studio.people import PEOPLE


def test_the_sheet_shows_all_that_is_asked_of_a_face() -> None:
    labels = [label for label, _ in tiles(1)]
    assert {"neutral", "smile", "eyes left", "eyes right", "eyes closed", "speaking", "listening", *EMOTIONS} <= set(
        labels
    )
    assert {"10° left", "6° left", "6° right", "10° right"} <= set(labels)
    assert len([label for label in labels if label.isupper()]) == 12
    assert len(labels) == 32


def test_a_held_bilabial_is_closed_and_a_held_vowel_open() -> None:
    jaw = SHAPE_INDEX["jawOpen"]
    assert viseme("p").weights[jaw] < 0.1 < 0.3 < viseme("ɑ").weights[jaw]
    assert viseme("θ").weights[SHAPE_INDEX["tongueOut"]] == 1.0


def test_the_sheet_is_one_small_picture(bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "sheet.webp"
    size = write_sheet(Live(bundle, 128), 1, target)
    assert size == target.stat().st_size <= MOST_BYTES
    with Image.open(target) as sheet:
        assert sheet.width > sheet.height > 800


def test_no_truth_is_a_key() -> None:
    keys = [(expression_of(key).weights, key.pose) for key in KEYS]
    for truth in TRUTHS:
        asked = expression_of(truth)
        assert truth.crop is not None
        assert all(pose != truth.pose or np.abs(weights - asked.weights).max() > 0.1 for weights, pose in keys)


def test_a_bundle_of_another_studio_is_not_compared(tmp_path: Path) -> None:
    with pytest.raises(OutdatedBundleError, match="build it first"):
        render_truths(PEOPLE["nia"], tmp_path, tmp_path / "work", PREVIEW, print)
