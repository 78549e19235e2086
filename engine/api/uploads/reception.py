"""Bodies of any size on their way to the disk."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from engine.api.contract.errors import ApiError
from engine.api.uploads.client_words import media_type, plain_name
from engine.api.uploads.multipart import FileForm
from engine.errors import CapacityError, InvalidInputError
from engine.store.files import DiskFullError, FileTooLargeError, StoredFile, check_room
from engine.store.uploads import IncomingUpload, UploadFolder

AT_ONCE = 8
"""Uploads received side by side."""
FORM_OVERHEAD = 1 << 16
"""Bytes that a form may have around its file."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is on the disk, and has no row yet."""

    name: str
    media_type: str
    stored: StoredFile

    @property
    def fields(self) -> dict[str, Any]:
        """What its row says."""
        return {
            "size": self.stored.size,
            "sha256": self.stored.sha256,
            "content_type": self.media_type,
            "stored_as": self.stored.path.name,
        }


class Reception:
    """Takes bodies from the network to the disk."""

    def __init__(self, folder: UploadFolder, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._folder = folder
        self._present = 0

    async def receive(self, request: Request, upload: IncomingUpload, name: str) -> Received | None:
        """Write a body to the disk; None when the client went away.

        Raises ApiError (413, 507), CapacityError, InvalidInputError.
        """
        if self._present >= AT_ONCE:
            raise CapacityError(f"{AT_ONCE} uploads are being received; ask again when one is done")
        self._present += 1
        try:
            return await self._write(request, upload, name)
        except FileTooLargeError as error:
            raise ApiError(413, f"{error}; VISAVIS_LARGEST_UPLOAD_MB says how large one may be") from None
        except DiskFullError as error:
            raise ApiError(507, str(error)) from None
        except ClientDisconnect:
            return None
        finally:
            self._present -= 1

    async def _write(self, request: Request, upload: IncomingUpload, name: str) -> Received:
        content_type = request.headers.get("content-type", "")
        is_form = content_type.partition(";")[0].strip().lower() == "multipart/form-data"
        form = FileForm(content_type) if is_form else None
        self._check_length(request.headers.get("content-length"), FORM_OVERHEAD if is_form else 0)
        total = 0
        async for chunk in request.stream():
            total += len(chunk)
            if total > self.most_bytes + FORM_OVERHEAD:
                raise FileTooLargeError(self.most_bytes)
            await upload.file.write(form.feed(chunk) if form is not None else chunk)
        if form is not None:
            form.close()
            name, content_type = form.file_name or name, form.content_type
        if not upload.file.size:
            raise InvalidInputError("the body", "", "a file of at least one byte is")
        name = plain_name(name)
        return Received(name, media_type(content_type, name), await upload.keep())

    def _check_length(self, told: str | None, overhead: int) -> None:
        if told is None:
            return
        length = int(told)
        if length > self.most_bytes + overhead:
            raise FileTooLargeError(self.most_bytes)
        check_room(self._folder.home, length)
