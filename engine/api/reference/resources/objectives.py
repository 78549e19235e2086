"""Operations of `/v2/objectives`."""

from typing import Any

from engine.api.objectives.answers import ObjectivesAnswer, ObjectivesChanged, ObjectivesCreated
from engine.api.objectives.bodies import Objective, ObjectivesCreate
from engine.api.reference.resources.prompt_sets import TIMES, SetKind, set_operations

_OBJECTIVE: dict[str, Any] = {
    "objective_name": "ask_for_the_order",
    "objective_prompt": "Find out which order the customer is calling about.",
    "confirmation_mode": "auto",
    "output_variables": ["order_number"],
    "modality": "verbal",
    "next_conditional_objectives": {},
    "next_required_objectives": [],
    "callback_url": "",
}

OPERATIONS = set_operations(
    SetKind(
        plural="objectives",
        singular="objective",
        body=ObjectivesCreate,
        entry=Objective,
        bodies={
            "A single objective": {name: _OBJECTIVE[name] for name in ("objective_name", "objective_prompt")},
            "Two, one after the other": {
                "name": "Complaint",
                "data": [
                    {
                        "objective_name": "ask_for_the_order",
                        "objective_prompt": "Find out which order the customer is calling about.",
                        "output_variables": ["order_number"],
                        "next_required_objectives": ["ask_for_the_problem"],
                    },
                    {
                        "objective_name": "ask_for_the_problem",
                        "objective_prompt": "Find out what is wrong with the order.",
                        "confirmation_mode": "manual",
                        "output_variables": ["problem"],
                        "callback_url": "https://example.test/objectives",
                    },
                ],
            },
        },
        answer=ObjectivesAnswer,
        created=ObjectivesCreated,
        changed=ObjectivesChanged,
        example={
            **_OBJECTIVE,
            "objectives_id": "o1a2b3c4d5e6",
            "name": "ask_for_the_order",
            "data": [_OBJECTIVE],
            "status": "active",
            **TIMES,
        },
        message="Objective updated successfully",
    )
)
