"""The whole installation as steps: what is installed, in which order, and what runs beside what."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from installer import system
from installer.default_models import models_key, models_present, pull_models
from installer.environment import TOOLS, create, install, usable
from installer.errors import InstallError
from installer.face_code import face_code_key, make_face_code
from installer.layout import Layout
from installer.llama import PACKAGE, WheelCache, plan
from installer.llama_build import llama_installed, provide_llama
from installer.lock import WITH_TORCH, Lock, Pin, rendered
from installer.native_packages import MODULES, import_natives
from installer.onnx_runtime import CPU, Choice, one_runtime, runtime_present
from installer.project import editable_wheel, install_project, project_installed
from installer.state import State, key_of
from installer.steps import Progress, Stage, Step

DISK_GB = 2.5
"""Free space below which a first installation is not begun: environment 1 GB, build 0.6 GB, models 0.4 GB, and air."""

# Installed by steps of their own.
_APART = (*TOOLS, CPU, PACKAGE)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of an installation."""

    yes: bool = False
    """System packages may be installed."""
    offline: bool = False
    gpu: bool | None = None
    """True and False force or forbid the GPU runtime; None takes it where a card is."""
    extras: tuple[str, ...] = ()
    """Further sections of the lock (`gui`, `train`, `cloning`, `studio`)."""
    tests: bool = False
    """Whether the tests' packages and browser are needed too."""
    browser: bool = True
    """Whether the tests need a browser."""


class Installation:
    """Knows the steps of one installation and what each depends on."""

    def __init__(self, layout: Layout, lock: Lock, state: State, options: Options) -> None:
        self._layout = layout
        self._lock = lock
        self._state = state
        self._options = options
        gpus = () if options.gpu is False else system.nvidia_gpus()
        self._gpu = bool(gpus) if options.gpu is None else options.gpu
        self._build = plan(lock.pin("base", PACKAGE), gpus=gpus)
        self._cache = WheelCache(layout.wheels)

    def stages(self) -> list[Stage]:
        """Return the steps; packages and models are fetched while llama.cpp is compiled."""
        sections = ["dev"] if self._options.tests else []
        fetching = [
            self._packages("base", "Packages"),
            *(self._packages(section, f"Packages for {section}") for section in [*sections, *self._options.extras]),
            self._runtime(),
            self._project(),
            self._models(),
        ]
        return [
            ((self._system(),),),
            ((self._environment(),),),
            (tuple(fetching), (self._llama(),)),
            ((self._natives(), self._face_code()),),
        ]

    def needs(self) -> list[system.Need]:
        """Return what the system must bring for the steps still to be done."""
        needs = list(system.libraries())
        if not usable(self._layout):
            needs.append(system.venv_module())
        if not self._llama_done() and self._cache.find(self._build.key) is None:
            needs.append(system.compiler())
        if self._options.tests and self._options.browser:
            needs.append(system.browser())
        return needs

    def _system(self) -> Step:
        def met() -> bool:
            return all(need.met() for need in self.needs())

        def run(progress: Progress) -> str:
            may_install = self._options.yes and not self._options.offline
            return system.provide(self.needs(), progress, yes=may_install)

        return Step("system", "What the system must bring", "", run, present=met)

    def _environment(self) -> Step:
        tools = self._tools()

        def run(progress: Progress) -> str:
            if not usable(self._layout):
                check_disk(self._layout.venv)
            return create(self._layout, self._state, tools, progress)

        return Step(
            "environment",
            "Python environment",
            key_of(rendered(tools)),
            run,
            present=lambda: usable(self._layout),
            local=lambda: False,
        )

    def _packages(self, section: str, title: str) -> Step:
        pins = self._lock.pins([section], without=_APART)

        def run(progress: Progress) -> str:
            if section in WITH_TORCH:
                progress.note("torch: 0.2 GB where the index has its CPU build, else about 3 GB with CUDA libraries")
            install(self._layout.python, pins, progress)
            if section in WITH_TORCH and needs_cuda_libraries(self._layout):
                install(self._layout.python, self._lock.pins(["train-cuda"]), progress)
            return f"{len(pins)} packages"

        return Step(f"packages-{section}", title, key_of(rendered(pins)), run, local=lambda: False)

    def _runtime(self) -> Step:
        choice = Choice(gpu=self._gpu, forced=self._options.gpu is True)
        pins = [self._lock.pin("base", CPU), *(self._lock.pins(["gpu"]) if self._gpu else ())]

        def run(progress: Progress) -> str:
            return one_runtime(self._layout, self._lock, choice, progress)

        return Step(
            "onnxruntime",
            "ONNX Runtime, exactly one",
            key_of(choice, rendered(pins)),
            run,
            present=lambda: runtime_present(self._layout, self._state.facts("onnxruntime")),
            local=lambda: False,
        )

    def _llama(self) -> Step:
        tools = self._lock.pins(["build"])

        def run(progress: Progress) -> str:
            return provide_llama(self._layout, self._build, tools, progress)

        return Step(
            "llama",
            "llama.cpp, built for this machine",
            self._build.key,
            run,
            present=lambda: llama_installed(self._layout),
            local=lambda: self._cache.find(self._build.key) is not None,
        )

    def _llama_done(self) -> bool:
        return self._state.key("llama") == self._build.key and llama_installed(self._layout)

    def _project(self) -> Step:
        def run(progress: Progress) -> str:
            return install_project(self._layout, progress)

        # Not the whole pyproject.toml: a changed linter option is no reason to install anything.
        wheel = editable_wheel(self._layout.checkout)
        return Step(
            "project",
            "Visavis",
            key_of(wheel),
            run,
            present=lambda: project_installed(self._layout),
        )

    def _models(self) -> Step:
        def run(progress: Progress) -> str:
            return pull_models(self._layout, offline=self._options.offline, progress=progress)

        return Step(
            "models",
            "Default models",
            models_key(self._layout),
            run,
            present=lambda: models_present(self._layout, self._state.facts("models")),
        )

    def _natives(self) -> Step:
        def run(progress: Progress) -> str:
            return import_natives(self._layout, progress)

        pins = self._lock.pins(["base"])
        return Step(
            "natives", "Native packages load", key_of(rendered(pins), self._build.key, self._gpu, *MODULES), run
        )

    def _face_code(self) -> Step:
        def run(progress: Progress) -> str:
            return make_face_code(self._layout, progress)

        pins = [self._lock.pin("base", name) for name in ("llvmlite", "numba")]
        return Step("faces", "Code that draws faces", key_of(rendered(pins), face_code_key(self._layout)), run)

    def _tools(self) -> tuple[Pin, ...]:
        found: dict[str, Pin] = {}
        for pin in self._lock.pins(["base", "build"]):
            if pin.name in TOOLS:
                found.setdefault(pin.name, pin)
        return tuple(found.values())


def needs_cuda_libraries(layout: Layout) -> bool:
    """Whether the torch that the index gave is the one for CUDA, which cannot be loaded without its libraries."""
    site = layout.site_packages
    found = [path.name for path in site.glob("torch-*.dist-info")] if site else []
    return sys.platform == "linux" and bool(found) and not any("+cpu" in name for name in found)


def check_disk(target: Path, *, needed_gb: float = DISK_GB) -> None:
    """Raise InstallError when the disk that the target lies on has too little space for an installation."""
    parents: Sequence[Path] = [target, *target.parents]
    existing = next(path for path in parents if path.exists())
    free = shutil.disk_usage(existing).free / 1e9
    if free < needed_gb:
        raise InstallError(
            "There is too little disk space.",
            f"an installation takes about {needed_gb:.1f} GB, {existing} has {free:.1f} GB left",
            "free some space, or choose another disk with --venv, --home and XDG_CACHE_HOME",
        )
