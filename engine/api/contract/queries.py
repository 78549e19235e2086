"""Parameters that several lists and resources take, each with one name, limit and meaning."""

from typing import Annotated, Literal

from fastapi import Depends, Query

NamePart = Annotated[str | None, Query(max_length=1000, description="A part of the name.")]
Origin = Annotated[
    Literal["user", "system"] | None, Query(description="`user`: made over this API; `system`: stock. Both by default.")
]
Verbose = Annotated[bool, Query(description="Say more, among it what is kept but not acted on by this version.")]


def _split(
    tags: Annotated[
        str | None, Query(max_length=1000, description="Tags, separated by commas; all of them must be there.")
    ] = None,
) -> list[str] | None:
    return [tag.strip() for tag in tags.split(",") if tag.strip()] if tags else None


Tags = Annotated[list[str] | None, Depends(_split)]
"""The tags that a listed resource must have; None: whatever it has."""
