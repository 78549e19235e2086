"""What an objective is, and what the objectives of one set must be to each other."""

from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.api.contract.model import ContractModel, checked
from engine.api.prompt_sets.entries import Spelling, as_set, callable_url, one_spelling, required_text
from engine.errors import InvalidInputError

SPELLINGS = (Spelling("next_required_objective", "next_required_objectives", one_of_many=True),)


def _without_spaces(name: str) -> str:
    if any(character.isspace() for character in name):
        raise ValueError("a name without spaces is")
    return name


Name = Annotated[str, Field(max_length=1000), AfterValidator(_without_spaces)]


class Objective(ContractModel):
    """One goal of a conversation."""

    objective_name: Annotated[Name, Field(description="Names it in this set; no spaces.")]
    objective_prompt: Annotated[str, Field(description="What is to be reached.")]
    confirmation_mode: Annotated[
        Literal["auto", "manual"], Field(description="Who says that it is reached: the model, or the participant.")
    ] = "auto"
    output_variables: Annotated[list[str], Field(default_factory=list, description="Values to collect on the way.")]
    modality: Annotated[
        Literal["verbal", "visual"], Field(description="Whether it is reached by what is said or by what is seen.")
    ] = "verbal"
    next_conditional_objectives: Annotated[
        dict[str, str],
        Field(default_factory=dict, description="Names of objectives that may follow, each with its condition."),
    ]
    next_required_objectives: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="Names of objectives that follow; `next_required_objective` with one name is taken as well.",
        ),
    ]
    callback_url: Annotated[
        str, AfterValidator(callable_url), Field(description="Is told when the objective is reached.")
    ] = ""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, body: Any) -> Any:
        required_text(body, "objective_name", "objective_prompt")
        if not isinstance(body, dict):
            return body
        given = one_spelling(body, SPELLINGS)
        return {name: value for name, value in given.items() if value is not None}


MEMBERS = frozenset(Objective.model_fields) | {known.given for known in SPELLINGS}
"""What an entry may have, in every spelling."""


class ObjectivesCreate(ContractModel):
    """The body of a new set of objectives; a single objective without `data` is a set of one."""

    name: Annotated[str, Field(max_length=1000, description="Names the set; by default its first objective does.")] = ""
    data: Annotated[list[Objective], Field(min_length=1, description="The objectives; the first one begins.")]

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        return as_set(body, MEMBERS)

    @model_validator(mode="after")
    def _each_name_once(self) -> Self:
        counted = Counter(objective.objective_name for objective in self.data)
        twice = [name for name, times in counted.items() if times > 1]
        if twice:
            raise InvalidInputError("objective_name", twice[0], "each name once is")
        return self


def objective_fields(body: dict[str, Any]) -> dict[str, Any]:
    """Check what a patch has left of a set and return it as it is kept. Raises ApiError, InvalidInputError, RequestValidationError."""
    return checked(ObjectivesCreate, body).model_dump()


def objectives_name(fields: dict[str, Any]) -> str:
    """Return the name of a set: its own, or that of its first objective."""
    return str(fields.get("name") or fields["data"][0]["objective_name"])


def unknown_objectives(fields: dict[str, Any]) -> list[str]:
    """Return the names that a set refers to and does not hold: the public description's own example has such."""
    known = {entry["objective_name"] for entry in fields["data"]}
    referred = [
        name
        for entry in fields["data"]
        for name in (*entry["next_conditional_objectives"], *entry["next_required_objectives"])
    ]
    return [name for name in dict.fromkeys(referred) if name not in known]
