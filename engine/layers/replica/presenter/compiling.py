"""From Python loops to object code, by numba; only imported where there is no code yet."""

import importlib
from collections.abc import Iterator
from types import FunctionType
from typing import Any, Final

import llvmlite.binding as llvm  # type: ignore[import-untyped]
from numba import njit

from engine.layers.replica.presenter.kernels import Compiled, Inlined

_MODULES: Final = ("influence", "key_weights", "motion", "outline", "pictures", "raster", "shading")
_OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "fastmath": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
_NO_OWNER: Final = "define void @NRT_MemInfo_call_dtor(ptr %memory) { ret void }"
"""Arrays come from Python, which keeps them alive: there is nothing that compiled code could ever free."""


_OF_EVERY_PROCESS: Final = frozenset({"memset", "memcpy", "memmove"})


def compiled_functions() -> Iterator[Compiled[Any]]:
    """Yield every function of this package that has machine code."""
    for module in _MODULES:
        package = __name__.rpartition(".")[0]
        for value in vars(importlib.import_module(f"{package}.{module}")).values():
            if isinstance(value, Compiled) and value.function.__module__ == f"{package}.{module}":
                yield value


def object_code() -> bytes:
    """Compile them all for this processor."""
    return _emitted([_translated(function) for function in compiled_functions()])


def _translated(function: Compiled[Any]) -> llvm.ModuleRef:
    dispatcher = _dispatcher(function, {})
    dispatcher.compile(f"void({','.join(function.signature.split(';'))})")
    (result,) = dispatcher.overloads.values()
    module = llvm.parse_assembly(result.library.get_llvm_str())
    module.get_function(result.fndesc.llvm_func_name).name = function.name
    for other in module.functions:
        if not other.is_declaration and other.name != function.name:
            other.linkage = "internal"
    for variable in module.global_variables:
        if not variable.is_declaration:
            variable.linkage = "internal"
    return module


def _dispatcher(function: Compiled[Any] | Inlined[Any, Any], made: dict[int, Any]) -> Any:
    """Return numba's form of a function, in whose namespace the functions that it calls have theirs."""
    python = function.function
    assert isinstance(python, FunctionType)
    if id(function) not in made:
        namespace = {
            name: _dispatcher(value, made)
            if name in python.__code__.co_names and isinstance(value, Compiled | Inlined)
            else value
            for name, value in python.__globals__.items()
        }
        own = FunctionType(python.__code__, namespace, python.__name__, python.__defaults__)
        made[id(function)] = njit(**_OPTIONS)(own)
    return made[id(function)]


def _emitted(modules: list[llvm.ModuleRef]) -> bytes:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    whole = llvm.parse_assembly("")
    whole.triple = llvm.get_process_triple()
    whole.data_layout = modules[0].data_layout
    for module in (*modules, llvm.parse_assembly(_NO_OWNER)):
        whole.link_in(module)
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        codemodel="jitdefault",
        jit=True,
    )
    wanted = {other.name for other in whole.functions if other.is_declaration and not other.name.startswith("llvm.")}
    if not wanted <= _OF_EVERY_PROCESS:
        raise RuntimeError(f"compiled code would call {sorted(wanted - _OF_EVERY_PROCESS)}, which only numba has")
    code: bytes = machine.emit_object(whole)
    return code
