"""How an upload is shown."""

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.store.records import ResourceRecord
from engine.store.uploads import upload_url


class UploadAnswer(AnswerModel):
    """A file that was uploaded."""

    upload_id: str
    url: str = Field(description="Stands in wherever a URL is asked for; read with the API key.")
    size: int = Field(description="Bytes.")
    sha256: str = Field(description="Of the content, in hex.")
    content_type: str = Field(description="As the client gave it, else guessed by the file name.")
    filename: str | None = Field(None, description="The last part of the name that the client gave; null without one.")
    created_at: str


def upload_answer(record: ResourceRecord, base_url: str) -> dict[str, object]:
    """Show an upload."""
    return {
        "upload_id": record.resource_id,
        "url": upload_url(base_url, record.resource_id),
        "size": record.fields["size"],
        "sha256": record.fields["sha256"],
        "content_type": record.fields["content_type"],
        "filename": record.name or None,
        "created_at": record.created_at,
    }
