from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli import visavis

Visavis = Callable[..., Result]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Visavis:
    """Runs `visavis ARGUMENTS` on the home folder of this test."""
    monkeypatch.setenv("VISAVIS_HOME", str(home))
    monkeypatch.delenv("VISAVIS_WEBHOOK_SECRET", raising=False)
    return lambda *arguments: CliRunner().invoke(visavis, [str(argument) for argument in arguments])
