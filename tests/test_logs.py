"""The log: what a line says, and what no line ever says."""

import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from engine.logs import WAITING_LINES, BackgroundHandler, Redaction, logging_to
from engine.secret import MASK, Secret
from engine.settings import Settings

KEY = "vv_" + "k3y-of_the-store" * 2
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJyb29tIjoiYzEyMyJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
WEBHOOK = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@contextmanager
def log_of(given: Settings) -> Iterator[io.StringIO]:
    """Yield the stream; what was logged inside the block is whole after it."""
    stream = io.StringIO()
    with logging_to(stream, given):
        yield stream


def lines_of(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_for_people_says_when_how_grave_who_and_what() -> None:
    with log_of(Settings()) as stream:
        logging.getLogger("engine.test").warning("it rains in %s", "Rome")
    assert stream.getvalue().endswith(" WARNING engine.test: it rains in Rome\n")


def test_a_line_for_machines_is_one_object() -> None:
    with log_of(Settings(log_format="json")) as stream:
        logging.getLogger("engine.test").warning("it rains\nin %s", "Rome", extra={"drops": 3})
        try:
            raise ZeroDivisionError("wet")
        except ZeroDivisionError:
            logging.getLogger("engine.test").exception("it failed")
    first, second = lines_of(stream)
    assert first["level"] == "WARNING"
    assert first["logger"] == "engine.test"
    assert first["message"] == "it rains\nin Rome"
    assert first["drops"] == 3
    assert str(first["time"]).startswith("20")
    assert "ZeroDivisionError: wet" in str(second["exc_info"])


def test_less_is_logged_when_less_is_asked_for() -> None:
    with log_of(Settings(log_level="warning")) as stream:
        logging.getLogger("engine.test").info("nothing")
        logging.getLogger("engine.test").warning("something")
    assert "nothing" not in stream.getvalue()
    assert "something" in stream.getvalue()
    with pytest.raises(InvalidInputError, match="log_level"):
        Settings(log_level="loud")


def test_libraries_that_write_down_urls_and_credentials_are_quiet() -> None:
    with log_of(Settings(log_level="debug")) as stream:
        logging.getLogger("httpx").info("HTTP Request: POST https://example.com/?token=abc")
        logging.getLogger("aioice.ice").info("ice-pwd abc")
    assert stream.getvalue() == ""


SECRETS = [
    (f"key {KEY} was used", KEY),
    (f"sign with {WEBHOOK}", WEBHOOK),
    (f"GET /c123?t={TOKEN}&x=1", TOKEN),
    (f"the token {TOKEN}", TOKEN),
    ("GET /c123?t=short", "short"),
    ("https://bucket.example/x?X-Amz-Signature=abcdef&a=1", "abcdef"),
    ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
    ("sent as Bearer abcdefghijklmnop.q", "abcdefghijklmnop.q"),
    ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
    ('{"x-api-key": "plain-key"}', "plain-key"),
    ("[(b'x-api-key', b'plain-key')]", "plain-key"),
    ('{"layers": {"llm": {"api_key": "gsk-plain"}}}', "gsk-plain"),
    (json.dumps(json.dumps({"api_key": "gsk-plain"})), "gsk-plain"),
    ("api_key=gsk-plain", "gsk-plain"),
    ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI/K7MDENG"),
    ('{"token": "abc"}', '"abc"'),
    ("openai sk-proj-0123456789abcdef said no", "sk-proj-0123456789abcdef"),
    ("password: hunter2", "hunter2"),
    ('{"password": "several plain words"}', "plain words"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_what_looks_like_a_secret_is_taken_out(text: str, secret: str) -> None:
    shown = Redaction()(text)
    assert secret not in shown
    assert MASK in shown
    assert Redaction()(shown) == shown


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_it_is_taken_out_of_messages_arguments_extras_and_tracebacks(log_format: str, text: str, secret: str) -> None:
    log = logging.getLogger("engine.test")
    with log_of(Settings(log_format=log_format)) as stream:
        log.info(text.replace("%", "%%"))
        log.info("said: %s", text)
        log.info("said", extra={"detail": text})
        try:
            raise ValueError(text)
        except ValueError:
            log.exception("failed")
    assert secret.strip('"') not in stream.getvalue().replace("bucket.example", "")
    if log_format == "json":
        assert len(lines_of(stream)) == 4


def test_a_secret_that_is_known_is_taken_out_whatever_it_looks_like() -> None:
    with log_of(Settings(api_key=Secret("correct horse battery"))) as stream:
        logging.getLogger("engine.test").info("they said correct horse battery staple")
    assert "horse" not in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "GET /v2/personas/{persona_id} 200 3.1 ms 512 bytes key k0123456789",
        "meeting tokens are issued for 3600 s; the token is valid",
        "loaded smollm2-1.7b from vv and eyJ",
        "the secret of a good answer is brevity",
        "no voice in the store: the basic voice speaks",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert Redaction()(text) == text


@given(st.text(max_size=300))
def test_redaction_takes_any_text(text: str) -> None:
    redact = Redaction((Secret("a-known-secret"),))
    assert redact(redact(text)) == redact(text)


def test_nobody_waits_for_a_log_that_nobody_reads() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "w") as stream:
        handler = BackgroundHandler(stream)
        done = threading.Event()

        def shout() -> None:
            for number in range(3 * WAITING_LINES):
                handler.emit(logging.LogRecord("engine.test", logging.INFO, "", 0, f"line {number}", (), None))
            done.set()

        threading.Thread(target=shout, daemon=True).start()
        assert done.wait(60), "a full pipe held up whoever logs"
        lines: list[bytes] = []
        draining = threading.Thread(target=lambda: lines.extend(reader), daemon=True)
        draining.start()
        until = time.monotonic() + 60
        while not handler._lines.empty() and time.monotonic() < until:
            time.sleep(0.01)
        handler.emit(logging.LogRecord("engine.test", logging.INFO, "", 0, "the last one", (), None))
        handler.close()
        stream.close()
        draining.join(60)
    assert lines[0] == b"line 0\n"
    assert lines[-1] == b"the last one\n"
    assert any(b"lines of the log were dropped" in line for line in lines)


def test_a_process_ends_although_nobody_reads_its_log() -> None:
    program = """
import logging, sys
from engine.logs import logging_to
from engine.settings import Settings
with logging_to(sys.stderr, Settings()):
    for _ in range(5000):
        logging.getLogger("x").info("y" * 200)
"""
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) as process:
        assert process.wait(60) == 0


def test_a_text_that_has_no_encoding_is_written_all_the_same() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "w") as stream:
        with logging_to(stream, Settings()):
            logging.getLogger("engine.test").info("half a character: \ud800")
        stream.close()
        assert b"half a character" in reader.read()
