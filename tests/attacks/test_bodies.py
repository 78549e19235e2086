"""Keys, headers and bodies that are too large, too deep, or no honest text."""

import pytest

from tests.attacks.target import JSON, Target, refused, request

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_key_of_a_megabyte(target: Target) -> None:
    assert refused(await target.call("GET", "/v2/personas", x_api_key="k" * 1_000_000), 431)
    assert refused(await target.call("GET", "/v2/personas", x_api_key="k" * 10_000), 401)


async def test_a_head_of_a_megabyte(target: Target) -> None:
    assert refused(await target.call("GET", "/v2/personas", x_a="a" * 1_000_000), 431)
    many = "".join(f"X-{number}: {number}\r\n" for number in range(60_000))
    assert refused(await target.send(f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{many}\r\n".encode()), 431)
    assert refused(await target.call("GET", "/v2/" + "a" * 1_000_000), 414, 431)
    assert refused(await target.call("GET", "/v2/personas?name=" + "a" * 10_000), 414)


def _bodies() -> dict[str, bytes]:
    def persona(value: str) -> bytes:
        return b'{"system_prompt": ' + value.encode() + b"}"

    return {
        "100,000 levels of lists": persona("[" * 100_000 + "]" * 100_000),
        "100,000 levels of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "deep and never closed": b"[" * 500_000,
        "levels just beyond the limit": b'{"layers":' * 65 + b"{}" + b"}" * 65,
        "a number of 500,000 digits": persona("9" * 500_000),
        "an exponent beyond everything": persona("1e999999"),
        "NaN": b'{"system_prompt": "x", "layers": {"llm": {"speed": NaN}}}',
        "Infinity": b'{"system_prompt": "x", "a": -Infinity}',
        "a lone surrogate": b'{"system_prompt": "\\ud800"}',
        "a lone surrogate as a name": b'{"system_prompt": "x", "\\udfff": 1}',
        "NUL in a text": b'{"system_prompt": "a\\u0000b"}',
        "NUL in a name": b'{"system_prompt": "x", "a\\u0000b": 1}',
        "a NUL byte": b'{"system_prompt": "a\x00b"}',
        "not UTF-8": b'{"system_prompt": "\xff\xfe"}',
        "UTF-7": b"+AHs-+ACI-a+ACI-:1+AH0-",
        "no object": b"[]",
        "a text": b'"x"',
        "null": b"null",
        "two documents": b'{"system_prompt": "x"}{"system_prompt": "y"}',
        "half a document": b'{"system_prompt": "x"',
        "a wrong type": persona("{}"),
    }


@pytest.mark.parametrize("name", _bodies())
async def test_a_body_that_is_no_honest_json(target: Target, name: str) -> None:
    for method, path in (
        ("POST", "/v2/personas"),
        ("POST", "/v2/conversations"),
        ("POST", "/v2/documents"),
        ("PATCH", "/v2/personas/p1"),
    ):
        text = refused(await target.send(request(method, path, _bodies()[name])), 400, 404, 405, 422)
        assert len(text) < 1000, "the refusal is not as long as the attack"


async def test_a_body_that_is_too_large_by_its_own_word_or_in_fact(target: Target) -> None:
    head = request("POST", "/v2/personas", b"", content_length="99999999999")
    assert refused(await target.send(head), 413)
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    chunked = request("POST", "/v2/personas", None, transfer_encoding="chunked", content_type=JSON)
    assert refused(await target.send(chunked, *[chunk] * 20), 413)
    upload = request("POST", "/v2/uploads", None, transfer_encoding="chunked", content_type="video/mp4")
    assert refused(await target.send(upload, *[chunk] * 20), 413)
    assert refused(await target.send(request("POST", "/v2/uploads", b"", content_length="99999999999")), 413)
