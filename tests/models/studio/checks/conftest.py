"""A bundle small enough to be checked in a moment."""

from pathlib import Path

import pytest

from tests.layers.replica.presenter.figure import finished, written


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("presenters") / "figure"
    return finished(folder, *written(folder))
