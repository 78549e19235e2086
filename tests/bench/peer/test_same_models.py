"""The peer is given what the appliance loads."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.bench.peer.same_models import same_models, same_prompt
from engine.bench.peer.variants import DEFAULTS, TUNED
from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.llm.protocol import Sampling
from engine.settings import Settings
from models.tiers import Tier

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_a_store_without_models_names_the_command_that_fetches_them(home: Path) -> None:
    with pytest.raises((ModelUnavailableError, InvalidInputError), match=r"visavis models pull|Piper voice"):
        same_models(Settings(home=home), Tier.CPU)


def test_a_peer_that_knows_english_alone_is_not_asked_for_more(home: Path) -> None:
    with pytest.raises(InvalidInputError, match="language"):
        same_models(Settings(home=home, language="de"), Tier.CPU)


def test_the_prompt_is_the_call_s_own() -> None:
    prompt = same_prompt(NOON)
    assert prompt.startswith("You are Robin")
    assert "live video call" in prompt
    assert prompt.endswith("It is Saturday, 21 November 2026, 12:00 (UTC).")


@pytest.mark.models
def test_the_files_are_those_of_the_store() -> None:
    settings = Settings.from_environment(os.environ)
    models = same_models(settings, Tier.CPU)
    for path, kind in (
        (models.whisper / "model.bin", ".bin"),
        (models.chat, ".gguf"),
        (models.voice, ".onnx"),
        (models.vad, ".onnx"),
        (models.smart_turn, ".onnx"),
    ):
        assert path.is_file()
        assert path.suffix == kind
        assert path.is_relative_to(settings.home)


@pytest.mark.models
def test_the_variants_differ_in_what_they_are_named_for_alone() -> None:
    models = same_models(Settings.from_environment(os.environ), Tier.CPU)
    default, tuned = models.plan(DEFAULTS, NOON), models.plan(TUNED, NOON)
    assert (default.stop_secs, default.beam, default.compute_type) == (None, None, "default")
    assert (tuned.stop_secs, tuned.beam, tuned.compute_type) == (0.2, 1, "int8")
    assert (default.whisper, default.chat, default.system_prompt) == (tuned.whisper, tuned.chat, tuned.system_prompt)
    sampling = Sampling()
    assert (tuned.temperature, tuned.top_p, tuned.max_tokens) == (
        sampling.temperature,
        sampling.top_p,
        sampling.max_tokens,
    )
