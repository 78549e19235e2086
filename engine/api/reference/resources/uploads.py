"""Operations of `/v2/uploads`."""

from typing import Any

from engine.api.reference.described import Answer, Body, Described, no_content, page_of
from engine.api.uploads.answers import UploadAnswer

EXAMPLE: dict[str, Any] = {
    "upload_id": "u0f3a5c7d9e1b2046880a1c2e4f60718",
    "url": "http://127.0.0.1:8765/v2/uploads/u0f3a5c7d9e1b2046880a1c2e4f60718/content",
    "size": 48211,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "content_type": "application/pdf",
    "filename": "rules.pdf",
    "created_at": "2026-03-02T09:15:42.120000Z",
}
_BYTES = "the bytes of the file"

OPERATIONS: dict[str, Described] = {
    "POST /v2/uploads": Described(
        "Upload a file",
        (Answer("The file is stored.", UploadAnswer, EXAMPLE),),
        refusals={
            400: ("the body: '' is not accepted; a file of at least one byte is",),
            408: ("The body came too slowly",),
            413: ("The file is larger than 2147483648 bytes; VISAVIS_LARGEST_UPLOAD_MB says how large one may be",),
            429: ("8 uploads are being received; ask again when one is done",),
            507: ("The disk has no room for the file",),
        },
        bodies=(
            Body({"A form": {"file": _BYTES}}, media_type="multipart/form-data"),
            Body({"The bytes themselves": _BYTES}, media_type="application/octet-stream"),
            Body({"A video": _BYTES}, media_type="video/mp4"),
            Body({"A document": _BYTES}, media_type="application/pdf"),
        ),
    ),
    "GET /v2/uploads": Described("List uploads", (page_of("uploads", UploadAnswer, EXAMPLE),)),
    "GET /v2/uploads/{}": Described("Get an upload", (Answer("What is known of it.", UploadAnswer, EXAMPLE),)),
    "DELETE /v2/uploads/{}": Described("Delete an upload", (no_content("It is gone."),)),
    "GET /v2/uploads/{}/content": Described(
        "Read an upload",
        (
            Answer("The whole file, under its own content type.", texts={"*/*": _BYTES}),
            Answer("The bytes that `Range` asked for.", texts={"*/*": _BYTES}, status=206),
            no_content("The file is the one that `If-None-Match` names.", 304),
        ),
        refusals={404: ("This file is gone",), 416: ("The file has 48211 bytes",)},
    ),
}
