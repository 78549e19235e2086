"""What does not load is an error that names the file, never a crash."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.llm.llama import LlamaChatModel
from tests.layers.llm.conftest import model_path
from tests.model_files import NEEDS_MODELS

pytestmark = [*NEEDS_MODELS]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"absent\.gguf cannot be read"):
        LlamaChatModel(tmp_path / "absent.gguf")


@pytest.mark.parametrize("content", [b"", b"GG", b"GGUF", b"GGUF\xff\xff\xff\xff", b"<html>not here</html>"])
def test_a_file_that_is_no_gguf_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailableError, match=r"wrong\.gguf is not a GGUF file.*visavis models pull"):
        LlamaChatModel(path)


@pytest.mark.parametrize("damage", ["cut short", "empty header", "garbage in the header"])
def test_a_damaged_file_is_an_error_and_not_a_crash(tmp_path: Path, damage: str) -> None:
    sound = model_path().read_bytes()
    content = {
        "cut short": sound[: len(sound) // 2],
        "empty header": sound[:24] + bytes(2_000_000),
        "garbage in the header": sound[:24] + bytes(255 - byte for byte in sound[24:4096]) + sound[4096:4_000_000],
    }[damage]
    path = tmp_path / "damaged.gguf"
    path.write_bytes(content)
    # In a process of its own: a crash of llama.cpp would take the tests with it.
    code = (
        "import sys; from pathlib import Path\n"
        "from engine.errors import ModelUnavailableError\n"
        "from engine.layers.llm.llama import LlamaChatModel\n"
        "try: LlamaChatModel(Path(sys.argv[1]))\n"
        "except ModelUnavailableError as error: print(error)"
    )
    root = Path(__file__).parents[3]
    ran = subprocess.run([sys.executable, "-c", code, path], cwd=root, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "damaged.gguf does not load" in ran.stdout


def test_a_context_that_is_too_short_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="context: 10 is not accepted; 256 tokens or more"):
        LlamaChatModel(model_path(), context=10)
