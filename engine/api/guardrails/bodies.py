"""What a guardrail is, in both of its shapes: an entry of a set, and a resource of its own."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from engine.api.contract.model import ContractModel, checked
from engine.api.prompt_sets.entries import Spelling, as_set, callable_url, one_spelling, required_text

SPELLINGS = (Spelling("guardrails_name", "guardrail_name"), Spelling("guardrails_prompt", "guardrail_prompt"))


class Guardrail(ContractModel):
    """One rule that a conversation keeps; `guardrails_name` and `guardrails_prompt` are taken as well."""

    guardrail_name: Annotated[str, Field(max_length=1000, description="Names it; spaces are allowed.")]
    guardrail_prompt: Annotated[str, Field(description="What is to be done, or left undone.")]
    modality: Annotated[
        Literal["verbal", "visual"], Field(description="Whether it looks at what is said or at what is seen.")
    ] = "verbal"
    callback_url: Annotated[
        str, AfterValidator(callable_url), Field(description="Is told when the guardrail is triggered.")
    ] = ""
    tags: Annotated[list[str], Field(default_factory=list, description="Personas may name guardrails by their tags.")]
    app_message: Annotated[Any, Field(description="Kept as given: what the room is told when it is triggered.")] = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        given = one_spelling(body, SPELLINGS)
        required_text(given, "guardrail_name", "guardrail_prompt")
        return {name: value for name, value in given.items() if value is not None}


MEMBERS = frozenset(Guardrail.model_fields) | {known.given for known in SPELLINGS}
"""What an entry may have, in every spelling."""


class GuardrailsCreate(ContractModel):
    """The body of a new set of guardrails; a single guardrail without `data` is a set of one."""

    name: Annotated[str, Field(max_length=1000, description="Names the set; by default its first guardrail does.")] = ""
    data: Annotated[list[Guardrail], Field(min_length=1, description="The guardrails.")]
    tags: Annotated[list[str], Field(default_factory=list, description="Tags that every guardrail of the set gets.")]

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        many = body.get("data") is not None
        made = as_set(body, MEMBERS - {"tags"})
        if many and not made["name"] and body.get("guardrails_name") is not None:
            made["name"] = body["guardrails_name"]
        return {name: value for name, value in made.items() if value is not None}

    @model_validator(mode="after")
    def _share_tags(self) -> "GuardrailsCreate":
        # Those that a guardrail has already come from an answer, which shows the tags of all guardrails as those of the set.
        carried = {tag for guardrail in self.data for tag in guardrail.tags}
        shared = [tag for tag in self.tags if tag not in carried]
        for guardrail in self.data:
            guardrail.tags = list(dict.fromkeys([*guardrail.tags, *shared]))
        return self

    @property
    def fields(self) -> dict[str, Any]:
        """The set as it is kept; its `tags`, by which it is found, are those of its guardrails."""
        tags = dict.fromkeys(tag for guardrail in self.data for tag in guardrail.tags)
        return {**self.model_dump(), "tags": list(tags)}


def guardrail_fields(body: dict[str, Any]) -> dict[str, Any]:
    """Check what a patch has left of a set and return it as it is kept. Raises ApiError, InvalidInputError, RequestValidationError."""
    # The tags of the set follow from its guardrails; taken as given they would come back after each was taken away.
    entries = {name: value for name, value in body.items() if name != "tags"}
    return checked(GuardrailsCreate, entries).fields


def guardrails_name(fields: dict[str, Any]) -> str:
    """Return the name of a set: its own, or that of its first guardrail."""
    return str(fields.get("name") or fields["data"][0]["guardrail_name"])
