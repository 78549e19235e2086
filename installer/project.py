"""Visavis itself in the environment: the checkout on its path, the command, and its metadata."""

import tempfile
import tomllib
from pathlib import Path
from typing import Any

from installer.environment import install_files
from installer.layout import Layout
from installer.steps import Progress
from installer.wheel import TextWheel

# ONNX Runtime's published builds report each session to their maker unless this is set before they are loaded. A path
# file is read when the interpreter starts, so no program in this environment can be too late.
QUIET_RUNTIME = "ORT_DISABLE_TELEMETRY"
_QUIET_LINE = f'import os; os.environ.setdefault("{QUIET_RUNTIME}", "1")\n'


def editable_wheel(checkout: Path) -> TextWheel:
    """Return a wheel that points at the checkout: no build backend is needed, and changes take effect at once."""
    project: dict[str, Any] = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return TextWheel(
        name=project["name"],
        version=project["version"],
        summary=project["description"],
        requires=tuple(project["dependencies"]),
        files={"visavis.pth": f"{checkout}\n{_QUIET_LINE}"},
        scripts=project["scripts"],
        requires_python=project["requires-python"],
    )


def install_project(layout: Layout, progress: Progress) -> str:
    """Put the project into the environment."""
    with tempfile.TemporaryDirectory(prefix="visavis-") as folder:
        wheel = editable_wheel(layout.checkout)
        install_files(layout.python, [wheel.write(Path(folder))], progress)
    return f"{wheel.name} {wheel.version} from {layout.checkout}"


def project_installed(layout: Layout) -> bool:
    """Whether the command and the path file are there."""
    site = layout.site_packages
    return site is not None and (site / "visavis.pth").is_file() and (layout.scripts / "visavis").exists()
