"""How a set of objectives is shown."""

from typing import Any

from pydantic import Field

from engine.api.contract.enforcement import EnforcementAnswer, with_enforcement
from engine.api.contract.model import AnswerModel
from engine.api.objectives.bodies import Objective, unknown_objectives
from engine.store.records import ResourceRecord

NOT_ENFORCED = (
    "objective_prompt",
    "confirmation_mode",
    "output_variables",
    "modality",
    "next_conditional_objectives",
    "next_required_objectives",
    "callback_url",
)
"""Kept, and acted on once a conversation follows its objectives."""


class ObjectiveAnswer(Objective):
    """One objective of a set."""

    next_required_objective: str | None = Field(None, description="The first of `next_required_objectives`.")


class ObjectivesAnswer(ObjectiveAnswer, EnforcementAnswer):
    """A set of objectives; the members of the first one stand at the top level as well."""

    objectives_id: str
    name: str
    data: list[ObjectiveAnswer]
    status: str
    created_at: str
    updated_at: str


class ObjectivesCreated(AnswerModel):
    """A new set of objectives."""

    objectives_id: str
    objective_name: str
    status: str
    created_at: str


class ObjectivesChanged(ObjectivesAnswer):
    """A set of objectives after a patch."""

    message: str


def objectives_answer(record: ResourceRecord, verbose: bool = False) -> dict[str, Any]:
    """Show a set of objectives.

    `data` is a list, as the paths of patches (`/data/0/...`) say; clients that know a resource as one objective find its members
    at the top level. What follows is told in both forms: the list `next_required_objectives`, and its first name.
    """
    data = [_objective_answer(entry) for entry in record.fields["data"]]
    answer = {
        **record.fields,
        **data[0],
        "objectives_id": record.resource_id,
        "name": record.name,
        "data": data,
        "status": record.status,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
    if not verbose:
        return answer
    return with_enforcement({**answer, "unknown_objectives": unknown_objectives(record.fields)}, NOT_ENFORCED)


def _objective_answer(entry: dict[str, Any]) -> dict[str, Any]:
    following = entry["next_required_objectives"]
    return {**entry, "next_required_objective": following[0]} if following else entry
