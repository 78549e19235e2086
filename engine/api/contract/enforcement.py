"""Telling what is kept and not acted on."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from engine.api.contract.model import AnswerModel


class EnforcementAnswer(AnswerModel):
    """What a verbose answer tells with `with_enforcement`."""

    enforced: bool | None = Field(None, description="With `verbose`: `false` when something is kept and not acted on.")
    not_enforced: list[str] | None = Field(None, description="With `verbose`: what is kept and not acted on.")


def with_enforcement(answer: dict[str, Any], not_enforced: Iterable[str]) -> dict[str, Any]:
    """Return an answer that names the fields nothing acts on; unchanged when there are none."""
    names = list(not_enforced)
    return {**answer, "enforced": False, "not_enforced": names} if names else answer
