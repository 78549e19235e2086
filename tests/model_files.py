"""The real models, for tests that need them: `pytestmark = [*NEEDS_MODELS]` and `model_store()`."""

import os
from pathlib import Path

import pytest

from models.catalogue import load_catalogue
from models.store import ModelStore


def home() -> Path:
    return Path(os.environ.get("VISAVIS_HOME") or Path.home() / ".local" / "share" / "visavis").expanduser()


def model_store() -> ModelStore:
    """Return the store of the home folder that the tests use."""
    return ModelStore(home())


def missing_models() -> str:
    """Return why tests on real models are skipped, or an empty string when the default set is there."""
    here = {model.name for model in model_store().installed()}
    missing = [model.name for model in load_catalogue().defaults() if model.name not in here]
    return f"not in {home()}: {', '.join(missing)} (python -m models pull --default)" if missing else ""


_missing = missing_models()

NEEDS_MODELS = (pytest.mark.models, pytest.mark.skipif(bool(_missing), reason=_missing or "the models are there"))
