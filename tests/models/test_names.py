"""Names and paths that stay where they belong."""

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.names import is_model_name, is_safe_path

NASTY = st.text(st.sampled_from(list("./\\:~ab\0\n %$@é")), max_size=20)


@given(NASTY | st.text(max_size=40))
def test_an_accepted_path_stays_below_its_folder(text: str) -> None:
    if is_safe_path(text):
        root = Path("/store/model")
        assert (root / text).resolve().is_relative_to(root)
        assert not PureWindowsPath(text).drive
        assert ".." not in PurePosixPath(text).parts
        assert "\\" not in text


@given(NASTY | st.text(max_size=40))
def test_an_accepted_name_is_one_folder(text: str) -> None:
    if is_model_name(text):
        assert Path(text).name == text
        assert not text.startswith((".", "-"))


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a/../b", "/etc/passwd", "a//b", "a/", "./a", "C:/a", "a\\b", "~/a", "a/.hidden", "a\0b", "-r"],
)
def test_paths_that_lead_astray_are_refused(text: str) -> None:
    assert not is_safe_path(text)


@pytest.mark.parametrize("text", ["model.bin", "onnx/model.onnx", "en_US-ljspeech-high.onnx.json", "a b/c@1+2"])
def test_ordinary_paths_are_accepted(text: str) -> None:
    assert is_safe_path(text)


@pytest.mark.parametrize("text", ["", "..", "a..b", "a/b", ".a", "-a", "a.", "blobs", "installed", "x" * 101])
def test_names_that_cannot_be_a_folder_are_refused(text: str) -> None:
    assert not is_model_name(text)
