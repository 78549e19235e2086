"""llama-cpp-python: how it is built for which machine, and the cache of built wheels."""

import shutil
import tarfile
from pathlib import Path

import pytest

from installer.errors import ChildFailedError, explained
from installer.layout import Layout
from installer.llama import BASELINE, Build, WheelCache, checksum, plan
from installer.llama_build import llama_installed, provide_llama
from installer.lock import Pin
from installer.steps import Progress
from installer.wheel import TextWheel

PIN = Pin("llama-cpp-python", "0.3.36", "", ("sha256:" + "a" * 64,))
MODERN = BASELINE | {"sse4_2", "avx"}
LINUX = "linux-x86_64-glibc2.36"


def _plan(
    *,
    gpus: tuple[str, ...] = (),
    flags: frozenset[str] = MODERN,
    machine: str = LINUX,
    environment: dict[str, str] | None = None,
    nvcc: str | None = None,
    pin: Pin = PIN,
) -> Build:
    return plan(pin, gpus=gpus, flags=flags, machine=machine, environment=environment or {}, which=lambda name: nvcc)


def test_the_usual_build_runs_on_any_processor_with_avx2() -> None:
    build = _plan()
    assert "-DGGML_NATIVE=OFF" in build.cmake
    assert not build.cuda
    assert not any("CUDA" in argument for argument in build.cmake)


def test_nothing_is_compiled_that_is_never_loaded() -> None:
    assert {"-DLLAVA_BUILD=OFF", "-DLLAMA_BUILD_TOOLS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF"} <= set(_plan().cmake)


@pytest.mark.parametrize("lacking", sorted(BASELINE))
def test_an_older_processor_gets_a_build_of_its_own(lacking: str) -> None:
    build = _plan(flags=MODERN - {lacking})
    assert "-DGGML_NATIVE=ON" in build.cmake
    assert build.key != _plan().key
    assert build.key != _plan(flags=MODERN - {lacking, "avx"}).key


def test_an_arm_machine_gets_a_build_of_its_own() -> None:
    assert "-DGGML_NATIVE=ON" in _plan(machine="linux-aarch64-glibc2.36", flags=frozenset({"asimd"})).cmake


@pytest.mark.parametrize(
    ("gpus", "nvcc", "cuda"),
    [((), None, False), ((), "/usr/bin/nvcc", False), (("H200",), None, False), (("H200",), "/usr/bin/nvcc", True)],
)
def test_cuda_takes_both_a_compiler_and_a_card(gpus: tuple[str, ...], nvcc: str | None, cuda: bool) -> None:
    build = _plan(gpus=gpus, nvcc=nvcc)
    assert build.cuda is cuda
    assert ("-DGGML_CUDA=ON" in build.cmake) is cuda


def test_the_key_tells_apart_what_would_not_run_in_place_of_the_other() -> None:
    other_version = Pin(PIN.name, "0.3.37", "", PIN.hashes)
    keys = [
        _plan().key,
        _plan(pin=other_version).key,
        _plan(machine="linux-x86_64-musl1.2").key,
        _plan(gpus=("RTX 4090",), nvcc="/usr/bin/nvcc").key,
        _plan(gpus=("H200",), nvcc="/usr/bin/nvcc").key,
        _plan(environment={"CMAKE_ARGS": "-DGGML_VULKAN=ON"}).key,
    ]
    assert len(set(keys)) == len(keys)
    assert _plan().key == _plan(flags=MODERN | {"avx512f"}).key


def test_the_users_own_cmake_arguments_come_last() -> None:
    assert _plan(environment={"CMAKE_ARGS": "-DGGML_NATIVE=ON '-DX=a b'"}).cmake[-2:] == ("-DGGML_NATIVE=ON", "-DX=a b")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    text = TextWheel(PIN.name, PIN.version, "For the test", files={"llama_cpp/__init__.py": "x = 1\n" * 500})
    return text.write(tmp_path / "built")


def test_a_kept_wheel_is_found_again_with_the_same_bytes(tmp_path: Path, wheel: Path) -> None:
    digest = checksum(wheel)
    kept = WheelCache(tmp_path / "cache").keep("k", wheel)
    again = WheelCache(tmp_path / "cache")
    assert again.find("k") == kept
    assert checksum(kept) == digest
    assert again.find("other") is None


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "gone", "note"])
def test_a_damaged_wheel_is_not_taken_and_makes_room_for_a_new_one(tmp_path: Path, wheel: Path, damage: str) -> None:
    cache = WheelCache(tmp_path / "cache")
    spare = wheel.read_bytes()
    kept = cache.keep("k", wheel)
    content = bytearray(kept.read_bytes())
    match damage:
        case "flipped":
            content[len(content) // 2] ^= 1
            kept.write_bytes(content)
        case "cut":
            kept.write_bytes(content[:-40])
        case "empty":
            kept.write_bytes(b"")
        case "gone":
            kept.unlink()
        case _:
            (kept.parent / "wheel.json").write_text("{")
    assert cache.find("k") is None
    assert not cache.holds("k")
    wheel.write_bytes(spare)
    assert cache.find("k") is None
    assert cache.keep("k", wheel) == cache.find("k")


def test_a_kept_wheel_is_installed_without_compiler_or_network(
    scratch: Layout, progress: Progress, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = _plan()
    WheelCache(scratch.wheels).keep(build.key, wheel)
    monkeypatch.setenv("PATH", str(scratch.scripts))
    assert provide_llama(scratch, build, (), progress) == "0.3.36 taken from the cache"
    assert llama_installed(scratch)
    assert not scratch.builds.exists()


def test_a_build_that_fails_keeps_the_download_and_leaves_nothing_in_the_cache(
    scratch: Layout, bare_environment: Path, progress: Progress
) -> None:
    """The source is there but is no source at all: pip's own complaint is kept in the log."""
    build = _plan()
    work = scratch.builds / build.key
    shutil.copytree(bare_environment, work / "tools", symlinks=True)
    (work / "tools" / "complete").touch()
    (work / "download").mkdir()
    (work / "nothing").mkdir()
    with tarfile.open(work / "download" / "llama_cpp_python-0.3.36.tar.gz", "w:gz") as archive:
        archive.add(work / "nothing", "llama_cpp_python-0.3.36")
    (work / "download" / "complete").touch()
    with pytest.raises(ChildFailedError) as caught:
        provide_llama(scratch, build, (), progress)
    error = explained("llama.cpp failed.", caught.value)
    assert error.log is not None
    assert "llama_cpp_python-0.3.36" in error.log.read_text()
    assert WheelCache(scratch.wheels).find(build.key) is None
    assert (work / "download" / "complete").exists()
