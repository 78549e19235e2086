"""`doctor`: what is there and what is missing, a line each."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from installer import system
from installer.environment import usable
from installer.installation import DISK_GB, Installation, Options
from installer.layout import Layout
from installer.llama import BASELINE, PACKAGE, WheelCache, plan
from installer.lock import Lock
from installer.native_packages import MODULES
from installer.state import State
from installer.steps import Step


class Verdict(StrEnum):
    """What a finding means."""

    GOOD = "ok"
    MISSING = "MISSING"
    """The appliance does not work without it."""
    OPTIONAL = "-"
    """Works without it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    verdict: Verdict
    subject: str
    text: str


def examine(layout: Layout, options: Options, say: Callable[[str], None] = print) -> int:
    """Print one line for each thing that matters; 1 when something needed is missing."""
    failed = False
    for finding in findings(layout, options):
        failed |= finding.verdict is Verdict.MISSING
        say(f"{finding.verdict:<8}{finding.subject:<34} {finding.text}")
    if failed:
        say("\nNot ready. Where a line above names no command, `python3 -m installer run` sets up what is missing.")
    return 1 if failed else 0


def findings(layout: Layout, options: Options) -> Iterator[Finding]:
    """Look at everything; raises InstallError when the lock cannot be read."""
    yield from _machine(layout)
    yield from _system()
    yield from _installed(layout, options)


def _machine(layout: Layout) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding(Verdict.GOOD, "Python", f"{version} ({sys.executable})")
    flags = system.processor_flags()
    lacking = ", ".join(sorted(BASELINE - flags)) if flags else ""
    cores = f"{os.cpu_count()} cores, {system.memory_gb():.0f} GB memory"
    if lacking:
        text = f"{cores}; without {lacking}: llama.cpp is built for this very processor and answers slowly"
        yield Finding(Verdict.OPTIONAL, "processor", text)
    else:
        yield Finding(Verdict.GOOD, "processor", f"{system.machine()}, {cores}")
    gpus = system.nvidia_gpus()
    if gpus:
        nvcc = shutil.which("nvcc")
        with_cuda = f"CUDA compiler {nvcc}" if nvcc else "no CUDA compiler (nvcc): the chat model stays on the CPU"
        yield Finding(Verdict.GOOD, "graphics card", f"{', '.join(gpus)}; {with_cuda}")
    else:
        yield Finding(Verdict.OPTIONAL, "graphics card", "no NVIDIA card: everything runs on the CPU")
    yield _disk(layout)


def _disk(layout: Layout) -> Finding:
    existing = next(path for path in [layout.venv, *layout.venv.parents] if path.exists())
    free = shutil.disk_usage(existing).free / 1e9
    enough = usable(layout) or free >= DISK_GB
    text = f"{free:.1f} GB free at {existing}" + ("" if enough else f"; an installation takes {DISK_GB} GB")
    return Finding(Verdict.GOOD if enough else Verdict.MISSING, "disk", text)


def _system() -> Iterator[Finding]:
    manager = system.package_manager()
    for need in system.libraries():
        yield _need(need, manager, Verdict.MISSING)
    # With a built wheel in place neither is needed; the installation's own findings say whether one is.
    yield _need(system.compiler(), manager, Verdict.OPTIONAL)
    yield _need(system.browser(), manager, Verdict.OPTIONAL)


def _need(need: system.Need, manager: str | None, otherwise: Verdict) -> Finding:
    if need.met():
        return Finding(Verdict.GOOD, need.name, need.purpose)
    command = system.shown(system.install_commands([need], manager), manager)
    return Finding(otherwise, need.name, f"not there ({need.purpose})" + (f": `{command}`" if command else ""))


def _installed(layout: Layout, options: Options) -> Iterator[Finding]:
    lock = Lock.read(layout.lock)
    state = State(layout.state)
    build = plan(lock.pin("base", PACKAGE), gpus=system.nvidia_gpus())
    kept = WheelCache(layout.wheels).holds(build.key)
    text = f"kept in {layout.wheels}" if kept else "none kept: the next environment compiles it"
    yield Finding(Verdict.GOOD if kept else Verdict.OPTIONAL, "llama.cpp wheel", text)
    if not usable(layout):
        yield Finding(Verdict.MISSING, "Python environment", f"none at {layout.venv}")
        return
    installation = Installation(layout, lock, state, options)
    for stage in installation.stages():
        for lane in stage:
            for step in lane:
                if step.name != "system":
                    yield _step(step, state)
    yield from _imports(layout)
    yield from model_findings(layout)


def _step(step: Step, state: State) -> Finding:
    if state.key(step.name) == step.key and step.present():
        return Finding(Verdict.GOOD, step.title, "done")
    why = "never finished" if state.key(step.name) is None else "changed or taken away since"
    return Finding(Verdict.MISSING, step.title, why)


def _imports(layout: Layout) -> Iterator[Finding]:
    for module in MODULES:
        result = subprocess.run([layout.python, "-c", f"import {module}"], capture_output=True, text=True, check=False)
        if result.returncode == 0:
            yield Finding(Verdict.GOOD, f"import {module}", "loads")
        else:
            last = (result.stderr.strip().splitlines() or [f"ended with status {result.returncode}"])[-1]
            yield Finding(Verdict.MISSING, f"import {module}", last)


def model_findings(layout: Layout) -> Iterator[Finding]:
    """Let the store hash every model's files, which a start does only when size or time changed."""
    if not (layout.home / "models").is_dir():
        return
    result = subprocess.run(
        [layout.python, "-m", "models", "verify", "--json"],
        cwd=layout.checkout,
        env={**os.environ, "VISAVIS_HOME": str(layout.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        reports = json.loads(result.stdout)
    except ValueError:
        last = (result.stderr.strip().splitlines() or [f"ended with status {result.returncode}"])[-1]
        yield Finding(Verdict.MISSING, "model files", f"cannot be verified: {last}")
        return
    for report in reports:
        damaged = ", ".join(file["path"] for file in report["files"] if not file["sound"])
        subject = f"model {report['name']}"
        if damaged:
            mend = shlex.join(
                [str(layout.scripts / "visavis"), "models", "pull", report["name"], "--home", str(layout.home)]
            )
            yield Finding(Verdict.MISSING, subject, f"{damaged} is damaged: `{mend}`")
        else:
            yield Finding(Verdict.GOOD, subject, "sound")
