"""Reading the stream of an answer: whatever arrives, in whatever pieces."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.llm.chat_completions import LONGEST_ANSWER, LONGEST_LINE, MOST_NONSENSE, AnswerStream
from engine.layers.llm.protocol import Piece, ToolCall
from engine.layers.llm.remote_errors import RemoteFailure, RemoteModelError
from tests.fakes.llm_server import DONE, delta, event, finish


def read(*chunks: bytes) -> tuple[list[Piece], RemoteFailure | None]:
    """Return what came of a stream, and how it failed."""
    stream, pieces = AnswerStream("llm.example", repr), list[Piece]()
    try:
        for chunk in chunks:
            pieces.extend(stream.feed(chunk))
        pieces.extend(stream.end())
    except RemoteModelError as error:
        return pieces, error.failure
    return pieces, None


def text(*chunks: bytes) -> str:
    pieces, failure = read(*chunks)
    assert failure is None
    return "".join(piece for piece in pieces if isinstance(piece, str))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


HELLO = delta(role="assistant", content="") + delta(content="Hel") + delta(content="lo.") + finish() + DONE


def test_text_comes_event_by_event() -> None:
    assert read(HELLO) == (["Hel", "lo."], None)


def test_a_piece_comes_as_soon_as_its_line_is_complete() -> None:
    stream = AnswerStream("llm.example", repr)
    whole = delta(content="Hello.")
    assert list(stream.feed(whole[:-3])) == []
    assert list(stream.feed(whole[-3:-1])) == ["Hello."]
    assert not stream.finished


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    "stream",
    [
        HELLO,
        b"\xef\xbb\xbf" + HELLO,
        b": keep alive\n\n" + HELLO.replace(b"\n\n", b"\n\n: PROCESSING\n\n"),
        b"event: message\nid: 7\nretry: 10\n" + HELLO,
        HELLO.replace(b"data: ", b"data:"),
        HELLO.replace(b"\n\n", b"\n"),
        HELLO.removesuffix(DONE),
        HELLO.removesuffix(b"\n\n"),
        HELLO.replace(finish(), b""),
        HELLO + delta(content="What comes after the end."),
        HELLO.replace(finish(), finish() + event({"choices": [], "usage": {"total_tokens": 3}})),
    ],
    ids=["as it should be", "byte order mark", "comments", "fields", "no space", "no empty lines", "no [DONE]",
         "no last line end", "no finish_reason", "more after the end", "usage"],
)  # fmt: skip
def test_servers_take_liberties(stream: bytes, line_end: bytes) -> None:
    assert text(stream.replace(b"\n", line_end)) == "Hello."


@given(
    st.lists(st.text(max_size=20), min_size=1, max_size=6),
    st.lists(st.integers(0, 10_000), max_size=12),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.booleans(),
)
def test_where_the_bytes_are_cut_does_not_matter(
    words: list[str], places: list[int], line_end: bytes, escaped: bool
) -> None:
    events = [{"choices": [{"delta": {"content": word}}]} for word in ["Now: ", *words]]
    lines = [b"data: " + json.dumps(e, ensure_ascii=escaped).encode() + b"\n\n" for e in events]
    data = b"".join([*lines, finish(), DONE]).replace(b"\n", line_end)
    assert read(*cut(data, places))[0] == read(data)[0]
    assert text(*cut(data, places)) == text(data)
    plain = "".join(words)
    if plain.isprintable():
        assert text(data) == "Now: " + plain


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_noise_is_never_anything_but_a_failure_of_the_server(chunks: list[bytes]) -> None:
    assert read(*chunks) == ([], RemoteFailure.GARBAGE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["choices", "delta", "message", "content", "tool_calls", "function", "arguments", "name", "index",
                         "id", "text", "error", "code", "finish_reason", "reasoning"]),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(JSON, max_size=6))
def test_json_of_the_wrong_shape_is_never_anything_but_a_failure_of_the_server(values: list[Any]) -> None:
    pieces, failure = read(*map(event, values))
    assert failure is None or isinstance(failure, RemoteFailure)
    assert all(isinstance(piece, str | ToolCall) for piece in pieces)
    # What comes before and after it is read all the same, unless the server says that it has failed or is done.
    told = [value for value in values if isinstance(value, dict) and ("error" in value or "choices" in value)]
    if not told:
        assert text(delta(content="Hel"), *map(event, values), delta(content="lo."), finish()) == "Hello."


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {\n\n",
        b"data: nonsense\n",
        b"nonsense\n",
        b"data: \xff\xfe\n\n",
        b"data: null\n\n",
        b'data: {"choices": 3}\n\n',
        b'data: {"choices": [3, {"delta": 3}, {"delta": {"content": 3}}]}\n\n',
        b"data: " + b"[" * 5_000 + b"\n\n",
        b"data: " + b"9" * 5_000 + b"\n\n",
    ],
)
def test_what_cannot_be_read_is_skipped(garbage: bytes) -> None:
    assert text(delta(content="Hel"), garbage, delta(content="lo."), garbage, finish()) == "Hello."


def test_json_may_stretch_over_several_data_lines() -> None:
    value = json.dumps({"choices": [{"delta": {"content": "Hello."}}]}, indent=1)
    lines = "".join(f"data: {line}\n" for line in value.splitlines())
    assert text(lines.encode() + b"\n", finish()) == "Hello."


def test_what_is_too_much_is_not_read_on() -> None:
    assert read(b"data: " + b"x" * LONGEST_LINE) == ([], RemoteFailure.GARBAGE)
    assert read(delta(content="Yes."), b"x" * (LONGEST_LINE + 1)) == (["Yes."], RemoteFailure.BROKEN_OFF)
    for lines in (b"nonsense\n", b"data: nonsense\n", b"data: {\n\n"):
        assert read(*[lines] * (MOST_NONSENSE + 2), HELLO)[1] is RemoteFailure.GARBAGE
    endless = AnswerStream("llm.example", repr)
    for _ in range(LONGEST_ANSWER // 100 + 2):
        list(endless.feed(delta(content="x" * 100)))
    assert endless.finished


def test_control_characters_and_halves_of_characters_are_not_passed_on() -> None:
    assert text(event({"choices": [{"delta": {"content": "\x00a\x1b\ud83d b\n"}}]}), finish()) == "a\ufffd b\n"
    halves = [
        b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n',
        b'data: {"choices":[{"delta":{"content":"\\ude00"}}]}\n',
    ]
    assert text(*halves, finish()) == "\N{GRINNING FACE}"


def test_an_answer_begins_with_its_first_word() -> None:
    assert read(delta(content=" \n"), delta(content=" Hello."), finish()) == (["Hello."], None)


def test_of_several_answers_the_first_one_is_read_and_thoughts_are_not_passed_on() -> None:
    two = {"choices": [{"index": 1, "delta": {"content": "No."}}, {"index": 0, "delta": {"content": "Yes."}}]}
    assert text(delta(reasoning_content="Let me think."), event(two), finish()) == "Yes."


def test_a_content_in_parts_is_read() -> None:
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}, {"type": "image_url"}]
    assert text(delta(content=parts), finish()) == "Hello."


# --- how it fails ---


@pytest.mark.parametrize(
    ("chunks", "pieces", "failure"),
    [
        ([], [], RemoteFailure.GARBAGE),
        ([DONE], [], None),
        ([finish()], [], None),
        ([delta(role="assistant", content="")], [], RemoteFailure.GARBAGE),
        ([b"<html><body>Welcome</body></html>"], [], RemoteFailure.GARBAGE),
        ([delta(content="Hel")], ["Hel"], RemoteFailure.BROKEN_OFF),
        ([delta(content="Hel"), b"data: {"], ["Hel"], RemoteFailure.BROKEN_OFF),
        ([delta(content="Hel") + event({"error": {"message": "Out of memory"}})], ["Hel"], RemoteFailure.BROKEN_OFF),
        ([event({"error": "no such model"})], [], RemoteFailure.REFUSED),
        ([event({"error": {"message": "x", "code": 503}})], [], RemoteFailure.OVERLOADED),
        ([event({"error": {"message": "x", "code": "429"}})], [], RemoteFailure.OVERLOADED),
        ([event({"error": {"message": "x", "type": "overloaded_error"}})], [], RemoteFailure.OVERLOADED),
    ],
)
def test_each_kind_of_failure_has_its_name_and_what_came_is_kept(
    chunks: list[bytes], pieces: list[Piece], failure: RemoteFailure | None
) -> None:
    assert read(*chunks) == (pieces, failure)


def test_an_answer_that_is_no_stream_is_read_as_a_whole() -> None:
    stream = AnswerStream("llm.example", repr)
    called = {"id": "c1", "type": "function", "function": {"name": "water", "arguments": '{"much": 1}'}}
    body = {"choices": [{"message": {"content": " Hello.", "tool_calls": [called]}, "finish_reason": "stop"}]}
    pieces = [*stream.whole(json.dumps(body).encode()), *stream.end()]
    assert pieces == ["Hello.", ToolCall("c1", "water", '{"much": 1}')]
    for nothing in (b"", b"[]", b"null", b'"text"', b"{}"):
        empty = AnswerStream("llm.example", repr)
        assert list(empty.whole(nothing)) == []
        with pytest.raises(RemoteModelError, match=r"llm\.example sent nothing that is an answer"):
            list(empty.end())


# --- calls of tools ---


def part(index: int | None = 0, *, call_id: str | None = None, **function: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"function": function}
    if index is not None:
        made["index"] = index
    return made if call_id is None else {**made, "id": call_id, "type": "function"}


def calls(*parts: dict[str, Any], end: bytes = b"") -> list[Piece]:
    return read(*(delta(tool_calls=[each]) for each in parts), end or finish("tool_calls"), DONE)[0]


def test_a_call_is_put_together_from_its_parts_and_comes_when_it_is_whole() -> None:
    stream = AnswerStream("llm.example", repr)
    for each in (
        part(call_id="c1", name="water", arguments=""),
        part(arguments='{"mu'),
        part(arguments='ch": 1}'),
    ):
        assert list(stream.feed(delta(tool_calls=[each]))) == []
    assert list(stream.feed(finish("tool_calls"))) == [ToolCall("c1", "water", '{"much": 1}')]
    assert list(stream.feed(DONE)) == list(stream.end()) == []


def test_calls_keep_their_order_and_come_after_the_text() -> None:
    both = [
        part(0, call_id="c1", name="a", arguments="{"),
        part(1, call_id="c2", name="b", arguments="{}"),
        part(0, arguments="}"),
    ]
    pieces, failure = read(delta(tool_calls=both), delta(content="One moment."), finish("tool_calls"))
    assert (pieces, failure) == (["One moment.", ToolCall("c1", "a", "{}"), ToolCall("c2", "b", "{}")], None)


@pytest.mark.parametrize(
    "parts",
    [
        [part(0, call_id="c1", name="a", arguments="{}"), part(0, call_id="c2", name="b", arguments="{}")],
        [part(None, call_id="c1", name="a"), part(None, arguments="{}"), part(None, call_id="c2", name="b", arguments="{}")],
        [part(0, call_id="c1", name="a", arguments="{"), part(0, call_id="c1", name="a", arguments="}"), part(1, call_id="c2", name="b")],
        [part(0, call_id="c1", name="a", arguments={}), part(1, call_id="c2", name="b", arguments=None)],
    ],
    ids=["one index", "no index", "names repeated", "arguments as an object"],
)  # fmt: skip
def test_servers_take_liberties_with_calls(parts: list[dict[str, Any]]) -> None:
    assert calls(*parts) == [ToolCall("c1", "a", "{}"), ToolCall("c2", "b", "{}")]


def test_a_call_without_an_id_gets_one() -> None:
    assert calls(part(name="a", arguments="{}")) == [ToolCall("call_0", "a", "{}")]


@pytest.mark.parametrize(
    "parts",
    [
        [part(call_id="c1", name="a", arguments='{"much": ')],
        [part(call_id="c1", name="a", arguments="[1]")],
        [part(call_id="c1", arguments="{}")],
        [part(call_id="c1", name="a" * 300, arguments="{}")],
        [part(call_id="c1", name="a", arguments='"' + "x" * 250_000 + '"')],
        [{"index": 0, "id": "c1"}],
    ],
    ids=["half", "no object", "no name", "endless name", "endless arguments", "no function"],
)
def test_half_a_call_is_no_call(parts: list[dict[str, Any]]) -> None:
    assert calls(*parts) == []


def test_calls_of_an_answer_that_breaks_off_are_not_made() -> None:
    assert read(delta(tool_calls=[part(call_id="c1", name="a", arguments="{}")])) == ([], RemoteFailure.BROKEN_OFF)


def test_there_is_an_end_to_calls() -> None:
    assert len(calls(*(part(index, call_id=f"c{index}", name="a", arguments="{}") for index in range(100)))) == 32
