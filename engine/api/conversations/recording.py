"""Where recordings are to go (seed: Conversation Recordings, and the newer form that names a provider)."""

from typing import Annotated, Literal

from pydantic import Field

from engine.api.contract.model import ContractModel

Identifier = Annotated[str, Field(max_length=2048)]


class RecordingStorage(ContractModel):
    """A bucket of one of three kinds; which of the other fields count depends on the kind."""

    provider: Annotated[Literal["s3", "gcs", "azure_blob"], Field(description="The kind of storage.")]
    bucket_name: Annotated[Identifier, Field(description="s3 and gcs.")] | None = None
    bucket_region: Annotated[Identifier, Field(description="s3.")] | None = None
    assume_role_arn: Annotated[Identifier, Field(description="s3; answered masked.")] | None = None
    external_id: Annotated[Identifier, Field(description="s3.")] | None = None
    project_id: Annotated[Identifier, Field(description="gcs.")] | None = None
    workload_identity_provider: Annotated[Identifier, Field(description="gcs.")] | None = None
    service_account_email: Annotated[Identifier, Field(description="gcs.")] | None = None
    storage_account: Annotated[Identifier, Field(description="azure_blob.")] | None = None
    container: Annotated[Identifier, Field(description="azure_blob.")] | None = None
    tenant_id: Annotated[Identifier, Field(description="azure_blob.")] | None = None
    client_id: Annotated[Identifier, Field(description="azure_blob.")] | None = None
