"""A network that does not load is named."""

from pathlib import Path

import pytest

from engine.errors import ModelUnavailableError
from engine.layers.onnx_session import open_session


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"absent\.onnx is missing"):
        open_session(tmp_path / "absent.onnx")


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"not a network at all"])
def test_a_file_that_is_no_network(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailableError, match=r"broken\.onnx"):
        open_session(path)
