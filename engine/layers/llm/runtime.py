"""llama.cpp itself: loaded once, quiet, with a processor to compute on."""

import ctypes
import logging
from functools import cache
from pathlib import Path
from typing import Any, Final

from engine.errors import ModelUnavailableError

_log = logging.getLogger("llama.cpp")
_ERROR: Final = 4
"""GGML_LOG_LEVEL_ERROR; 5 continues the line before."""


@cache
def llama_cpp() -> Any:
    """Return llama.cpp's C functions as a module, initialised; only its errors reach Python's logging.

    Raises ModelUnavailableError when the package is not installed or cannot compute on this machine.
    """
    try:
        from llama_cpp import llama_cpp as functions
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelUnavailableError(
            f"llama-cpp-python does not load ({error}); run `python3 -m installer run` to build it"
        ) from error
    functions.llama_log_set(_log_callback(functions), ctypes.c_void_p(None))
    functions.llama_backend_init()
    _ensure_processor(functions._lib, Path(functions.__file__).parent)
    return functions


@cache
def _log_callback(functions: Any) -> Any:
    """Return the C callback; the cache keeps it alive as long as llama.cpp may call it."""

    def receive(level: int, text: bytes, _data: object) -> None:
        message = text.decode(errors="replace").strip()
        if level == _ERROR and message:
            _log.error("%s", message)

    return functions.llama_log_callback(receive)


def _ensure_processor(library: Any, package: Path) -> None:
    """Load the processor variants that lie beside the library when it was built to choose one at run time."""
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    library.ggml_backend_load_all_from_path.argtypes = [ctypes.c_char_p]
    for folder in (package / "lib", package.parent / "bin"):
        if library.ggml_backend_dev_count():
            return
        if folder.is_dir():
            library.ggml_backend_load_all_from_path(str(folder).encode())
    if not library.ggml_backend_dev_count():
        raise ModelUnavailableError(
            "llama.cpp finds no processor variant that runs here; run `python3 -m installer run` to build it anew"
        )
