import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api.uploads.multipart import FileForm
from engine.errors import InvalidInputError
from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.api.uploads.conftest import files_of

FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("content_type", "body", "told"),
    [
        ("multipart/form-data", b"--x--\r\n", "boundary"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x--\r\n", "boundary"),
        (FORM, b"", "last boundary"),
        (FORM, b"garbage", "the body"),
        (FORM, b"--x--\r\n", "file"),
        (FORM, b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\n1\r\n--x--\r\n', "file"),
        (FORM, b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n1', "last boundary"),
        (FORM, b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n\r\n--x--\r\n', "at least one byte"),
        (FORM, b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n1\r\n' * 2 + b"--x--\r\n", "one file"),
        (FORM, b'--x\r\nA: b\r\n\r\n1\r\n' * 100 + b"--x--\r\n", "parts"),
        (FORM, b"--x\r\n" + b"A: b\r\n" * 100 + b"\r\n1\r\n--x--\r\n", "the body"),
        (FORM, b"--x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n1\r\n--x--\r\n", "the body"),
        ("video/mp4", b"", "at least one byte"),
    ],
)  # fmt: skip
async def test_a_body_without_a_file_is_refused_with_the_reason(
    client: httpx.AsyncClient, store: Store, content_type: str, body: bytes, told: str
) -> None:
    response = await client.post("/v2/uploads", content=body, headers={"content-type": content_type})
    assert told in refusal(response, 400)
    assert files_of(store) == []


FORM_PIECES = [b"--x", b"\r\n", b"--x--", b'Content-Disposition: form-data; name="file"']


@given(pieces=st.lists(st.binary(max_size=30) | st.sampled_from(FORM_PIECES)))
def test_any_form_is_taken_apart_or_refused(pieces: list[bytes]) -> None:
    whole, split = FileForm("multipart/form-data; boundary=x"), FileForm("multipart/form-data; boundary=x")
    found: list[bytes | None] = []
    for form, parts in ((whole, [b"".join(pieces)]), (split, pieces)):
        try:
            content = b"".join(form.feed(part) for part in parts)
            form.close()
            found.append(content)
        except InvalidInputError:
            found.append(None)
    assert found[0] == found[1]
