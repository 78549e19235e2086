"""Arrays and training states in files that are whole or not there, and that run no code when read."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save_arrays(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write named arrays; raises OSError."""
    temporary = _beside(path)
    with temporary.open("wb") as stream:
        np.savez(stream, **dict(arrays))  # type: ignore[arg-type]
    temporary.replace(path)


def load_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Read named arrays; raises OSError or ValueError."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def save_state(path: Path, state: Mapping[str, Any]) -> None:
    """Write a nest of dictionaries, lists, numbers and tensors; raises OSError."""
    import torch

    temporary = _beside(path)
    torch.save(dict(state), temporary)
    temporary.replace(path)


def load_state(path: Path) -> dict[str, Any]:
    """Read what `save_state` wrote, refusing anything but plain data; raises OSError or pickle.UnpicklingError."""
    import torch

    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def save_text(path: Path, text: str) -> None:
    """Write a text file; raises OSError."""
    temporary = _beside(path)
    temporary.write_text(text, "utf-8")
    temporary.replace(path)


def _beside(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".new-{os.getpid()}-{path.name}")
