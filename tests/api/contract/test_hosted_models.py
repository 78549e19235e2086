"""Names of hosted parts and what stands for them here."""

import pytest

from engine.api.contract.hosted_models import (
    HOSTED_PARTS,
    LLM_MODEL,
    REPLICA_MODEL,
    STT_ENGINE,
    HostedPart,
    accepted_names,
    local_part,
)


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("tavus-gpt-4o-mini", "the quick local chat model"),
        ("tavus-llama-3-8b-instruct", "the best local chat model that is installed"),
        ("TAVUS-LLAMA-3-8B", "the quick local chat model"),
        ("tavus-gpt-oss", "the best local chat model that is installed"),
        ("gpt-4o", None),
    ],
)
def test_small_chat_models_stand_for_the_quick_one(name: str, local: str | None) -> None:
    assert local_part(LLM_MODEL, name) == local


@pytest.mark.parametrize("part", HOSTED_PARTS, ids=lambda part: f"{part.field} {part.names[0]}")
def test_every_name_stands_for_the_part_it_is_listed_with(part: HostedPart) -> None:
    for name in part.names:
        assert local_part(part.field, name.replace("*", "x")) == part.local


def test_a_name_belongs_to_one_field_only() -> None:
    assert local_part(STT_ENGINE, "cartesia") is None
    assert accepted_names(REPLICA_MODEL) == ("phoenix-4", "phoenix-3", "phoenix-2")
