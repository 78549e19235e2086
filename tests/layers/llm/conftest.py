from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.layers.llm.llama import LlamaChatModel
from engine.layers.llm.session import LlamaSession
from tests.model_files import model_store


def model_path() -> Path:
    return model_store().file("smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf")


@pytest.fixture(scope="session")
def model() -> Iterator[LlamaChatModel]:
    loaded = LlamaChatModel(model_path(), name="smollm2-135m-instruct", context=512)
    yield loaded
    loaded.close()


@pytest.fixture
def session(model: LlamaChatModel) -> Iterator[LlamaSession]:
    opened = model.open_session()
    yield opened
    opened.close()
