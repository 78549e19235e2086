"""The loops of the frame path: written in Python, run as machine code that was made beforehand.

A function marked `compiled` is called from Python like any other, one marked `inlined` only from within compiled ones. numba translates
them once (`compiling`), and the result is kept in a file (`machine_code`): a process that finds it loads it and never imports numba.
"""

import ctypes
import re
from collections.abc import Callable
from typing import Any, Final, Generic, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.presenter.machine_code import machine_code

_P = ParamSpec("_P")
_R = TypeVar("_R")

_SCALARS: Final = {"f8": ctypes.c_double, "i8": ctypes.c_int64}
_PARAMETER: Final = re.compile(r"(b1|i1|u1|u2|u4|i4|i8|f4|f8)(\[(?::,){0,3}::1\])?")
_UNUSED: Final = 64
"""Bytes for a result and an error's description: the loops have neither."""


class Inlined(Generic[_P, _R]):
    """A function that compiled ones call."""

    def __init__(self, function: Callable[_P, _R]) -> None:
        self.function: Final = function

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Run it as plain Python: slowly, for tests."""
        return self.function(*args, **kwargs)


class Compiled(Generic[_P]):
    """A function with machine code of its own; the GIL is released while it runs."""

    def __init__(self, function: Callable[_P, None], signature: str) -> None:
        self.function: Final = function
        self.signature: Final = signature
        self.name: Final = f"{function.__module__}.{function.__qualname__}"
        self._kinds: Final = [_kind(part) for part in signature.split(";")]
        self._entry: Callable[..., int] | None = None

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> None:
        """Run the machine code; raises TypeError for an array of another dtype, number of axes or memory layout."""
        if kwargs or len(args) != len(self._kinds):
            raise TypeError(f"{self.name} takes {len(self._kinds)} arguments, without names")
        entry = self._entry or self._bound()
        unused = ctypes.create_string_buffer(_UNUSED)
        flat: list[object] = [ctypes.addressof(unused), ctypes.addressof(unused)]
        for kind, value in zip(self._kinds, args, strict=True):
            if kind is None:
                flat.append(value)
            else:
                flat += self._parts(kind, value)
        if entry(*flat) != 0:
            raise RuntimeError(f"{self.name} failed")

    def _parts(self, kind: tuple[np.dtype[Any], int], value: object) -> tuple[object, ...]:
        # numba hands an array over as owner, parent, size, bytes of an item, address, shape and strides.
        dtype, axes = kind
        if (
            not isinstance(value, np.ndarray)
            or value.dtype != dtype
            or value.ndim != axes
            or not value.flags.c_contiguous
        ):
            found = f"{value.dtype}{list(value.shape)}" if isinstance(value, np.ndarray) else type(value).__name__
            raise TypeError(f"{self.name}: {found} is no contiguous array of {dtype} with {axes} axes")
        array: NDArray[Any] = value
        return None, None, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides

    def _bound(self) -> Callable[..., int]:
        types: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
        for kind, part in zip(self._kinds, self.signature.split(";"), strict=True):
            if kind is None:
                types.append(_SCALARS[part.strip()])
            else:
                types += [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]
                types += [ctypes.c_int64] * (2 * kind[1])
        entry: Callable[..., int] = ctypes.CFUNCTYPE(ctypes.c_int32, *types)(machine_code().address(self.name))
        self._entry = entry
        return entry


def _kind(part: str) -> tuple[np.dtype[Any], int] | None:
    found = _PARAMETER.fullmatch(part.strip())
    if not found or (not found[2] and found[1] not in _SCALARS):
        raise ValueError(f"{part!r} is no kind of parameter")
    return (np.dtype(found[1]), found[2].count(",") + 1) if found[2] else None


def compiled(signature: str) -> Callable[[Callable[_P, None]], Compiled[_P]]:
    """Mark a function without result; `signature` gives its parameters, `;` between them: `f4[:,::1]; u1[::1]; f8`."""
    return lambda function: Compiled(function, signature)


def inlined(function: Callable[_P, _R]) -> Inlined[_P, _R]:
    """Mark a function that compiled ones call; its parameters' types are those of the call."""
    return Inlined(function)
