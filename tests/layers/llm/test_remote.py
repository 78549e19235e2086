"""Language models on servers: real ones on loopback, that answer well, badly or not at all."""

import asyncio
import ipaddress
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from engine.errors import InvalidInputError
from engine.layers.cancel import CancelToken
from engine.layers.llm.protocol import ChatModel, Message, Piece, Sampling, ToolCall
from engine.layers.llm.remote import RemoteChatModel, RemoteSession
from engine.layers.llm.remote_answer import Patience
from engine.layers.llm.remote_errors import RemoteFailure, RemoteModelError
from engine.network import Address, NetworkPolicy
from tests.fakes.llm_server import (
    DONE,
    LlmServer,
    Manner,
    answers,
    delta,
    finish,
    hangs,
    hangs_up,
    says,
    streams,
    talks_on,
)
from tests.real_time import SOON, best_of, in_time

QUESTION = [Message("system", "Be kind."), Message("user", "Who are you?")]
SHORT = Patience(first_token_s=0.5, second_try_s=0.5, stalled_s=0.5)
LONG = Patience(first_token_s=SOON, second_try_s=SOON, stalled_s=SOON)
WELL = says("I am ", "Ada.")


@contextmanager
def session_with(*manners: Manner, patience: Patience = LONG, **llm: Any) -> Iterator[tuple[LlmServer, RemoteSession]]:
    with LlmServer(*manners).serving() as server:
        session = RemoteChatModel(server.settings(**llm), NetworkPolicy(), patience=patience).open_session()
        try:
            yield server, session
        finally:
            session.close()


def answer(session: RemoteSession, cancel: CancelToken | None = None) -> list[Piece]:
    return list(session.generate(QUESTION, Sampling(), cancel or CancelToken()))


def failure(session: RemoteSession) -> tuple[list[Piece], RemoteModelError]:
    """Return what came of an answer that fails, and the failure."""
    pieces: list[Piece] = []
    with pytest.raises(RemoteModelError) as failed:
        pieces.extend(session.generate(QUESTION, Sampling(), CancelToken()))
    return pieces, failed.value


def test_an_answer_comes_piece_by_piece() -> None:
    with session_with(WELL, api_key="k1", extra_body={"temperature": 0.5}) as (server, session):
        assert answer(session) == ["I am ", "Ada."]
        (asked,) = server.asked
        assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
        assert asked.headers["authorization"] == "Bearer k1"
        assert asked.body == {
            "model": "tiny",
            "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Who are you?"}],
            "stream": True,
            "temperature": 0.5,
        }


def test_a_piece_is_there_before_the_next_one_is_written() -> None:
    more = threading.Event()

    def waits(visitor: Any) -> None:
        visitor.head()
        visitor.chunk(delta(content="First."))
        assert more.wait(SOON)
        visitor.chunk(delta(content=" Second.") + finish() + DONE)
        visitor.chunk(b"")

    with session_with(waits) as (_, session):
        pieces = session.generate(QUESTION, Sampling(), CancelToken())
        assert next(pieces) == "First."
        more.set()
        assert list(pieces) == [" Second."]


def test_tools_are_offered_and_their_calls_come_whole() -> None:
    tool = {"type": "function", "function": {"name": "water", "description": "Pour.", "parameters": {"type": "object"}}}
    start = {"index": 0, "id": "c1", "type": "function", "function": {"name": "water", "arguments": ""}}
    parts = [delta(tool_calls=[start])]
    parts += [delta(tool_calls=[{"index": 0, "function": {"arguments": each}}]) for each in ('{"much"', ": 1}")]
    with session_with(streams(*parts, finish("tool_calls"), DONE), tools=[tool]) as (server, session):
        assert answer(session) == [ToolCall("c1", "water", '{"much": 1}')]
        assert server.asked[0].body["tools"] == [tool]


def test_a_server_that_does_not_stream_is_understood() -> None:
    body = json.dumps(
        {"choices": [{"message": {"role": "assistant", "content": "I am Ada."}, "finish_reason": "stop"}]}
    )
    with session_with(answers(200, body.encode(), content_type="application/json")) as (_, session):
        assert answer(session) == ["I am Ada."]


def test_it_can_stand_in_for_any_chat_model() -> None:
    with LlmServer(WELL).serving() as server:
        model: ChatModel = RemoteChatModel(server.settings(), NetworkPolicy())
        opened = model.open_session()
        assert list(opened.generate(QUESTION, Sampling(), CancelToken())) == ["I am ", "Ada."]
        opened.close()
        model.close()
        assert model.name == "tiny"


# --- one connection ---


def test_one_connection_serves_all_turns() -> None:
    with session_with(WELL) as (server, session):
        session.prefill(QUESTION, CancelToken())
        assert server.connections == 1
        for _ in range(5):
            assert answer(session) == ["I am ", "Ada."]
            session.prefill(QUESTION, CancelToken())
        assert server.connections == 1
        assert [knock.method for knock in server.knocks] == ["HEAD"], "it was in use all the time"
        assert len(server.asked) == 5


def test_opening_the_connection_asks_for_no_answer() -> None:
    with session_with(WELL, api_key="k1") as (server, session):
        session.prefill(QUESTION, CancelToken())
        assert server.asked == []
        assert server.knocks[0].path == "/v1/models"
        assert server.knocks[0].headers["authorization"] == "Bearer k1"


def test_a_connection_that_the_server_closed_in_the_meantime_is_opened_again() -> None:
    def once(visitor: Any) -> bool:
        WELL(visitor)
        return False

    with session_with(once) as (server, session):
        for _ in range(3):
            assert answer(session) == ["I am ", "Ada."]
        assert server.connections == 3


def test_a_server_that_is_not_there_yet_is_no_reason_to_fail_before_anybody_speaks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with LlmServer(WELL).serving() as server:
        pass
    session = RemoteChatModel(server.settings(), NetworkPolicy()).open_session()
    session.prefill(QUESTION, CancelToken())
    session.close()
    assert "cannot be reached" in caplog.text


def test_nothing_is_sent_before_it_is_asked_for() -> None:
    with session_with(WELL) as (server, session):
        unwanted = CancelToken()
        unwanted.cancel()
        session.prefill(QUESTION, unwanted)
        assert answer(session, unwanted) == []
        session.close()
        assert answer(session) == []
        assert server.connections == 0


# --- what became useless ---


@pytest.mark.parametrize("manner", [talks_on(), hangs()], ids=["it talks on", "nothing comes"])
async def test_a_cancelled_answer_ends_and_closes_its_stream_within_20_ms(manner: Manner) -> None:
    def measure() -> None:
        with session_with(manner) as (server, session):
            session.prefill(QUESTION, CancelToken())
            cancel, cancelled_at = CancelToken(), list[float]()

            def cancel_soon() -> None:
                _wait_until(lambda: server.asked)
                time.sleep(0.1)
                cancelled_at.append(time.monotonic())
                cancel.cancel()

            canceller = threading.Thread(target=cancel_soon)
            canceller.start()
            answer(session, cancel)
            ended = time.monotonic()
            canceller.join()
            _wait_until(lambda: server.left_at)
            for what, at in (("answer", ended), ("stream", server.left_at[0])):
                in_time(at - cancelled_at[0] <= 0.02, f"the {what} ended after {at - cancelled_at[0]:.3f} s")

    # A session runs an event loop of its own, so its thread must not run another one.
    await best_of(lambda: asyncio.to_thread(measure), attempts=10)


def test_who_stops_to_listen_closes_the_stream() -> None:
    with session_with(talks_on(), WELL) as (server, session):
        pieces = session.generate(QUESTION, Sampling(), CancelToken())
        assert next(pieces) == "word "
        del pieces
        _wait_until(lambda: server.left_at)
        assert answer(session) == ["I am ", "Ada."]


def test_closing_ends_an_answer_that_is_being_read() -> None:
    with session_with(hangs(delta(content="Well"))) as (server, session):
        pieces = session.generate(QUESTION, Sampling(), CancelToken())
        assert next(pieces) == "Well"
        closing = threading.Timer(0.1, session.close)
        closing.start()
        assert list(pieces) == []
        closing.join()
        _wait_until(lambda: server.left_at)
        session.close()


def _wait_until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.001)


# --- what goes wrong ---


@pytest.mark.parametrize(
    "first",
    [
        answers(500),
        answers(503, b"loading the model"),
        answers(429, retry_after="0"),
        answers(429),
        answers(408),
        hangs_up,
        streams(cut=True),
        hangs(),
        hangs(delta(role="assistant", content="")),
    ],
    ids=["500", "503", "429 with a short pause", "429", "408", "hangs up", "closes at once", "hangs", "hangs soon"],
)
def test_what_may_pass_is_asked_once_more(first: Manner) -> None:
    with session_with(first, WELL, patience=Patience(0.3, SOON, SOON)) as (server, session):
        assert answer(session) == ["I am ", "Ada."]
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("manner", "kind", "told", "times"),
    [
        (answers(500), RemoteFailure.OVERLOADED, "500", 2),
        (answers(529, b"busy"), RemoteFailure.OVERLOADED, "529 'busy'", 2),
        (answers(429, retry_after="30"), RemoteFailure.OVERLOADED, "429", 1),
        (answers(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), RemoteFailure.OVERLOADED, "429", 1),
        (answers(401), RemoteFailure.REFUSED, r"layers\.llm\.api_key", 1),
        (answers(403), RemoteFailure.REFUSED, r"layers\.llm\.api_key", 1),
        (
            answers(404, b"no model tiny"),
            RemoteFailure.REFUSED,
            "404 'no model tiny'; see layers.llm.base_url, model",
            1,
        ),
        (answers(400), RemoteFailure.REFUSED, "400", 1),
        (answers(307, location="http://127.0.0.1:1/"), RemoteFailure.REFUSED, "leads elsewhere", 1),
        (answers(204), RemoteFailure.GARBAGE, "204", 1),
        (answers(200, b"<html>Hello</html>"), RemoteFailure.GARBAGE, "nothing that is an answer", 1),
        (answers(200, b"{}", content_type="application/json"), RemoteFailure.GARBAGE, "nothing that is", 1),
        (answers(200, b"\x1f\x8b", content_encoding="gzip"), RemoteFailure.GARBAGE, "packs", 1),
        (streams(b"data: nonsense\n\n" * 200), RemoteFailure.GARBAGE, "cannot be read", 1),
        (streams(b"x" * 700_000, b"x" * 700_000), RemoteFailure.GARBAGE, "lines of more than", 1),
        (lambda visitor: visitor.send(b"SSH-2.0-OpenSSH\r\n\r\n"), RemoteFailure.UNREACHABLE, "broke", 2),
        (hangs(), RemoteFailure.TIMED_OUT, r"did not begin to answer in 0\.5 s", 2),
        (hangs(b": thinking\n\n"), RemoteFailure.TIMED_OUT, "did not begin", 2),
        (hangs_up, RemoteFailure.UNREACHABLE, "broke the connection off", 2),
    ],
)
def test_each_kind_of_failure_has_its_name_and_says_what_helps(
    manner: Manner, kind: RemoteFailure, told: str, times: int
) -> None:
    with session_with(manner, patience=SHORT if kind is RemoteFailure.TIMED_OUT else LONG) as (server, session):
        pieces, error = failure(session)
        assert (pieces, error.failure) == ([], kind)
        assert re.search(told, str(error)), str(error)
        assert len(server.asked) == times


@pytest.mark.parametrize(
    "manner",
    [
        streams(delta(content="I am "), delta(content="A"), cut=True),
        streams(delta(content="I am "), delta(content="A")),
        hangs(delta(content="I am "), delta(content="A")),
        streams(delta(content="I am ") + delta(content="A") + b"data: " + b"x" * 1_200_000),
        streams(delta(content="I am ") + delta(content="A") + b'data: {"error": "out of memory"}\n\n'),
    ],
    ids=["closes", "ends", "hangs", "huge line", "error"],
)
def test_of_an_answer_that_breaks_off_what_came_is_kept_and_it_is_not_begun_again(manner: Manner) -> None:
    with session_with(manner, WELL, patience=Patience(SOON, SOON, 0.5)) as (server, session):
        pieces, error = failure(session)
        assert (pieces, error.failure) == (["I am ", "A"], RemoteFailure.BROKEN_OFF)
        assert len(server.asked) == 1
        assert answer(session) == ["I am ", "Ada."]


def test_a_complete_answer_does_not_wait_for_the_end_of_its_stream() -> None:
    with session_with(hangs(delta(content="Yes."), finish()), WELL) as (_, session):
        assert answer(session) == ["Yes."]
        assert answer(session) == ["I am ", "Ada."]


def test_a_server_that_thinks_aloud_is_waited_for() -> None:
    def thinks(visitor: Any) -> None:
        visitor.head()
        for _ in range(8):
            visitor.chunk(delta(reasoning_content="Let me think. "))
            visitor.wait(0.1)
        visitor.chunk(delta(content="Yes.") + finish() + DONE)
        visitor.chunk(b"")

    with session_with(thinks, patience=Patience(SOON, SOON, SOON)) as (_, session):
        assert answer(session) == ["Yes."]


def test_nobody_is_there() -> None:
    with LlmServer(WELL).serving() as server:
        pass
    session = RemoteChatModel(server.settings(), NetworkPolicy()).open_session()
    _, error = failure(session)
    session.close()
    assert error.failure is RemoteFailure.UNREACHABLE


def test_secrets_are_neither_in_errors_nor_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    secrets: dict[str, Any] = {
        "api_key": "sk-key-4711",
        "headers": {"x-team": "team-4711", "x-more": "two words-4711"},
        "default_query": {"code": "query-4711"},
    }
    echo = b"sk-key-4711 team-4711 words-4711 query-4711 are not known"
    manners = [answers(500, echo), answers(401, echo), answers(404, echo), answers(503, echo), answers(503, echo)]
    said = ""
    with session_with(*manners, streams(b'data: {"error": "' + echo + b'"}\n\n'), **secrets) as (server, session):
        for _ in range(4):
            said += str(failure(session)[1])
        assert server.asked[0].path.endswith("?code=query-4711")
        assert server.asked[0].headers["x-team"] == "team-4711"
    assert "are not known" in said
    assert "4711" not in said
    assert "4711" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("engine"))


# --- the one gate ---


async def _nowhere(host: str, port: int) -> list[Address]:
    return [ipaddress.ip_address("10.0.0.7")]


def test_a_name_that_leads_into_a_private_network_is_not_asked() -> None:
    with LlmServer(WELL).serving() as server:
        settings = server.settings(base_url="http://llm.example:8000/v1")
        session = RemoteChatModel(settings, NetworkPolicy(), resolver=_nowhere).open_session()
        _, error = failure(session)
        session.close()
        assert error.failure is RemoteFailure.UNREACHABLE
        assert "VISAVIS_ALLOW_HOSTS" in str(error)


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.9", "169.254.169.254", "[fd00::1]"])
def test_a_private_address_is_refused_before_anybody_is_called(address: str) -> None:
    with LlmServer(WELL).serving() as server:
        settings = server.settings(base_url=f"http://{address}/v1")
        with pytest.raises(InvalidInputError, match=r"layers\.llm\.base_url.*(VISAVIS_ALLOW_HOSTS|metadata)"):
            RemoteChatModel(settings, NetworkPolicy())
        RemoteChatModel(settings, NetworkPolicy(allow_hosts=(address.strip("[]"),)))


def test_offline_a_server_on_this_machine_may_be_asked_and_others_may_not() -> None:
    offline = NetworkPolicy(offline=True)
    with LlmServer(WELL).serving() as server:
        session = RemoteChatModel(server.settings(), offline).open_session()
        assert answer(session) == ["I am ", "Ada."]
        session.close()
        with pytest.raises(InvalidInputError, match="offline"):
            RemoteChatModel(server.settings(base_url="https://93.184.216.34/v1"), offline)


def test_the_addresses_of_the_host_are_asked_for_once_and_checked_each_time() -> None:
    asked: list[str] = []

    async def here(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ipaddress.ip_address("127.0.0.1")]

    with LlmServer(WELL).serving() as server:
        settings = server.settings(base_url=server.url.replace("127.0.0.1", "llm.example"))
        session = RemoteChatModel(settings, NetworkPolicy(), resolver=here).open_session()
        for _ in range(3):
            assert answer(session) == ["I am ", "Ada."]
        session.close()
        assert (asked, server.connections) == (["llm.example"], 1)
        assert server.asked[0].headers["host"].startswith("llm.example:")


def test_a_long_conversation_loses_its_oldest_turns_and_not_its_persona() -> None:
    history = [Message("user" if turn % 2 else "assistant", f"{turn} " + "word " * 2000) for turn in range(1, 60)]
    with session_with(WELL) as (server, session):
        messages = [QUESTION[0], *history, QUESTION[1]]
        list(session.generate(messages, Sampling(), CancelToken()))
        sent = server.asked[0].body["messages"]
        assert (sent[0]["content"], sent[-1]["content"]) == ("Be kind.", "Who are you?")
        assert 2 < len(sent) < len(messages)
        assert sum(len(message["content"]) for message in sent) <= 4 * 32_000
