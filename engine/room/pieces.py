"""Sound that waits in pieces of any length."""

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read(pieces: "deque[NDArray[Any]]", out: NDArray[Any]) -> None:
    """Move the first samples that wait into `out`, shape [n] and of the pieces' dtype; at least so many have to wait."""
    filled = 0
    while filled < out.size:
        piece = pieces[0]
        part = min(piece.size, out.size - filled)
        np.copyto(out[filled : filled + part], piece[:part])
        filled += part
        if part == piece.size:
            pieces.popleft()
        else:
            pieces[0] = piece[part:]
