"""A small corpus."""

from pathlib import Path

import pytest

from tests.models.training.speaking import record


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("soundfile")
    return record(tmp_path_factory.mktemp("voice") / "corpus")
