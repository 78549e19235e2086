"""The five operations that objectives and guardrails have alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from engine.api.reference.components import reference_to
from engine.api.reference.described import (
    PATCH_SCHEMA,
    Answer,
    Body,
    Described,
    Operations,
    no_content,
    page_of,
    part_of,
)

TIMES = {"created_at": "2026-03-02T09:05:00.771024Z", "updated_at": "2026-03-02T09:05:00.771024Z"}


@dataclass(frozen=True, slots=True)
class SetKind:
    """One kind of set."""

    plural: str
    """As the path has it: `objectives`."""
    singular: str
    body: type[BaseModel]
    entry: type[BaseModel]
    """The body of a set of one."""
    bodies: Mapping[str, Any]
    """Examples of a new set, by title."""
    answer: type[BaseModel]
    created: type[BaseModel]
    changed: type[BaseModel]
    example: Mapping[str, Any]
    message: str
    """What a change is answered with."""


def set_operations(kind: SetKind) -> Operations:
    """Describe creating, listing, getting, changing and deleting."""
    path, example = f"/v2/{kind.plural}", kind.example
    stock = f"{kind.plural}_id: {kind.plural[0]}0000000001 is stock and stays as it is; create one of your own"
    either = {"anyOf": [reference_to(kind.body), reference_to(kind.entry)]}
    patches = {
        "One member": [
            {"op": "replace", "path": f"/data/0/{kind.singular}_prompt", "value": "Ask for the number first."}
        ],
        "The first one of the set": [{"op": "replace", "path": "/modality", "value": "visual"}],
    }
    return {
        f"POST {path}": Described(
            f"Create {kind.plural}",
            (Answer("The set.", kind.created, part_of(example, kind.created)),),
            refusals={400: (f"{kind.singular}_name is required",)},
            bodies=(Body(kind.bodies, either, models=(kind.entry,)),),
        ),
        f"GET {path}": Described(f"List {kind.plural}", (page_of("sets", kind.answer, example),)),
        f"GET {path}/{{}}": Described(f"Get {kind.plural}", (Answer("The set.", kind.answer, example),)),
        f"PATCH {path}/{{}}": Described(
            f"Change {kind.plural}",
            (
                Answer("The set as it is now.", kind.changed, {**example, "message": kind.message}),
                no_content("The patch changes nothing.", 304),
            ),
            refusals={400: ("[0].path: '/created_at' is not accepted; a member that can be changed is", stock)},
            bodies=(Body(patches, PATCH_SCHEMA),),
        ),
        f"DELETE {path}/{{}}": Described(
            f"Delete {kind.plural}", (no_content("They are gone."),), refusals={400: (stock,)}
        ),
    }
