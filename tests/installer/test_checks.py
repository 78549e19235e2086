"""`test`, `run`: what is called with what, and what the verdicts do to the exit status."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from installer.checks import quick_checks
from installer.checks import test_environment as environment_of_tests
from installer.default_models import models_key, models_present, pull_models
from installer.errors import InstallError
from installer.installation import check_disk, needs_cuda_libraries
from installer.launch import serve_command
from installer.layout import Layout
from installer.steps import Progress
from tests.installer.conftest import CHECKOUT

RUN_CHECKS = """
import os, sys
from pathlib import Path
sys.path.insert(0, {checkout!r})
from installer.checks import run_checks
from installer.layout import Layout
layout = Layout.of(os.environ, venv=Path({folder!r}, "venv"), checkout=Path({folder!r}))
sys.exit(run_checks(layout, ["tests", "-q", "-p", "no:cacheprovider"], browser=False))
"""


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A project of one test, and an environment whose checkers are the ones that run this test."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text("def test_one():\n    assert True\n")
    scripts = tmp_path / "venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").write_text(f'#!/bin/sh\ncase "$2" in ruff|mypy) exit 0;; esac\nexec {sys.executable} "$@"\n')
    (scripts / "lint-imports").write_text("")
    for script in scripts.iterdir():
        script.chmod(0o755)
    return tmp_path


def _run_checks(folder: Path) -> "subprocess.CompletedProcess[str]":
    code = RUN_CHECKS.format(checkout=str(CHECKOUT), folder=str(folder))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=180)


def test_all_passed_ends_with_pytests_closing_line(small_project: Path) -> None:
    result = _run_checks(small_project)
    assert result.returncode == 0, result.stdout + result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()[:4]] == ["passed"] * 4
    assert result.stdout.splitlines()[-1].startswith("1 passed")


def test_a_failing_check_is_shown_and_the_tests_run_all_the_same(small_project: Path) -> None:
    (small_project / "venv" / "bin" / "lint-imports").write_text("raise SystemExit('a -> b is not allowed')\n")
    result = _run_checks(small_project)
    assert result.returncode == 1
    assert "FAILED  import rules" in result.stdout
    assert "a -> b is not allowed" in result.stdout
    assert "FAILED before the tests: import rules" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("1 passed")


def test_a_failing_test_fails_the_whole(small_project: Path) -> None:
    (small_project / "tests" / "test_one.py").write_text("def test_one():\n    assert False\n")
    result = _run_checks(small_project)
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith("1 failed")


def test_the_checks_are_the_projects_own(layout: Layout) -> None:
    assert [check.name for check in quick_checks(layout)] == ["lint", "format", "types", "import rules"]


def test_the_tests_are_given_the_models_and_the_browser(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "chromium"
    browser.touch()
    monkeypatch.setenv("VISAVIS_CHROMIUM", str(browser))
    given = environment_of_tests(layout, browser=True)
    assert given["VISAVIS_CHROMIUM"] == str(browser)
    assert given["VISAVIS_HOME"] == str(layout.home)
    assert "VISAVIS_CHROMIUM" not in environment_of_tests(layout, browser=False)


def test_the_appliance_is_told_only_what_was_asked_for(layout: Layout) -> None:
    nothing = argparse.Namespace(headless=False, host=None, port=None, home=None, ready_file=None, offline=False)
    assert serve_command(layout, nothing) == [str(layout.scripts / "visavis"), "serve"]
    everything = argparse.Namespace(
        headless=True, host="0.0.0.0", port=9000, home=Path("/srv/v"), ready_file=Path("r.json"), offline=True
    )
    assert serve_command(layout, everything)[2:] == [
        *("--headless", "--host", "0.0.0.0", "--port", "9000", "--home", "/srv/v"),
        *("--ready-file", "r.json", "--offline"),
    ]


def test_too_little_disk_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    check_disk(tmp_path / "not" / "there" / "yet", needed_gb=0)
    with pytest.raises(InstallError) as caught:
        check_disk(tmp_path / "not" / "there" / "yet", needed_gb=1e9)
    assert str(tmp_path) in caught.value.why
    assert "--venv" in caught.value.remedy


def test_the_models_step_is_done_again_for_another_home_or_catalogue(layout: Layout, tmp_path: Path) -> None:
    from dataclasses import replace

    assert models_key(layout) != models_key(replace(layout, home=tmp_path / "other"))
    checkout = tmp_path / "checkout"
    (checkout / "models").mkdir(parents=True)
    (checkout / "models" / "catalogue.toml").write_text("a = 1\n")
    here = replace(layout, checkout=checkout)
    before = models_key(here)
    (checkout / "models" / "catalogue.toml").write_text("a = 2\n")
    assert models_key(here) != before


def _fake_store(layout: Layout, tmp_path: Path, program: str) -> Layout:
    """A checkout whose `models` package is a few lines, run by the interpreter of these tests."""
    from dataclasses import replace

    checkout = tmp_path / "checkout"
    (checkout / "models").mkdir(parents=True)
    (checkout / "models" / "__main__.py").write_text(program)
    layout.scripts.mkdir(parents=True)
    layout.python.symlink_to(sys.executable)
    return replace(layout, checkout=checkout)


def test_fetched_models_are_noticed_when_one_is_lost_or_cut(layout: Layout, tmp_path: Path, progress: Progress) -> None:
    program = (
        "import os, pathlib, sys\n"
        "assert sys.argv[1:] == ['pull', '--default'], sys.argv\n"
        "blobs = pathlib.Path(os.environ['VISAVIS_HOME'], 'models', 'blobs')\n"
        "blobs.mkdir(parents=True)\n"
        "(blobs / 'a').write_bytes(bytes(300_000))\n"
        "(blobs / 'note.json').write_text('{}')\n"
        "(blobs.parent / 'a.gguf').symlink_to('blobs/a')\n"
    )
    here = _fake_store(layout, tmp_path, program)
    assert pull_models(here, offline=False, progress=progress).startswith("1 files")
    facts = progress.facts
    assert models_present(here, facts)
    assert not models_present(here, {})
    file = next(path for path in (here.home / "models").rglob("*") if path.is_file() and path.stat().st_size > 1000)
    os.truncate(file, 299_999)
    assert not models_present(here, facts)
    file.unlink()
    assert not models_present(here, facts)


def test_a_home_made_for_the_models_is_its_owners_alone(layout: Layout, tmp_path: Path, progress: Progress) -> None:
    here = _fake_store(layout, tmp_path, "")
    pull_models(here, offline=False, progress=progress)
    assert here.home.stat().st_mode & 0o777 == 0o700
    here.home.chmod(0o750)
    pull_models(here, offline=False, progress=progress)
    assert here.home.stat().st_mode & 0o777 == 0o750


def _models_error(layout: Layout, tmp_path: Path, progress: Progress, *lines: str, offline: bool) -> InstallError:
    program = f"import sys\nprint({chr(10).join(lines)!r})\nsys.exit(1)\n"
    with pytest.raises(InstallError) as caught:
        pull_models(_fake_store(layout, tmp_path, program), offline=offline, progress=progress)
    return caught.value


def test_the_stores_own_words_are_the_reason_without_its_progress(
    layout: Layout, tmp_path: Path, progress: Progress
) -> None:
    error = _models_error(
        layout,
        tmp_path,
        progress,
        "smollm2  12 %  11 B of 92 B  3 B/s",
        "Error: too little space for model 'smollm2' in /srv: 191.2 MB are needed",
        "whisper: is here",
        "Error: not pulled: smollm2",
        offline=False,
    )
    assert error.why == "too little space for model 'smollm2' in /srv: 191.2 MB are needed"
    assert error.tail == ("not pulled: smollm2",)


def test_no_network_is_told_from_the_many_words_about_it(layout: Layout, tmp_path: Path, progress: Progress) -> None:
    words = "model 'vad' could not be pulled: hub: the connection failed (Temporary failure in name resolution)"
    error = _models_error(layout, tmp_path, progress, f"Error: {words}", offline=False)
    assert error.why == "neither the package index nor the model hub can be reached"
    assert error.tail == (words,)


def test_offline_says_that_a_call_online_is_needed(layout: Layout, tmp_path: Path, progress: Progress) -> None:
    error = _models_error(
        layout, tmp_path, progress, "Error: model 'vad' could not be pulled: hub: not asked, offline", offline=True
    )
    assert "not asked, offline" in error.why
    assert "without --offline" in error.remedy


def test_a_store_that_says_nothing_is_quoted_by_its_status(layout: Layout, tmp_path: Path, progress: Progress) -> None:
    with pytest.raises(InstallError) as caught:
        pull_models(_fake_store(layout, tmp_path, "raise SystemExit(7)\n"), offline=False, progress=progress)
    assert "status 7" in caught.value.why


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere torch is published without CUDA")
@pytest.mark.parametrize(("version", "needed"), [("2.13.0", True), ("2.13.0+cpu", False), (None, False)])
def test_only_the_cuda_build_of_torch_is_given_cuda_libraries(
    layout: Layout, version: str | None, needed: bool
) -> None:
    site = layout.venv / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    if version:
        (site / f"torch-{version}.dist-info").mkdir()
    assert needs_cuda_libraries(layout) is needed
