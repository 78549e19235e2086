"""Opening TensorFlow Lite networks so that they share the cores with everything else in the process."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnavailableError

Floats = NDArray[np.float32]


class Network:
    """A network with one picture as input, run on one thread; used by one thread at a time."""

    def __init__(self, path: Path, side: int, outputs: tuple[tuple[int, ...], ...]) -> None:
        """Load a network that takes float32 [1, side, side, 3] and gives float32 of the shapes in `outputs`, in any order.

        Raises ModelUnavailableError when the file is missing, damaged or another network, or when the package `ai-edge-litert` is.
        """
        if not path.is_file():
            raise ModelUnavailableError(f"{path} is missing; fetch it again with `visavis models pull`")
        try:
            from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped,import-not-found,unused-ignore]
        except ImportError as error:
            raise ModelUnavailableError("the package ai-edge-litert is missing; run the installer again") from error
        try:
            self._interpreter: Any = Interpreter(model_path=str(path), num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelUnavailableError(f"{path} does not load; check it with `visavis models verify`") from error
        inputs, given = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        shapes = [tuple(int(length) for length in output["shape"]) for output in given]
        expected = (1, side, side, 3)
        if len(inputs) != 1 or tuple(inputs[0]["shape"]) != expected or sorted(shapes) != sorted(outputs):
            raise ModelUnavailableError(f"{path} is another network than expected: {expected} to {outputs} is accepted")
        self._input = int(inputs[0]["index"])
        self._outputs = [int(given[shapes.index(shape)]["index"]) for shape in outputs]

    def run(self, picture: Floats) -> list[Floats]:
        """Return the outputs for a picture [side, side, 3], in the order that was asked for; they are the caller's."""
        self._interpreter.set_tensor(self._input, picture[None])
        self._interpreter.invoke()
        return [np.array(self._interpreter.get_tensor(index), np.float32) for index in self._outputs]
