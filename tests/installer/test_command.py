"""The command line as a user calls it: real processes from the checkout, no network."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installer.layout import Layout
from tests.installer.conftest import CHECKOUT


def _call(home: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VISAVIS_", "XDG_", "PIP_"))}
    # Any free port: a developer's own Visavis may be running.
    environment = {**kept, "HOME": str(home), "VISAVIS_PORT": "0", **variables}
    return subprocess.run(
        [sys.executable, "-m", "installer", *arguments],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def test_doctor_on_a_fresh_machine_has_a_line_for_everything_and_fails(tmp_path: Path) -> None:
    result = _call(tmp_path, "doctor", "--venv", str(tmp_path / "venv"))
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert any(line.startswith("ok      Python ") for line in lines)
    for subject in ("processor", "graphics card", "disk", "a C++ compiler", "Chromium", "llama.cpp wheel"):
        assert any(subject in line for line in lines), subject
    assert any(
        line.startswith("MISSING") and "environment" in line and str(tmp_path / "venv") in line for line in lines
    )
    assert "python3 -m installer run" in lines[-1]


def test_doctor_names_the_unfinished_steps_of_an_environment(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    result = _call(tmp_path, "doctor", "--venv", str(tmp_path / "venv"))
    assert result.returncode == 1
    missing = [line for line in result.stdout.splitlines() if line.startswith("MISSING")]
    assert any("Packages" in line and "never finished" in line for line in missing)
    assert any("import numpy" in line and "No module named" in line for line in missing)


def test_offline_on_a_fresh_machine_names_the_step_and_touches_nothing(tmp_path: Path) -> None:
    result = _call(tmp_path, "run", "--headless", "--offline", "--venv", str(tmp_path / "venv"))
    assert result.returncode == 1
    assert "Python environment is not done yet." in result.stderr
    assert "--offline forbids the network" in result.stderr
    assert "what to do:" in result.stderr
    assert not (tmp_path / "venv").exists()


def test_the_variable_forbids_the_network_as_the_option_does(tmp_path: Path) -> None:
    result = _call(tmp_path, "run", "--headless", "--venv", str(tmp_path / "venv"), VISAVIS_OFFLINE="1")
    assert result.returncode == 1
    assert "--offline forbids the network" in result.stderr


def test_without_a_compiler_nothing_is_begun(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "apt-get").symlink_to("/bin/false")
    result = _call(tmp_path, "run", "--headless", "--venv", str(tmp_path / "venv"), PATH=str(tools), CXX="")
    assert result.returncode == 1
    assert "This machine lacks a C++ compiler." in result.stderr
    assert "apt-get install -y --no-install-recommends g++" in result.stderr
    assert not (tmp_path / "venv").exists()


def test_a_folder_with_other_files_is_not_made_an_environment(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "letter.txt").write_text("mine")
    result = _call(tmp_path, "run", "--headless", "--venv", str(tmp_path / "venv"))
    assert result.returncode == 1
    assert "cannot become the environment" in result.stderr
    assert (tmp_path / "venv" / "letter.txt").read_text() == "mine"


@pytest.mark.parametrize("arguments", [("run", "--headless", "--offline"), ("uninstall", "--yes")])
def test_a_second_installer_waits_for_nobody(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    import fcntl

    cache = tmp_path / ".cache" / "visavis"
    cache.mkdir(parents=True)
    with (cache / "installer.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = _call(tmp_path, *arguments, "--venv", str(tmp_path / "venv"))
    assert result.returncode == 1
    assert "Another installer is at work." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--ready-file", "gone/r.json"), "The ready file cannot be written."),
        (("--host", "203.0.113.1", "--port", "0"), "Nobody can listen on 203.0.113.1."),
        (("--port", "0", "--home", __file__), "The home folder (data, models, keys) cannot be written."),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_begun(
    tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    result = _call(tmp_path, "run", "--headless", "--venv", str(tmp_path / "venv"), *arguments)
    assert result.returncode == 1
    assert complaint in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("run", "--gpu", "--cpu"),
        ("run", "--", "-k", "x"),
        ("run", "--port", "x"),
        ("run", "--port", "65536"),
    ],
)
def test_a_wrong_call_shows_the_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = _call(tmp_path, *arguments)
    assert result.returncode == 2
    assert "usage: python3 -m installer" in result.stderr


def test_uninstall_in_a_fresh_home_finds_nothing(tmp_path: Path) -> None:
    result = _call(tmp_path, "uninstall", "--venv", str(tmp_path / "venv"))
    assert (result.returncode, result.stdout) == (0, "Nothing to remove.\n")


def test_the_folders_follow_the_usual_variables(tmp_path: Path) -> None:
    plain = Layout.of({"HOME": "/home/ada"}, checkout=tmp_path)
    assert (plain.venv, plain.cache) == (tmp_path / ".venv", Path("/home/ada/.cache/visavis"))
    assert plain.home == Path("/home/ada/.local/share/visavis")
    moved = Layout.of({"HOME": "/home/ada", "XDG_CACHE_HOME": "/big", "VISAVIS_HOME": "/srv/v"}, checkout=tmp_path)
    assert (moved.cache, moved.home) == (Path("/big/visavis"), Path("/srv/v"))
    assert Layout.of({"VISAVIS_HOME": "/srv/v"}, home=Path("/mine")).home == Path("/mine")


def test_an_older_python_is_told_which_one_to_call() -> None:
    from installer.__main__ import advice

    found = advice((3, 9, 2), lambda name: name == "python3.12")  # type: ignore[no-untyped-call]
    assert "needs Python 3.11 or newer; this one is 3.9" in found
    assert "python3.12 -m installer" in found
    assert "Install one" in advice((3, 9, 2), lambda name: None)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_installer_leaves_no_child_behind_and_says_that_it_goes_on(tmp_path: Path, number: int) -> None:
    """The environment is made by a Python whose `venv` takes for ever, as on a very slow disk."""
    slow = tmp_path / "slow" / "venv.py"
    slow.parent.mkdir()
    pid = tmp_path / "pid"
    slow.write_text(f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n")
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PYTHONPATH": str(slow.parent),
        "VISAVIS_OFFLINE": "0",
        "VISAVIS_PORT": "0",
    }
    command = [sys.executable, "-m", "installer", "run", "--headless", "--venv", str(tmp_path / "venv")]
    child = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not (pid.exists() and pid.read_text()):
        assert child.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child.send_signal(number)
    _, said = child.communicate(timeout=120)
    assert child.returncode == 130
    assert b"the next call goes on from here" in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
