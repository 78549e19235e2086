"""Faces for the tests: a synthetic presenter (Nia) with her mouth closed and open, 320 pixels square."""

from pathlib import Path
from typing import Final

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import ModelError
from tests.model_files import home, model_store

Rgb = NDArray[np.uint8]
EYES: Final = ((134.0, 121.5), (187.0, 121.5))
"""Where the eyes are in both, on the picture's left and right."""


def picture(name: str) -> Rgb:
    """Decode `closed` or `open`."""
    with av.open(str(Path(__file__).with_name(f"{name}.webp"))) as container:
        return np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)


def stored(model: str) -> Path:
    """Return the folder of a model in the store; skips the test where it is not there. Nothing is fetched."""
    pytest.importorskip("ai_edge_litert", reason="pip install ai-edge-litert")
    try:
        return model_store().checked(model)
    except ModelError:
        pytest.skip(f"not in {home()}: {model} (python -m models pull {model})")


def shifted(rgb: Rgb, right: int, down: int) -> Rgb:
    """Move a picture over its edge; what comes in is black."""
    moved = np.zeros_like(rgb)
    height, width = rgb.shape[:2]
    moved[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = rgb[
        max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return moved
