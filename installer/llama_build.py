"""Building llama-cpp-python's wheel: tools in an environment of their own, and a build folder that outlives Ctrl-C."""

import os
import re
import shlex
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from installer import system
from installer.environment import install, install_files, installed, pip_environment
from installer.errors import InstallError
from installer.layout import Layout
from installer.llama import HOOK, PACKAGE, Build, WheelCache
from installer.lock import Pin, rendered
from installer.steps import Progress

_NINJA = re.compile(r"^\[(\d+)/(\d+)\]")
JOB_GB = 1.0
"""Memory that one compiler process of llama.cpp takes at most, about."""


def provide_llama(layout: Layout, build: Build, tools: Sequence[Pin], progress: Progress) -> str:
    """Install llama-cpp-python from the cache, else from the index's wheel, else built here and kept for next time."""
    cache = WheelCache(layout.wheels)
    wheel = cache.find(build.key)
    outcome = "taken from the cache"
    if wheel is None:
        wheel, outcome = _obtain(layout, build, tools, cache, progress)
    install_files(layout.python, [wheel], progress)
    return f"{build.pin.version} {outcome}{' with CUDA' if build.cuda else ''}"


def llama_installed(layout: Layout) -> bool:
    """Whether the package is in the environment, by a look at the folder."""
    return installed(layout, PACKAGE)


def _obtain(
    layout: Layout, build: Build, tools: Sequence[Pin], cache: WheelCache, progress: Progress
) -> tuple[Path, str]:
    work = layout.builds / build.key
    work.mkdir(parents=True, exist_ok=True)
    python = _tools_environment(layout, work, tools, progress)
    downloaded = _download(python, build.pin, work / "download", progress)
    if downloaded.suffix == ".whl":
        kept, outcome = cache.keep(build.key, downloaded), "from the index"
    else:
        source = _unpack(downloaded, work / "source")
        kept, outcome = cache.keep(build.key, _compile(python, build, source, work, progress)), "built"
    shutil.rmtree(work, ignore_errors=True)
    return kept, outcome


def _tools_environment(layout: Layout, work: Path, tools: Sequence[Pin], progress: Progress) -> Path:
    folder = work / "tools"
    python = folder / layout.python.relative_to(layout.venv)
    if not (folder / "complete").is_file():
        progress.tail("build tools")
        shutil.rmtree(folder, ignore_errors=True)
        progress.run([layout.python, "-m", "venv", folder])
        install(python, tools, progress)
        (folder / "complete").touch()
    return python


def _download(python: Path, pin: Pin, folder: Path, progress: Progress) -> Path:
    """Fetch the locked file, a wheel where the index has one for this platform, its hash checked by pip."""
    done = folder / "complete"
    if not done.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix="visavis-") as temporary:
            file = Path(temporary) / "requirements.txt"
            file.write_text(rendered([pin]), encoding="utf-8")
            arguments: list[str | Path] = [
                "--require-hashes",
                "--no-deps",
                "--no-build-isolation",
                "--prefer-binary",
                "--dest",
                folder,
            ]
            progress.run(
                [python, "-m", "pip", "download", *arguments, "--requirement", file], environment=pip_environment()
            )
        done.touch()
    found = [path for path in folder.iterdir() if path.name.endswith((".whl", ".tar.gz"))]
    if len(found) != 1:
        done.unlink()
        raise InstallError(f"{PACKAGE} was not found.", f"{folder} holds {len(found)} files of it", "call again")
    return found[0]


def _unpack(archive: Path, folder: Path) -> Path:
    done = folder / "complete"
    if not done.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        with tarfile.open(archive) as source:
            source.extractall(folder, filter="data")
        done.touch()
    return next(path for path in folder.iterdir() if path.is_dir())


def _compile(python: Path, build: Build, source: Path, work: Path, progress: Progress) -> Path:
    """Compile, all cores at low priority; what an interrupted call compiled is not compiled again."""
    hook = work / "without_common.cmake"
    if not hook.is_file():
        hook.write_text(HOOK)
    out = work / "wheel"
    shutil.rmtree(out, ignore_errors=True)
    jobs = max(1, min(os.cpu_count() or 1, int(system.memory_gb() / JOB_GB)))
    environment = {
        "CMAKE_BUILD_PARALLEL_LEVEL": str(jobs),
        **pip_environment(),
        "CMAKE_ARGS": shlex.join([*build.cmake, f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={hook}"]),
        # The tools' cmake and ninja, not whatever old ones the system has.
        "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)]),
    }
    # Without the exclusions llama.cpp's own install rules put bin/, lib/ and include/ into site-packages.
    settings = [f"build-dir={work / 'cmake'}", "build.verbose=false", "wheel.exclude=bin/**;lib/**;include/**"]
    arguments: list[str | Path] = [
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "--no-cache-dir",
        "--verbose",
        "--wheel-dir",
        out,
    ]

    def show(line: str) -> None:
        if found := _NINJA.match(line.strip()):
            progress.tail(f"compiled {found[1]} of {found[2]} files")

    progress.run(
        [python, "-m", "pip", "wheel", *arguments, *(f"--config-settings={pair}" for pair in settings), source],
        environment=environment,
        on_line=show,
        nice=True,
    )
    return next(out.glob("*.whl"))
