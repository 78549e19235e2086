"""Machine code is kept where only its user can write, and taken only from there."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.layers.replica.presenter import compile_all
from engine.layers.replica.presenter.compiling import compiled_functions
from engine.layers.replica.presenter.kernels import compiled, inlined
from engine.layers.replica.presenter.machine_code import code_name, keep_code, kept_code, machine_code
from engine.layers.replica.presenter.motion import morph

CODE = b"\x7fELF and so on"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "machine" / "presenter-0.o"


def test_what_was_kept_is_found_again(file: Path) -> None:
    assert kept_code(file) is None
    assert keep_code(CODE, [file]) == file
    assert kept_code(file) == CODE
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no such modes here")
def test_nobody_else_can_write_what_is_kept(file: Path) -> None:
    before = os.umask(0)
    try:
        keep_code(CODE, [file])
    finally:
        os.umask(before)
    assert not file.parent.stat().st_mode & 0o022
    assert not file.stat().st_mode & 0o022


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no such modes here")
@pytest.mark.parametrize("which", ["file", "folder"])
def test_what_others_could_have_written_is_not_run(file: Path, which: str) -> None:
    keep_code(CODE, [file])
    (file if which == "file" else file.parent).chmod(0o777)
    assert kept_code(file) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no such modes here")
def test_what_belongs_to_another_user_is_not_run(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_code(CODE, [file])
    if file.stat().st_uid == 0:
        pytest.skip("root is trusted by everybody")
    monkeypatch.setattr(os, "getuid", lambda: file.stat().st_uid + 1)
    assert kept_code(file) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no such modes here")
def test_nothing_is_kept_in_a_folder_of_everybody(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.parent.chmod(0o777)
    elsewhere = tmp_path / "own" / file.name
    assert keep_code(CODE, [file, elsewhere]) == elsewhere


def test_damaged_code_is_not_run(file: Path) -> None:
    keep_code(CODE, [file])
    for content in (file.read_bytes()[:-1], b"", hashlib.sha256(b"").digest() + CODE):
        file.write_bytes(content)
        assert kept_code(file) is None


def test_code_goes_to_the_first_place_that_can_be_written(file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    nowhere = tmp_path / "file" / "below" / file.name
    assert keep_code(CODE, [nowhere, file]) == file
    assert keep_code(CODE, [nowhere]) is None


def test_other_sources_and_other_processors_have_other_code(tmp_path: Path) -> None:
    source = tmp_path / "source.py"
    source.write_text("a = 1\n")
    before = code_name([source])
    assert code_name([source]) == before
    assert code_name([source], "another") != before
    source.write_text("a = 2\n")
    assert code_name([source]) != before


def test_every_compiled_function_is_in_the_code() -> None:
    functions = list(compiled_functions())
    assert len(functions) >= 15
    assert all(machine_code().address(function.name) for function in functions)
    with pytest.raises(LookupError, match="nothing"):
        machine_code().address("nothing")


def test_a_compiled_function_does_as_its_source_says() -> None:
    rest, deltas = np.arange(6, dtype=np.float32), np.array([[1, 0, -3, 0, 5, 0], [0, 7, 0, 0, 0, 1]], np.int8)
    scales, weights = np.array([0.5, 2.0], np.float32), np.array([1.0, 0.25], np.float32)
    by_machine, by_python = np.empty(6, np.float32), np.empty(6, np.float32)
    morph(rest, deltas, scales, weights, by_machine)
    morph.function(rest, deltas, scales, weights, by_python)
    assert by_machine == pytest.approx(by_python)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros(6), np.zeros((2, 3), np.float32), np.zeros(12, np.float32)[::2], [0.0] * 6],
    ids=["dtype", "axes", "gaps", "list"],
)
def test_an_array_of_another_kind_never_reaches_machine_code(wrong: object) -> None:
    good = np.zeros(6, np.float32)
    with pytest.raises(TypeError, match=r"motion\.morph.*contiguous array of float32 with 1 axes"):
        morph(wrong, np.zeros((1, 6), np.int8), good[:1], good[:1], good)  # type: ignore[arg-type]


def test_a_wrong_count_of_arguments_never_reaches_machine_code() -> None:
    with pytest.raises(TypeError, match="takes 5 arguments"):
        morph(np.zeros(6, np.float32))  # type: ignore[call-arg]


@pytest.mark.parametrize("signature", ["f4", "f4[:]", "c8[::1]", "f4[::1] f4[::1]"])
def test_a_signature_that_cannot_be_passed_is_refused(signature: str) -> None:
    with pytest.raises(ValueError, match="no kind of parameter"):
        compiled(signature)(lambda values: None)


def test_an_inlined_function_still_runs_as_python() -> None:
    @inlined
    def double(value: int) -> int:
        return 2 * value

    assert double(4) == 8


def test_a_start_with_its_code_at_hand_compiles_nothing(folder: Path) -> None:
    compile_all()
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from engine.layers.replica.presenter.replica import PresenterReplica\n"
        "PresenterReplica(Path(sys.argv[1]), lambda seed: None)\n"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] == 'numba' or 'compiling' in name))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"
