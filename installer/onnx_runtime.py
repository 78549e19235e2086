"""Exactly one ONNX Runtime.

`onnxruntime` and `onnxruntime-gpu` write the same folder, so whichever is installed last wins, and every package that
requires `onnxruntime` would bring the CPU one back. On a GPU machine a wheel of mere metadata takes its name.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.environment import install, install_files, installed, uninstall
from installer.errors import ChildFailedError, InstallError
from installer.layout import Layout
from installer.lock import Lock, Pin
from installer.steps import Progress
from installer.wheel import TextWheel

CPU = "onnxruntime"
GPU = "onnxruntime-gpu"

# y = Identity(x), float[1]: the smallest ONNX model there is.
IDENTITY_MODEL = "CAgSADo3ChAKAXgSAXkiCElkZW50aXR5EgFnWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUIECgAQDQ=="

_CHECK = f"""
import base64, sys
import onnxruntime
preload = getattr(onnxruntime, "preload_dlls", None)
if preload:
    preload()
if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
    sys.exit("onnxruntime lists no CUDAExecutionProvider, only " + ", ".join(onnxruntime.get_available_providers()))
session = onnxruntime.InferenceSession(base64.b64decode("{IDENTITY_MODEL}"), providers=["CUDAExecutionProvider"])
if session.get_providers()[0] != "CUDAExecutionProvider":
    sys.exit("a session does not start on the GPU: the driver is missing or older than its CUDA libraries")
"""


def stand_in(version: str) -> TextWheel:
    """Return the wheel that takes the name `onnxruntime` and requires the GPU one of the same version."""
    return TextWheel(
        name=CPU,
        version=version,
        summary="Stands in for onnxruntime: the code comes from onnxruntime-gpu",
        requires=[f"{GPU}=={version}"],
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Which runtime is wanted."""

    gpu: bool
    forced: bool = False
    """Whether a GPU runtime that does not work is an error (`--gpu`), not a reason to take the CPU one."""


def one_runtime(layout: Layout, lock: Lock, choice: Choice, progress: Progress) -> str:
    """Install the one runtime that suits the machine and take the other away.

    Raises InstallError when the GPU one was asked for and cannot be used.
    """
    if choice.gpu:
        try:
            return _gpu_runtime(layout, lock, progress)
        except InstallError as error:
            if choice.forced:
                raise
            progress.note(f"{error.what} {error.why}. The CPU one is taken; to see the whole error, call with --gpu")
    if installed(layout, GPU):
        uninstall(layout.python, [CPU, GPU], progress)
    pin = lock.pin("base", CPU)
    install(layout.python, [pin], progress)
    progress.facts["gpu"] = False
    return f"onnxruntime {pin.version} (CPU)"


def _gpu_runtime(layout: Layout, lock: Lock, progress: Progress) -> str:
    version = matching_version(lock.pins(["gpu"]), lock.pin("base", CPU))
    progress.note("CUDA libraries and the GPU runtime are about 2 GB to download, once")
    if installed(layout, CPU):
        uninstall(layout.python, [CPU, GPU], progress)
    install(layout.python, lock.pins(["gpu"]), progress)
    with tempfile.TemporaryDirectory(prefix="visavis-") as folder:
        install_files(layout.python, [stand_in(version).write(Path(folder))], progress)
    try:
        progress.run([layout.python, "-c", _CHECK])
    except ChildFailedError as failure:
        raise InstallError(
            "The GPU runtime for the small models does not work.",
            failure.tail[-1] if failure.tail else f"its check ended with {failure.returncode}",
            "update the NVIDIA driver (`nvidia-smi` shows it), or call again with --cpu",
            log=failure.log,
            tail=failure.tail,
        ) from failure
    progress.facts["gpu"] = True
    return f"onnxruntime-gpu {version} (CUDA)"


def matching_version(gpu: Sequence[Pin], cpu: Pin) -> str:
    """Return the version that both runtimes are locked at; raises InstallError when they differ."""
    found = next((pin for pin in gpu if pin.name == GPU), None)
    if found is None or found.version != cpu.version:
        raise InstallError(
            "The lock cannot be used.",
            f"onnxruntime is locked at {cpu.version} and onnxruntime-gpu at {found.version if found else 'nothing'}",
            "run `python3 -m installer lock`: both must have one version",
        )
    return found.version


def runtime_present(layout: Layout, facts: Mapping[str, object]) -> bool:
    """Whether exactly the runtime that was installed is there, by a look at the folder."""
    return installed(layout, CPU) and installed(layout, GPU) == bool(facts.get("gpu"))
