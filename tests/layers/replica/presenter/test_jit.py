"""Compiled code is kept where it can be, and made where it cannot."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers.replica.presenter.jit import code_folder, compiled


def total(values: NDArray[np.float64]) -> float:
    found = 0.0
    for value in values:
        found += value
    return found


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source.py").write_text("a = 1\n")
    return tmp_path / "source.py"


def test_code_goes_below_the_first_base_that_can_be_written(tmp_path: Path, source: Path) -> None:
    nowhere = source / "below a file"
    assert code_folder((tmp_path / "a", tmp_path / "b"), [source]) in list((tmp_path / "a").iterdir())
    assert code_folder((nowhere, tmp_path / "b"), [source]) in list((tmp_path / "b").iterdir())
    assert code_folder((nowhere,), [source]) is None


def test_other_sources_have_another_folder(tmp_path: Path, source: Path) -> None:
    before = code_folder((tmp_path,), [source])
    assert code_folder((tmp_path,), [source]) == before
    source.write_text("a = 2\n")
    assert code_folder((tmp_path,), [source]) != before


def test_compiled_code_is_kept(tmp_path: Path) -> None:
    assert compiled(total, tmp_path)(np.arange(4.0)) == 6.0
    assert {file.suffix for file in tmp_path.rglob("*") if file.is_file()} == {".nbc", ".nbi"}


def test_without_a_place_for_it_code_is_made_all_the_same() -> None:
    assert compiled(total, None)(np.arange(4.0)) == 6.0
