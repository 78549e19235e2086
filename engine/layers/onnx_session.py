"""Opening ONNX networks so that they share the cores with everything else in the process."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelUnavailableError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def open_session(path: Path) -> "InferenceSession":
    """Open a network on the CPU with one thread that never spins; `run` may be called from any thread.

    Raises ModelUnavailableError naming the file when it is missing or is not a network that onnxruntime understands.
    """
    import onnxruntime

    if not path.is_file():
        raise ModelUnavailableError(f"{path} is missing; fetch it again with `visavis models pull`")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # A spinning thread takes a core from whoever draws or encodes beside it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    # It keeps a plan for each length of text that was ever spoken, and is no faster for it.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base class but Exception
        raise ModelUnavailableError(
            f"{path} does not load ({_first_line(error)}); check it with `visavis models verify` and fetch it again"
        ) from error


def require_inputs(session: "InferenceSession", path: Path, names: set[str]) -> None:
    """Raise ModelUnavailableError unless the network takes exactly the named inputs."""
    found = {value.name for value in session.get_inputs()}
    if found != names:
        raise ModelUnavailableError(
            f"{path} is another network than expected: it takes {sorted(found)}, accepted is {sorted(names)}"
        )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
