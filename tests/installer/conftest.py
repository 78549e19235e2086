"""A checkout, a home and a cache in a temporary folder, and the parts of an installation over them."""

import io
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from installer.console import Console
from installer.layout import Layout
from installer.process import Children
from installer.steps import Progress

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """This checkout, with everything that is written in a temporary folder."""
    there = Layout.of({"HOME": str(tmp_path / "user")}, venv=tmp_path / "venv")
    return replace(there, checkout=CHECKOUT)


@pytest.fixture
def children(tmp_path: Path) -> Children:
    return Children(tmp_path / "logs")


@pytest.fixture
def printed() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(printed: io.StringIO) -> Console:
    return Console(printed, live=False)


@pytest.fixture
def progress(console: Console, children: Children) -> Progress:
    return Progress("step", "1/1", console, children)


@pytest.fixture(scope="session")
def bare_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but pip in it, made once: tests work on copies."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def scratch(layout: Layout, bare_environment: Path) -> Layout:
    """The layout with an environment in place."""
    shutil.copytree(bare_environment, layout.venv, symlinks=True)
    return layout
