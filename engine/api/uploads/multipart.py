"""A multipart/form-data body, taken apart as it arrives."""

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from engine.errors import InvalidInputError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "file"
MOST_PARTS = 64


class FileForm:
    """Finds the part named `file` in the pieces of a body; other fields are passed over."""

    def __init__(self, content_type: str) -> None:
        """Raises InvalidInputError for a Content-Type without a boundary."""
        self.file_name = ""
        """As the client gave it."""
        self.content_type = ""
        """Of the part; empty: not given."""
        self._found = False
        self._whole = False
        self._parts = 0
        self._inside = False
        self._name = bytearray()
        self._value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._pieces: list[bytes] = []
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_end": self._finish,
        }
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        accepted = "multipart/form-data; boundary=..., at most 256 characters, is"
        if not boundary:
            raise InvalidInputError("Content-Type", content_type, accepted)
        try:
            self._parser = MultipartParser(boundary, callbacks)
        except FormParserError:
            raise InvalidInputError("Content-Type", content_type, accepted) from None

    def feed(self, data: bytes) -> bytes:
        """Take a piece of the body and return the bytes of the file in it. Raises InvalidInputError."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _malformed(str(error)) from None
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)

    def close(self) -> None:
        """Check that the body was whole and had a file. Raises InvalidInputError."""
        if not self._whole:
            raise _malformed("it ends before its last boundary")
        if not self._found:
            raise InvalidInputError(FIELD, None, "a form field of this name that carries the file is")

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _malformed(f"it has more than {MOST_PARTS} parts")
        self._headers = {}

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._inside = options.get(b"name") == FIELD.encode()
        if not self._inside:
            return
        if self._found:
            raise InvalidInputError(FIELD, "twice", "one file a request is")
        self._found = True
        self.file_name = options.get(b"filename", b"").decode("utf-8", "replace")
        self.content_type = self._headers.get(b"content-type", b"").decode("latin-1")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._pieces.append(data[start:end])

    def _end(self) -> None:
        self._inside = False

    def _finish(self) -> None:
        self._whole = True


def _malformed(reason: str) -> InvalidInputError:
    return InvalidInputError("the body", "multipart/form-data", f"{reason}; a form with the field {FIELD} is")
