"""What a request about replicas may carry."""

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.api.contract.errors import ApiError
from engine.api.contract.model import ContractModel
from engine.errors import InvalidInputError
from engine.jobs.error_texts import ReplicaError
from engine.jobs.line import NOTES
from engine.network import check_url

URL_FIELDS = ("train_video_url", "consent_video_url", "train_image_url", "callback_url")
READ_ONLY = frozenset(
    {
        "replica_id",
        "replica_type",
        "status",
        "training_progress",
        "error_message",
        "error_type",
        "thumbnail_video_url",
        "consent",
        "enforced",
        "not_enforced",
        "presenter",
        "backdrop",
        "default_voice",
        "category",
        "created_at",
        "updated_at",
        NOTES,
    }
)
"""Fields of an answer that no request sets: given, they are passed over."""

ReplicaName = Annotated[str, Field(max_length=1000, description="Shown in lists and to participants.")]


class TrainingProperties(ContractModel):
    """How a training differs from the usual; unknown ones are kept as they are."""

    background_green_screen: bool | None = Field(None, description="The video was recorded before a green screen.")
    relaxed_checks: list[str] | None = Field(
        None,
        description="Error types that do not end this training; taken only where `VISAVIS_ALLOW_RELAXED_CHECKS=1` is set.",
    )


class ReplicaCreate(ContractModel):
    """The body of a new replica."""

    replica_name: ReplicaName | None = None
    train_video_url: str | None = Field(None, description="The video to learn face and voice from; or train_image_url.")
    consent_video_url: str | None = Field(None, description="The statement of consent; makes the replica personal.")
    train_image_url: str | None = Field(None, description="A picture to learn the face from; needs voice_name.")
    voice_name: Annotated[str, Field(max_length=200)] | None = Field(None, description="The voice for train_image_url.")
    auto_fix_training_image: bool | None = Field(None, description="Whether the picture may be repaired first.")
    callback_url: str | None = Field(None, description="Told when the training is done or failed.")
    model_name: Literal["phoenix-2", "phoenix-3", "phoenix-4"] | None = Field(None, description="phoenix-3 by default.")
    properties: TrainingProperties | None = None


class ReplicaRename(ContractModel):
    """The body of a new name."""

    replica_name: Annotated[str, Field(min_length=1, max_length=1000, description="The new name.")]


def replica_fields(body: ReplicaCreate, *, relaxed_checks_allowed: bool) -> dict[str, Any]:
    """Return what is kept of a checked body, the name aside. Raises ApiError, InvalidInputError."""
    given = body.given
    for field in URL_FIELDS:
        if given.get(field):
            check_url(field, given[field])
    video, image = given.get("train_video_url"), given.get("train_image_url")
    if not video and not image:
        raise ApiError(400, "Either train_video_url or train_image_url must be provided.")
    if video and image:
        raise InvalidInputError("train_image_url", image, "either it or train_video_url is, not both")
    if image and not given.get("voice_name"):
        raise ApiError(400, "voice_name is required with train_image_url")
    _check_relaxed(given.get("properties", {}).get("relaxed_checks"), relaxed_checks_allowed)
    kept = {name: value for name, value in given.items() if name not in READ_ONLY | {"replica_name"}}
    return {"model_name": "phoenix-3", **kept}


def declared_consent(fields: dict[str, Any], *, declared_by: str, required: bool) -> dict[str, Any]:
    """Return what is known of the consent to a new replica, before anything was looked at.

    Where it is `required`, raises ApiError with the contract's text for a training that nobody can have consented in.
    """
    if fields.get("consent_video_url"):
        kind, statement = "personal", "consent_video_url"
    elif fields.get("train_video_url"):
        # The statement may be spoken at the beginning of the video; the training finds out.
        kind, statement = "undecided", "train_video_url"
    elif required:
        raise ApiError(400, ReplicaError.CONSENT_PHRASE_MISMATCH.text(""))
    else:
        kind, statement = "non_human", None
    return {"kind": kind, "statement": statement, "on_file": False, "required": required, "declared_by": declared_by}


def _check_relaxed(checks: list[str] | None, allowed: bool) -> None:
    if not checks:
        return
    field = "properties.relaxed_checks"
    if not allowed:
        raise InvalidInputError(field, checks, "none is unless VISAVIS_ALLOW_RELAXED_CHECKS=1 is set")
    known = {error.error_type for error in ReplicaError}
    for check in checks:
        if check not in known:
            raise InvalidInputError(field, check, f"one of {', '.join(sorted(known))} is")
