"""How a replica is shown."""

from typing import Any

from pydantic import Field

from engine.api.contract.enforcement import EnforcementAnswer, with_enforcement
from engine.api.contract.model import AnswerModel
from engine.api.contract.names import both_names
from engine.api.replicas.bodies import READ_ONLY, ReplicaCreate
from engine.api.replicas.media import thumbnail_url
from engine.api.replicas.voices import ReplicaVoiceAnswer, ReplicaVoices
from engine.jobs.line import NOTES
from engine.store.records import ReplicaRecord
from engine.store.sealing import masked


class ReplicaCreated(AnswerModel):
    """A replica that was asked for."""

    replica_id: str
    status: str = Field(description="`started`; its end is told to `callback_url`, and by getting the replica.")


class ReplicaAnswer(EnforcementAnswer):
    """A replica."""

    replica_id: str
    replica_name: str
    thumbnail_video_url: str | None = Field(
        None,
        description="Three seconds without sound that can be played over and over; needs no key. Of a stock replica, `.jpg` instead of "
        "`.mp4` is its first picture. Empty while there is none.",
    )
    training_progress: str = Field(description="Such as `100/100`.")
    status: str = Field(description="`started`, `completed` or `error`.")
    error_message: str | None = None
    model_name: str | None = None
    voice: ReplicaVoiceAnswer = Field(description="Whose voice it speaks with.")
    replica_type: str | None = Field(None, description="`user`, or `system` for a stock replica; with `verbose`.")
    error_type: str | None = Field(None, description="The kind of `error_message`; with `verbose`.")
    consent: dict[str, Any] | None = Field(
        None,
        description="With `verbose`: whether the replica is `personal`, `non_human` or `undecided` until its training, which field "
        "is to hold the statement, whether it is `on_file`, and the key by which all of this was declared.",
    )
    created_at: str
    updated_at: str


def replica_answer(record: ReplicaRecord, voices: ReplicaVoices, base_url: str, verbose: bool) -> dict[str, Any]:
    """Show a replica and whose voice it has; `verbose` adds its type, what its training was asked and the type of its error."""
    own = record.replica_type == "user"
    asked = masked({name: value for name, value in record.fields.items() if name not in READ_ONLY}) if own else {}
    known = ReplicaCreate.model_fields
    answer = {
        **{name: value for name, value in asked.items() if verbose or name not in known},
        "replica_id": record.replica_id,
        "replica_name": record.replica_name,
        "thumbnail_video_url": thumbnail_url(record, base_url),
        "training_progress": record.training_progress,
        "status": record.status,
        "error_message": record.error_message,
        "model_name": record.fields.get("model_name", "phoenix-3"),
        "voice": voices.answer(record),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
    if verbose:
        answer["replica_type"] = record.replica_type
        answer["error_type"] = record.fields.get(NOTES, {}).get("error_type")
        if "consent" in record.fields:
            # Nobody has listened for the statement: that is the training's part.
            answer = with_enforcement({**answer, "consent": record.fields["consent"]}, ["consent"])
    return both_names(answer)
