"""What a person reads when something fails: what, why, what to do, the last lines and the log."""

import errno
import signal
from pathlib import Path

import pytest

from installer.errors import LINE_WIDTH, TAIL_LINES, ChildFailedError, explained, from_os_error
from installer.native_packages import native_error

LOG = Path("/logs/packages.log")


def _failed(*lines: str, code: int = 1) -> ChildFailedError:
    return ChildFailedError("pip", code, lines, LOG)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/numpy/",
            "the package index cannot be reached",
        ),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "the package index cannot be reached"),
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError: Read timed out.", "a download broke off"),
        ("urllib3.exceptions.IncompleteRead(512 bytes read, 77 more expected)", "a download broke off"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "a package index handed out other bytes than the lock names",
        ),
        ("c++: fatal error: Killed signal terminated program cc1plus", "the compiler ran out of memory"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "offers no file for this Python and platform"),
        ("PermissionError: [Errno 13] Permission denied: '/srv/venv'", "a folder cannot be written"),
    ],
)
def test_the_cause_is_read_from_what_the_child_printed(line: str, why: str) -> None:
    error = explained("Packages failed.", _failed("Collecting numpy", line))
    assert why in error.why
    assert error.remedy
    text = str(error)
    for part in ("Packages failed.", "why:", "what to do:", line, str(LOG)):
        assert part in text


def test_no_network_counts_before_its_consequence() -> None:
    error = explained(
        "Packages failed.",
        _failed(
            "WARNING: Retrying after connection broken by 'NewConnectionError'", "ERROR: No matching distribution found"
        ),
    )
    assert error.why == "the package index cannot be reached"


def test_a_known_cause_shows_the_line_that_tells_it_and_the_last_one() -> None:
    noise = [f"Collecting package {number}" for number in range(30)]
    told = "OSError: [Errno 13] Permission denied: '/srv/venv'"
    error = explained("Packages failed.", _failed(*noise, told, "Consider checking the permissions."))
    assert error.tail == (told, "Consider checking the permissions.")
    assert explained("Packages failed.", _failed(*noise, told)).tail == (told,)


def test_a_line_without_end_is_cut() -> None:
    (line,) = explained("It failed.", _failed("x" * 5000)).tail
    assert len(line) == LINE_WIDTH


def test_an_unknown_cause_gives_the_status_or_the_signal() -> None:
    assert "status 3" in explained("It failed.", _failed("odd", code=3)).why
    assert "signal 11" in explained("It failed.", _failed("odd", code=-11)).why


def test_only_the_last_lines_are_shown() -> None:
    error = explained("It failed.", _failed(*(f"line {number}" for number in range(100))))
    assert error.tail == tuple(f"line {number}" for number in range(100 - TAIL_LINES, 100))


@pytest.mark.parametrize(
    ("number", "why"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "cannot be written"), (errno.EIO, "Input")]
)
def test_errors_of_the_operating_system_are_explained_too(number: int, why: str) -> None:
    import os

    error = from_os_error("It failed.", OSError(number, os.strerror(number), "/srv/venv/x"))
    assert why in error.why
    assert "/srv/venv/x" in error.why


def test_a_missing_instruction_set_is_named_with_a_way_out() -> None:
    error = native_error("llama_cpp", _failed(code=-signal.SIGILL))
    assert "instruction set" in error.why
    assert "GGML_NATIVE=ON" in error.remedy
    assert "newer processor" in native_error("ctranslate2", _failed(code=-signal.SIGILL)).remedy


def test_a_missing_library_is_named() -> None:
    line = "ImportError: libgomp.so.1: cannot open shared object file: No such file or directory"
    assert native_error("ctranslate2", _failed(line)).why == "the system library libgomp.so.1 is missing"


def test_any_other_failing_import_shows_its_last_line() -> None:
    error = native_error("av", _failed("Traceback", "ModuleNotFoundError: No module named 'av'"))
    assert error.what == "The package av does not load."
    assert error.why == "ModuleNotFoundError: No module named 'av'"
