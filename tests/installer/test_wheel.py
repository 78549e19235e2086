"""Wheels of metadata, installed for real by pip into a scratch environment, without a network."""

import base64
import csv
import hashlib
import io
import os
import subprocess
import zipfile
from pathlib import Path

from installer.environment import install_files, installed
from installer.layout import Layout
from installer.onnx_runtime import IDENTITY_MODEL, runtime_present, stand_in
from installer.project import editable_wheel, install_project, project_installed
from installer.steps import Progress
from installer.wheel import TextWheel


def _pip(layout: Layout, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([layout.python, "-m", "pip", *arguments], capture_output=True, text=True, check=False)


def _gpu_runtime(version: str) -> TextWheel:
    files = {"onnxruntime/__init__.py": f"__version__ = {version!r}\n"}
    return TextWheel("onnxruntime-gpu", version, "A tiny one, for the test", files=files)


def test_the_record_lists_every_file_with_its_true_checksum(tmp_path: Path) -> None:
    wheel = TextWheel(
        "some-thing", "1.2", "For the test", files={"thing.py": "x = 'ü'\n"}, scripts={"thing": "thing:x"}
    )
    with zipfile.ZipFile(wheel.write(tmp_path)) as archive:
        rows = list(csv.reader(io.StringIO(archive.read("some_thing-1.2.dist-info/RECORD").decode())))
        assert sorted(row[0] for row in rows) == sorted(archive.namelist())
        for name, digest, size in rows:
            if name.endswith("RECORD"):
                assert (digest, size) == ("", "")
                continue
            content = archive.read(name)
            sha = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={sha}", str(len(content)))


def test_the_same_inputs_make_the_same_bytes(tmp_path: Path) -> None:
    first = stand_in("1.31.1").write(tmp_path / "a").read_bytes()
    assert first == stand_in("1.31.1").write(tmp_path / "b").read_bytes()


def test_the_stand_in_satisfies_what_requires_onnxruntime(scratch: Layout, progress: Progress, tmp_path: Path) -> None:
    needy = TextWheel("needs-the-cpu-one", "1", "For the test", requires=["onnxruntime>=1.20"])
    wheels = [part.write(tmp_path / "w") for part in (needy, stand_in("1.31.1"), _gpu_runtime("1.31.1"))]
    install_files(scratch.python, wheels, progress)
    check = _pip(scratch, "check")
    assert check.returncode == 0, check.stdout
    imported = subprocess.run(
        [scratch.python, "-c", "import onnxruntime; print(onnxruntime.__version__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert imported.stdout.strip() == "1.31.1"
    assert runtime_present(scratch, {"gpu": True})
    assert not runtime_present(scratch, {"gpu": False})


def test_the_stand_in_alone_does_not_pass_for_a_runtime(scratch: Layout, progress: Progress, tmp_path: Path) -> None:
    install_files(scratch.python, [stand_in("1.31.1").write(tmp_path / "w")], progress)
    check = _pip(scratch, "check")
    assert check.returncode != 0
    assert "onnxruntime-gpu" in check.stdout
    assert not runtime_present(scratch, {"gpu": True})


def test_the_stand_in_owns_no_code(tmp_path: Path) -> None:
    with zipfile.ZipFile(stand_in("1.31.1").write(tmp_path)) as archive:
        assert all(".dist-info/" in name for name in archive.namelist())


def test_the_project_is_importable_from_the_checkout_and_brings_its_command(
    scratch: Layout, progress: Progress
) -> None:
    install_project(scratch, progress)
    assert project_installed(scratch)
    assert installed(scratch, "visavis")
    where = subprocess.run(
        [scratch.python, "-c", "import installer; print(installer.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()) == scratch.checkout / "installer" / "__init__.py"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    code = "import os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    quiet = subprocess.run([scratch.python, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert quiet.stdout.strip() == "1"
    shown = _pip(scratch, "show", "--files", "visavis").stdout
    assert f"Version: {editable_wheel(scratch.checkout).version}" in shown
    assert "aiortc" in shown
    assert _pip(scratch, "uninstall", "--yes", "visavis").returncode == 0
    assert not project_installed(scratch)


def test_the_model_that_checks_the_runtime_is_one_that_runs() -> None:
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(base64.b64decode(IDENTITY_MODEL), providers=["CPUExecutionProvider"])
    assert session.run(None, {"x": np.array([2.5], np.float32)})[0].tolist() == [2.5]
