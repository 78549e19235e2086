"""Each native package imported in a child first: a missing instruction set or library becomes a message, not a crash."""

import re
import signal
from dataclasses import dataclass

from installer import system
from installer.errors import ChildFailedError, InstallError
from installer.layout import Layout
from installer.steps import Progress

MODULES = (
    "numpy",
    "onnxruntime",
    "ctranslate2",
    "av",
    "llama_cpp",
    "llvmlite",
    "espeakng_loader",
    "piper",
    "livekit.rtc",
)

_LIBRARY = re.compile(r"(lib[\w.+-]+\.so[\w.]*|[\w.+-]+\.dylib): cannot open shared object file")


def import_natives(layout: Layout, progress: Progress) -> str:
    """Import each native package in a child of its own, then let pip check that nothing is missing or doubled."""
    for module in MODULES:
        progress.tail(f"import {module}")
        try:
            progress.run([layout.python, "-c", f"import {module}"])
        except ChildFailedError as failure:
            raise native_error(module, failure) from failure
    try:
        progress.run([layout.python, "-m", "pip", "check"])
    except ChildFailedError as failure:
        raise InstallError(
            "The installed packages do not fit together.",
            failure.tail[-1] if failure.tail else "pip check failed",
            "something else was installed into the environment: `python3 -m installer uninstall`, then call again",
            log=failure.log,
            tail=failure.tail,
        ) from failure
    return f"{len(MODULES)} packages load"


@dataclass(frozen=True, slots=True)
class _Cause:
    why: str
    remedy: str


def native_error(module: str, failure: ChildFailedError) -> InstallError:
    """Say why a package cannot be loaded on this machine."""
    cause = (
        _signal_cause(module, failure.returncode)
        or _library_cause(failure)
        or _Cause(
            failure.tail[-1] if failure.tail else f"its import ended with status {failure.returncode}",
            "`python3 -m installer uninstall`, then call again; if it repeats, report the log",
        )
    )
    return InstallError(
        f"The package {module} does not load.", cause.why, cause.remedy, log=failure.log, tail=failure.tail
    )


def _signal_cause(module: str, code: int) -> _Cause | None:
    if code >= 0:
        return None
    if -code != signal.SIGILL:
        return _Cause(
            f"it crashed with signal {-code}", "`python3 -m installer uninstall`, then call again; report the log"
        )
    lacking = ", ".join(sorted({"avx", "avx2", "fma", "f16c"} - system.processor_flags())) or "one it uses"
    if module == "llama_cpp":
        remedy = "`CMAKE_ARGS=-DGGML_NATIVE=ON python3 -m installer run` builds it for this very processor"
    else:
        remedy = "its published build needs a newer processor (AVX2): use another machine"
    return _Cause(f"this processor lacks an instruction set that it was built for ({lacking})", remedy)


def _library_cause(failure: ChildFailedError) -> _Cause | None:
    found = _LIBRARY.search("\n".join(failure.tail))
    if not found:
        return None
    known = {need.name: need for need in system.libraries()}
    manager = system.package_manager()
    if need := known.get(found[1]):
        commands = system.shown(system.install_commands([need], manager), manager)
        return _Cause(f"the system library {found[1]} is missing", f"run `{commands}`, then call again")
    return _Cause(f"the system library {found[1]} is missing", "install the package that contains it, then call again")
