"""One resource, two names: the older ones are used inside, both are accepted and both are answered."""

from typing import Any

from engine.errors import InvalidInputError

OLDER_BY_NEWER = {
    "pal_id": "persona_id",
    "pal_name": "persona_name",
    "face_id": "replica_id",
    "face_name": "replica_name",
    "default_face_id": "default_replica_id",
}


def older_names(body: dict[str, Any]) -> dict[str, Any]:
    """Return a copy that uses the older names; raises InvalidInputError where a body says two things under two names."""
    renamed = {name: value for name, value in body.items() if name not in OLDER_BY_NEWER}
    for newer, older in OLDER_BY_NEWER.items():
        if newer in body and renamed.setdefault(older, body[newer]) != body[newer]:
            raise InvalidInputError(newer, body[newer], f"the value of {older} is, for both name the same thing")
    return renamed


def both_names(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with the newer names added."""
    return {**answer, **{newer: answer[older] for newer, older in OLDER_BY_NEWER.items() if older in answer}}
