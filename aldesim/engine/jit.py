"""Machine code for a program: built by LLVM for this processor, cached as an object file."""

from __future__ import annotations

import ctypes
import platform
import threading
from functools import lru_cache

import llvmlite
import llvmlite.binding as llvm

from aldesim.engine import cache
from aldesim.engine.program import Program
from aldesim.engine.tableau import Tableau

_OPTIMISATION = 2
WIDTHS = (1, 2, 4, 8)
_ONE_AT_A_TIME = threading.Lock()
"""LLVM's global context is not safe to share between threads."""


@lru_cache(maxsize=1)
def _features() -> dict[str, bool]:
    return dict(llvm.get_host_cpu_features())


def host_width() -> int:
    """Lanes per vector that suit this processor: 8 with AVX-512, 4 with AVX2, otherwise 2."""
    features = _features()
    if all(features.get(name, False) for name in ("avx512f", "avx512dq", "avx512vl")):
        return 8
    return 4 if features.get("avx2", False) else 2


class Machine:
    """The compiled functions of a program.

    Parameters
    ----------
    program : Program
        What to compile.
    tableau : Tableau
        The method.
    width : int
        Lanes per vector.

    Attributes
    ----------
    prepare, observe, slopes, advance : callable
        Entry points, see ``kernels`` and ``stepper``; arrays are passed as addresses. They release
        the interpreter lock.
    workspace_rows : int
        Rows of scratch memory each thread needs.
    """

    def __init__(self, program: Program, tableau: Tableau, width: int):
        self.width = width
        with _ONE_AT_A_TIME:
            self._build(program, tableau)

    def _build(self, program: Program, tableau: Tableau) -> None:
        width = self.width
        name = f"{cache.key(program.to_json(), tableau, width, *_host())}.o"
        content = cache.read(name)
        if content is None:
            content = _compile(program, tableau, width)
            cache.write(name, content)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(content))
        self._engine.finalize_object()
        pointer, number = ctypes.c_void_p, ctypes.c_double
        self.prepare = self._function("prepare", [pointer] * 3)
        self.observe = self._function("observe", [pointer] * 4)
        self.slopes = self._function("slopes", [pointer] * 4)
        self.advance = self._function("advance", [pointer] * 6 + [number] * 4)

        rows = ctypes.CFUNCTYPE(ctypes.c_int64)(self._engine.get_function_address("workspace_rows"))
        self.workspace_rows = rows()

    def _function(self, name: str, args: list) -> ctypes._CFunctionType:  # type: ignore[name-defined]
        kind = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, *args)
        return kind(self._engine.get_function_address(name))


def _target() -> llvm.TargetMachine:
    """A new target machine; an execution engine owns, and ends, the one it is given."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=_feature_text(), opt=_OPTIMISATION
    )


def _feature_text() -> str:
    """The processor's features; vectors of 512 bits are used where there are any."""
    text = llvm.get_host_cpu_features().flatten()
    return f"{text},-prefer-256-bit" if platform.machine() in ("x86_64", "AMD64") else text


def _host() -> tuple[str, ...]:
    return (llvm.get_host_cpu_name(), _feature_text(), llvmlite.__version__, str(_OPTIMISATION))


def _compile(program: Program, tableau: Tableau, width: int) -> bytes:
    from aldesim.engine.emit import emit

    target = _target()
    module = llvm.parse_assembly(emit(program, tableau, width))
    options = llvm.create_pipeline_tuning_options(speed_level=_OPTIMISATION)
    passes = llvm.create_pass_builder(target, options)
    passes.getModulePassManager().run(module, passes)
    return target.emit_object(module)
