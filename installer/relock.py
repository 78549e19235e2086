"""`lock`, for maintainers: resolves every section with uv so that all agree, and writes `requirements.lock`.

uv resolves for all platforms and Python versions at once. Neither its configuration nor pip's is read, so the hashes
are those of the public index and no index of this machine gets into the file.
"""

import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from installer.errors import InstallError
from installer.layout import Layout
from installer.lock import WITH_TORCH, Lock, Pin, rendered

# Needed to build the two packages that are published as source alone (llama-cpp-python, docopt).
BUILD_TOOLS = ("scikit-build-core>=1.0", "cmake>=3.28", "ninja>=1.11", "setuptools>=77", "pip>=25")
EXTRAS = ("dev", "gpu", "gui", "train", "cloning", "studio")

# torch publishes its small CPU builds for Linux beside the public index, under a local version: their hashes are added
# by hand. A machine that reaches such a build takes it (2.13.0+cpu sorts above 2.13.0); the others need `train-cuda`.
TORCH = "2.13.0"
TORCH_CPU_HASHES = ("sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",)
_CUDA_COMPANION = re.compile(r"^(nvidia-|cuda-|triton$)")

_HEADER = """\
# The exact versions of everything Visavis installs, for Linux, macOS and Windows and Python 3.11 and newer.
# Made by `python3 -m installer lock`; names no index. Sections: see installer/lock.py.
"""


def relock(layout: Layout, *, upgrade: bool) -> None:
    """Resolve and write the lock; raises InstallError when uv is missing or finds no solution."""
    uv = _find_uv(layout)
    pyproject = tomllib.loads((layout.checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base: list[str] = pyproject["dependencies"]
    extras: dict[str, list[str]] = pyproject["optional-dependencies"]
    with tempfile.TemporaryDirectory(prefix="visavis-lock-") as folder:
        resolver = _Resolver(uv, Path(folder))
        preferred = [] if upgrade else _preferences(layout)
        everything = [*base, *(line for extra in EXTRAS for line in extras[extra]), *BUILD_TOOLS, f"torch=={TORCH}"]
        every = resolver.solve(_one_runtime_version(everything, resolver, preferred), [], preferred)
        agreed = [f"{pin.name}=={pin.version}" + (f" ; {pin.marker}" if pin.marker else "") for pin in every]
        sections = {"base": resolver.solve(base, agreed)}
        have = {(pin.name, pin.version) for pin in sections["base"]}
        for extra in EXTRAS:
            pins = resolver.solve([*base, *extras[extra]], agreed)
            sections[extra] = [pin for pin in pins if (pin.name, pin.version) not in have]
        sections["build"] = resolver.solve(BUILD_TOOLS, agreed)
    sections["train-cuda"] = [pin for pin in sections["train"] if _CUDA_COMPANION.match(pin.name)]
    for extra in WITH_TORCH:
        sections[extra] = [_with_cpu_build(pin) for pin in sections[extra] if not _CUDA_COMPANION.match(pin.name)]
    text = _HEADER + "".join(f"\n# == {name} ==\n{rendered(pins)}" for name, pins in sections.items())
    Lock.parse(text)
    layout.lock.write_text(text, encoding="utf-8")
    print("\n".join(f"{name}: {len(pins)} packages" for name, pins in sections.items()))


class _Resolver:
    def __init__(self, uv: str, folder: Path) -> None:
        self._uv = uv
        self._folder = folder

    def solve(
        self, requirements: Iterable[str], constraints: Sequence[str], preferences: Sequence[str] = ()
    ) -> list[Pin]:
        wanted = self._write("wanted.in", requirements)
        limits = self._write("limits.txt", constraints)
        output = self._write("solved.txt", preferences)
        command = [
            *(self._uv, "pip", "compile", "--no-config", "--universal", "--fork-strategy", "fewest"),
            *("--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-header", "--quiet"),
            *("--no-emit-index-url", "--no-emit-find-links", "--no-strip-markers"),
            *("--constraint", str(limits), "--output-file", str(output), str(wanted)),
        ]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
        result = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise InstallError(
                "The lock was not made.",
                "uv finds no set of versions, or does not reach the index",
                "read its words below",
                tail=tuple(result.stderr.splitlines()),
            )
        return list(Lock.parse("# == all ==\n" + output.read_text(encoding="utf-8")).sections["all"])

    def _write(self, name: str, lines: Iterable[str]) -> Path:
        path = self._folder / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path


def _one_runtime_version(requirements: list[str], resolver: _Resolver, preferred: Sequence[str]) -> list[str]:
    """Pin onnxruntime and onnxruntime-gpu to one version: the older of their newest ones."""
    free = {pin.name: pin.version for pin in resolver.solve(requirements, [], preferred)}
    version = min(free["onnxruntime"], free["onnxruntime-gpu"], key=_numbers)
    return [*requirements, f"onnxruntime=={version}", f"onnxruntime-gpu=={version}"]


def _with_cpu_build(pin: Pin) -> Pin:
    if pin.name != "torch":
        return pin
    return Pin(pin.name, pin.version, pin.marker, tuple(sorted({*pin.hashes, *TORCH_CPU_HASHES})))


def _preferences(layout: Layout) -> list[str]:
    """Return what is locked now: uv keeps it where it still fits."""
    if not layout.lock.exists():
        return []
    lock = Lock.read(layout.lock)
    return [pin.text for pin in lock.pins(lock.sections)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _find_uv(layout: Layout) -> str:
    found = shutil.which("uv", path=os.pathsep.join([str(layout.scripts), os.environ.get("PATH", os.defpath)]))
    if not found:
        raise InstallError(
            "The lock cannot be made.",
            "it takes uv, which is neither in the environment nor on PATH",
            f"`{layout.python} -m pip install uv` (or `pipx install uv`), then call again",
        )
    return found
