"""What the machine is and has: package manager, processor, graphics card, programs and libraries."""

import ctypes
import functools
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.errors import InstallError
from installer.steps import Progress

Which = Callable[[str], str | None]

COMPILERS = ("c++", "g++", "clang++")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MANAGERS = (("apt-get", "apt"), ("dnf", "dnf"), ("pacman", "pacman"), ("zypper", "zypper"), ("brew", "brew"))
_INSTALL: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "apt": (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends")),
    "dnf": (("dnf", "install", "-y"),),
    "pacman": (("pacman", "-Sy", "--noconfirm", "--needed"),),
    "zypper": (("zypper", "--non-interactive", "install"),),
    "brew": (("brew", "install"),),
}


@dataclass(frozen=True, slots=True)
class Need:
    """Something the system must bring, and the package that brings it."""

    name: str
    """As a person would say it."""
    purpose: str
    packages: Mapping[str, str]
    """Package name by package manager (apt, dnf, pacman, zypper, brew)."""
    met: Callable[[], bool]


def compiler(which: Which = shutil.which) -> Need:
    """Return the need for a C and C++ compiler (`CC` and `CXX` are honoured)."""

    def met() -> bool:
        cxx = os.environ.get("CXX", "").split()
        return any(which(name) for name in ([cxx[0]] if cxx else COMPILERS))

    packages = {"apt": "g++", "dnf": "gcc-c++", "pacman": "gcc", "zypper": "gcc-c++", "brew": "gcc"}
    return Need("a C++ compiler", "builds llama.cpp, the chat model's engine", packages, met)


def browser(which: Which = shutil.which) -> Need:
    """Return the need for Chromium, with which the tests visit the room."""
    apt = "chromium-browser" if _distribution() == "ubuntu" else "chromium"
    packages = {"apt": apt, "dnf": "chromium", "pacman": "chromium", "zypper": "chromium", "brew": "--cask chromium"}
    return Need("Chromium", "the tests visit the room with it", packages, lambda: find_browser(which) is not None)


def venv_module() -> Need:
    """Return the need for Python's venv and ensurepip, which Debian keeps in a package of its own."""
    packages = {"apt": f"python3.{sys.version_info.minor}-venv"}

    def met() -> bool:
        importlib.invalidate_caches()
        return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))

    return Need("Python's venv module", "makes the environment", packages, met)


def shared_library(soname: str, packages: Mapping[str, str]) -> Need:
    """Return the need for a shared library that binary wheels take from the system."""

    def met() -> bool:
        try:
            ctypes.CDLL(soname)
        except OSError:
            return False
        return True

    return Need(soname, "a library that binary packages are linked with", packages, met)


def libraries() -> tuple[Need, ...]:
    """Return the shared libraries that the locked wheels need on this platform beyond the C library."""
    if sys.platform != "linux":
        return ()
    standard = {"apt": "libstdc++6", "dnf": "libstdc++", "pacman": "gcc-libs", "zypper": "libstdc++6"}
    openmp = {"apt": "libgomp1", "dnf": "libgomp", "pacman": "gcc-libs", "zypper": "libgomp1"}
    return shared_library("libstdc++.so.6", standard), shared_library("libgomp.so.1", openmp)


def find_browser(which: Which = shutil.which) -> str | None:
    """Return the path of Chromium or Chrome (`VISAVIS_CHROMIUM` first), or None."""
    named = os.environ.get("VISAVIS_CHROMIUM", "")
    if named and Path(named).is_file():
        return named
    return next((path for name in BROWSERS if (path := which(name))), None)


def package_manager(which: Which = shutil.which) -> str | None:
    """Return apt, dnf, pacman, zypper or brew, whichever is here."""
    return next((name for program, name in _MANAGERS if which(program)), None)


def install_commands(needs: Iterable[Need], manager: str | None) -> list[list[str]]:
    """Return the commands that bring what is needed, without sudo; empty when the manager has no such package."""
    packages = (
        list(dict.fromkeys(need.packages[manager] for need in needs if manager in need.packages)) if manager else []
    )
    if not packages or manager is None:
        return []
    words = [word for package in packages for word in package.split()]
    *before, last = (list(command) for command in _INSTALL[manager])
    return [*before, [*last, *words]]


def shown(commands: Sequence[Sequence[str]], manager: str | None) -> str:
    """Return the commands as a person types them."""
    sudo = "" if manager == "brew" or _is_root() else "sudo "
    return " && ".join(sudo + " ".join(command) for command in commands)


def provide(needs: Sequence[Need], progress: Progress, *, yes: bool, which: Which = shutil.which) -> str:
    """See to it that all needs are met, installing system packages when told `yes` and allowed to.

    Raises InstallError naming what is missing and the exact command.
    """
    missing = [need for need in needs if not need.met()]
    if not missing:
        return "all there"
    manager = package_manager(which)
    commands = install_commands(missing, manager)
    prefix = _privilege(manager) if yes and commands else None
    if prefix is None:
        raise missing_error(missing, manager)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in commands:
        progress.run([*prefix, *command], environment=environment)
    if left := [need for need in missing if not need.met()]:
        raise missing_error(left, manager)
    return f"installed {', '.join(need.name for need in missing)}"


def missing_error(missing: Sequence[Need], manager: str | None) -> InstallError:
    """Return the error that names what the system lacks and the command that brings it."""
    names = " and ".join(need.name for need in missing)
    commands = install_commands(missing, manager)
    if commands:
        remedy = f"run `{shown(commands, manager)}` (as root, `--yes` does it for you), then call again"
    else:
        remedy = f"install {names} with this system's package manager, then call again"
    return InstallError(
        f"This machine lacks {names}.", "; ".join(f"{need.name}: {need.purpose}" for need in missing), remedy
    )


@functools.cache
def processor_flags() -> frozenset[str]:
    """Return the processor's instruction sets as Linux names them (`avx2`, `fma`, ...); empty elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    for line in text.splitlines():
        if line.startswith(("flags", "Features")):
            return frozenset(line.partition(":")[2].split())
    return frozenset()


@functools.cache
def nvidia_gpus() -> tuple[str, ...]:
    """Return the names of the NVIDIA graphics cards that the driver sees.

    The driver's own listing is read first: `nvidia-smi` can take seconds to wake a card, too long for a second start.
    """
    listed = [_card_name(folder / "information") for folder in sorted(Path("/proc/driver/nvidia/gpus").glob("*"))]
    if listed:
        return tuple(listed)
    if not any(Path(device).exists() for device in ("/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg")):
        return ()
    if not (program := shutil.which("nvidia-smi")):
        return ()
    try:
        answer = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(
        line.partition(":")[2].partition("(UUID")[0].strip()
        for line in answer.stdout.splitlines()
        if line.startswith("GPU ")
    )


def machine() -> str:
    """Return the platform as it decides which binaries run: `linux-x86_64-glibc2.36`."""
    libc, version = platform.libc_ver()
    return "-".join(part for part in (sys.platform, platform.machine().lower(), f"{libc}{version}") if part)


def memory_gb() -> float:
    """Return the machine's memory in GB, or 4 where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError, AttributeError):
        return 4.0


def _card_name(information: Path) -> str:
    try:
        text = information.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "NVIDIA"
    return next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("Model")), "NVIDIA")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _privilege(manager: str | None) -> list[str] | None:
    if manager == "brew" or _is_root():
        return []
    if not shutil.which("sudo"):
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n"] if allowed else None


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return ""
