"""A program's kernels as LLVM code: prepare, rates, Jacobian, observables, sparse LU and solve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llvmlite import ir

from aldesim.engine.lanes import FAST, INT, Builder, Lanes, Value
from aldesim.engine.program import Kernel, Program
from aldesim.engine.sparse import Elimination
from aldesim.engine.vectormath import VectorMath

_ARITHMETIC = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_COMPARISON = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_LOGIC = {"and": "and_", "or": "or_", "xor": "xor"}
_INTRINSIC = {
    "sqrt": "sqrt",
    "abs": "fabs",
    "floor": "floor",
    "ceil": "ceil",
    "min": "minimum",
    "max": "maximum",
}


class Kernels:
    """The kernels of one program in one module.

    Parameters
    ----------
    lanes : Lanes
        Module and width.
    program : Program
        What to compile.
    elimination : Elimination
        Plan of the LU decomposition.

    Attributes
    ----------
    rates, rates_jacobian, factor, solve : llvmlite.ir.Function
        Work on one group of lanes: ``rates(states, constants, inputs, out)``,
        ``rates_jacobian(states, constants, inputs, out, matrix, shift)`` with
        matrix = shift * I - J, ``factor(matrix)``, ``solve(matrix, x)``.
    constants, inputs : int
        Rows per group of the two arrays.
    math : VectorMath
        The elementary functions of the module.
    """

    def __init__(self, lanes: Lanes, program: Program, elimination: Elimination):
        self._lanes, self._program, self._elimination = lanes, program, elimination
        self.math = VectorMath(lanes)
        self.constants, self.inputs = program.constants, len(program.inputs)
        self.rates = self._rates("rates", program.rates, with_jacobian=False)
        self.rates_jacobian = self._rates("rates_jacobian", program.rates_jacobian, True)
        self.factor = self._factor()
        self.solve = self._solve()
        self._public()

    def _emit(self, b: Builder, kernel: Kernel, sources: dict[str, Value]) -> list[Value]:
        """Values of a kernel's outputs."""
        values: list[Value] = []
        for instruction in kernel.code:
            values.append(self._value(b, instruction, values, sources))
        return [values[position] for position in kernel.outputs]

    def _value(
        self,
        b: Builder,
        instruction: Sequence,
        values: Sequence[Value],
        sources: dict[str, Value],
    ) -> Value:
        lanes = self._lanes
        operation = instruction[0]
        if operation == "number":
            return lanes.number(instruction[1])
        if operation in sources:
            return lanes.load(b, sources[operation], instruction[1])
        args = [values[position] for position in instruction[1:]]
        if operation in _ARITHMETIC:
            return getattr(b, _ARITHMETIC[operation])(*args, flags=FAST)
        if operation == "neg":
            return b.fneg(args[0], flags=FAST)
        if operation in _COMPARISON:
            compare = b.fcmp_unordered if operation == "ne" else b.fcmp_ordered
            return compare(_COMPARISON[operation], *args)
        if operation in _LOGIC:
            return getattr(b, _LOGIC[operation])(*args)
        if operation in _INTRINSIC:
            return lanes.intrinsic(b, _INTRINSIC[operation], *args)
        if operation == "select":
            return b.select(*args)
        if operation == "not":
            return b.not_(args[0])
        if operation in ("true", "false"):
            return lanes.truth(operation == "true")
        return self.math.call(b, operation, args[0])

    def _rates(self, name: str, kernel: Kernel, with_jacobian: bool) -> ir.Function:
        lanes, size = self._lanes, len(self._program.states)
        function, b = lanes.function(name, [lanes.pointer] * (6 if with_jacobian else 4))
        function.attributes.add("noinline")
        states, constants, inputs, out = function.args[:4]
        values = self._emit(b, kernel, {"state": states, "constant": constants, "input": inputs})
        for row, value in enumerate(values[:size]):
            lanes.store(b, value, out, row)
        if with_jacobian:
            self._matrix(b, values[size:], *function.args[4:])
        b.ret_void()
        return function

    def _matrix(self, b: Builder, values: Sequence[Value], matrix: Value, shift: Value) -> None:
        lanes = self._lanes
        entries = dict(zip(self._program.pattern, values, strict=True))
        diagonal = lanes.load(b, shift, 0)
        for (row, column), slot in self._elimination.slots.items():
            value: Value = diagonal if row == column else lanes.number(0.0)
            if (row, column) in entries:
                value = b.fsub(value, entries[row, column], flags=FAST)
            lanes.store(b, value, matrix, slot)

    def _factor(self) -> ir.Function:
        """LU in place; the diagonal holds reciprocal pivots."""
        lanes, slots = self._lanes, self._elimination.slots
        function, b = lanes.function("factor", [lanes.pointer])
        function.attributes.add("noinline")
        matrix = function.args[0]
        value = {entry: lanes.load(b, matrix, slot) for entry, slot in slots.items()}
        for pivot, below, right in self._elimination.pivots:
            reciprocal = b.fdiv(lanes.number(1.0), value[pivot, pivot], flags=FAST)
            value[pivot, pivot] = reciprocal
            for i in below:
                factor = b.fmul(value[i, pivot], reciprocal, flags=FAST)
                value[i, pivot] = factor
                for j in right:
                    product = b.fmul(factor, value[pivot, j], flags=FAST)
                    value[i, j] = b.fsub(value[i, j], product, flags=FAST)
        for entry, slot in slots.items():
            lanes.store(b, value[entry], matrix, slot)
        b.ret_void()
        return function

    def _solve(self) -> ir.Function:
        """Forward and back substitution in place."""
        lanes, slots = self._lanes, self._elimination.slots
        function, b = lanes.function("solve", [lanes.pointer] * 2)
        function.attributes.add("noinline")
        matrix, out = function.args
        x = [lanes.load(b, out, row) for row in range(len(self._program.states))]

        def less(i: int, j: int) -> None:
            product = b.fmul(lanes.load(b, matrix, slots[i, j]), x[j], flags=FAST)
            x[i] = b.fsub(x[i], product, flags=FAST)

        for pivot, below, _ in self._elimination.pivots:
            for i in below:
                less(i, pivot)
        for pivot, _, right in reversed(self._elimination.pivots):
            for j in right:
                less(pivot, j)
            x[pivot] = b.fmul(x[pivot], lanes.load(b, matrix, slots[pivot, pivot]), flags=FAST)
        for row, value in enumerate(x):
            lanes.store(b, value, out, row)
        b.ret_void()
        return function

    def _public(self) -> None:
        """Entry points over a range of groups, all called ``f(first, last, array, ...)``."""
        program = self._program
        size = len(program.states)
        running = (size, program.constants, len(program.inputs))

        def prepare(b: Builder, rows: list[Value]) -> None:
            parameters, constants, states = rows
            values = self._emit(b, program.prepare, {"parameter": parameters})
            for row, value in enumerate(values[: program.constants]):
                self._lanes.store(b, value, constants, row)
            for row, value in enumerate(values[program.constants :]):
                self._lanes.store(b, value, states, row)

        def observe(b: Builder, rows: list[Value]) -> None:
            sources = {"state": rows[0], "constant": rows[1], "input": rows[2]}
            for row, value in enumerate(self._emit(b, program.observe, sources)):
                self._lanes.store(b, value, rows[3], row)

        def slopes(b: Builder, rows: list[Value]) -> None:
            b.call(self.rates, rows)

        self._over_groups("prepare", (len(program.parameters), program.constants, size), prepare)
        self._over_groups("observe", (*running, len(program.computed)), observe)
        self._over_groups("slopes", (*running, size), slopes)

    def _over_groups(
        self,
        name: str,
        rows: Sequence[int],
        body: Callable[[Builder, list[Value]], None],
    ) -> None:
        """A public function that runs ``body`` for each group; ``rows`` are the array heights."""
        lanes = self._lanes
        function, b = lanes.function(name, [INT, INT] + [lanes.pointer] * len(rows), public=True)
        first, last, *arrays = function.args

        def one(b: Builder, group: Value) -> None:
            bases = [
                b.gep(array, [b.mul(group, ir.Constant(INT, height))])
                for array, height in zip(arrays, rows, strict=True)
            ]
            body(b, bases)

        lanes.loop(b, first, last, one)
        b.ret_void()
