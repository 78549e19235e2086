"""`test`: linting, formatting, types, import rules, then the tests, each with a clear verdict."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from installer import system
from installer.console import duration
from installer.layout import Layout


@dataclass(frozen=True, slots=True)
class Check:
    """One quick check before the tests."""

    name: str
    command: tuple[str, ...]


def quick_checks(layout: Layout) -> tuple[Check, ...]:
    """Return the checks that come before the tests."""
    python = str(layout.python)
    # `lint-imports` has no `-m`; through the interpreter it outlives a checkout that was moved.
    return (
        Check("lint", (python, "-m", "ruff", "check", ".")),
        Check("format", (python, "-m", "ruff", "format", "--check", ".")),
        Check("types", (python, "-m", "mypy")),
        Check("import rules", (python, str(layout.scripts / "lint-imports"))),
    )


def test_environment(layout: Layout, *, browser: bool) -> dict[str, str]:
    """Return the variables of the tests: the home folder with the models, and the browser."""
    environment = {**os.environ, "VISAVIS_HOME": str(layout.home)}
    path = system.find_browser() if browser else None
    if path:
        environment["VISAVIS_CHROMIUM"] = path
    else:
        environment.pop("VISAVIS_CHROMIUM", None)
    return environment


def run_checks(layout: Layout, pytest_arguments: Sequence[str], *, browser: bool) -> int:
    """Run all checks and then pytest, whose closing line is the last thing printed; 0 when all passed."""
    environment = test_environment(layout, browser=browser)
    failed = [check.name for check in quick_checks(layout) if not _passes(check, layout, environment)]
    if failed:
        print(f"\nFAILED before the tests: {', '.join(failed)}\n", flush=True)
    tests = subprocess.run(
        [layout.python, "-m", "pytest", *pytest_arguments], cwd=layout.checkout, env=environment, check=False
    )
    return tests.returncode or (1 if failed else 0)


def _passes(check: Check, layout: Layout, environment: dict[str, str]) -> bool:
    began = time.monotonic()
    result = subprocess.run(
        check.command,
        cwd=layout.checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    took = duration(time.monotonic() - began)
    if result.returncode == 0:
        print(f"passed  {check.name} ({took})", flush=True)
        return True
    print(f"FAILED  {check.name} ({took})\n{result.stdout.rstrip()}\n", flush=True)
    return False
