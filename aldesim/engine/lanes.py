"""LLVM code over lanes: every value is a vector with one patient per element."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

FAST = ("contract", "arcp", "nsz", "reassoc")
"""Freedom given to model arithmetic. NaN and infinity keep their meaning: steps are rejected by
them. Control code and vector mathematics get no freedom at all."""

DOUBLE = ir.DoubleType()
INT = ir.IntType(64)

Builder = Any
"""An ``llvmlite.ir.IRBuilder``, whose methods carry no types."""
Value = Any
"""An ``llvmlite.ir.Value``, likewise."""


class Lanes:
    """An LLVM module and the vector types of one width.

    Parameters
    ----------
    width : int
        Lanes in a vector.
    """

    def __init__(self, width: int):
        self.width = width
        self.module = ir.Module("aldesim")
        self.vector = ir.VectorType(DOUBLE, width)
        self.integers = ir.VectorType(INT, width)
        self.mask = ir.VectorType(ir.IntType(1), width)
        self.pointer = self.vector.as_pointer()
        self._intrinsics: dict[str, ir.Function] = {}

    def number(self, value: float) -> ir.Constant:
        """The same number in every lane."""
        return ir.Constant(self.vector, [ir.Constant(DOUBLE, float(value))] * self.width)

    def integer(self, value: int) -> ir.Constant:
        """The same 64-bit integer in every lane."""
        return ir.Constant(self.integers, [ir.Constant(INT, value)] * self.width)

    def truth(self, value: bool) -> ir.Constant:
        """The same truth value in every lane."""
        return ir.Constant(self.mask, [ir.Constant(ir.IntType(1), int(value))] * self.width)

    def function(
        self,
        name: str,
        args: Sequence[ir.Type],
        result: ir.Type | None = None,
        public: bool = False,
    ) -> tuple[ir.Function, Builder]:
        """A new function and a builder at its start. Pointer arguments never overlap."""
        kind = ir.FunctionType(ir.VoidType() if result is None else result, args)
        function = ir.Function(self.module, kind, name)
        if not public:
            function.linkage = "internal"
        for argument in function.args:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")
        return function, ir.IRBuilder(function.append_basic_block("start"))

    def intrinsic(self, builder: Builder, name: str, *args: Value) -> Value:
        """Call of an LLVM vector intrinsic such as ``sqrt`` or ``fmuladd``."""
        if name not in self._intrinsics:
            kind = ir.FunctionType(self.vector, [self.vector] * len(args))
            full = f"llvm.{name}.v{self.width}f64"
            self._intrinsics[name] = ir.Function(self.module, kind, full)
        return builder.call(self._intrinsics[name], args)

    def muladd(self, builder: Builder, a: Value, b: Value, c: Value) -> Value:
        """Product plus c, fused where the processor can (never a library call)."""
        return self.intrinsic(builder, "fmuladd", a, b, c)

    def row(self, builder: Builder, base: Value, index: int | Value) -> Value:
        """Address of a row of lanes."""
        place = ir.Constant(INT, index) if isinstance(index, int) else index
        return builder.gep(base, [place])

    def load(self, builder: Builder, base: Value, index: int | Value) -> Value:
        """A row of lanes."""
        return builder.load(self.row(builder, base, index), align=8 * self.width)

    def store(self, builder: Builder, value: Value, base: Value, index: int | Value) -> None:
        """Write a row of lanes."""
        builder.store(value, self.row(builder, base, index), align=8 * self.width)

    def spread(self, builder: Builder, scalar: Value) -> Value:
        """A scalar in every lane."""
        zero = ir.Constant(ir.IntType(32), 0)
        undefined = ir.Constant(self.vector, ir.Undefined)
        single = builder.insert_element(undefined, scalar, zero)
        order = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [zero] * self.width)
        return builder.shuffle_vector(single, undefined, order)

    def variable(self, builder: Builder, value: float) -> Value:
        """A local variable of one number per lane, for totals over loops."""
        with builder.goto_entry_block():
            place = builder.alloca(self.vector)
        builder.store(self.number(value), place)
        return place

    def every(self, builder: Builder, mask: Value) -> Value:
        """Whether a mask is true in all lanes."""
        kind = ir.IntType(self.width)
        return builder.icmp_unsigned(
            "==", builder.bitcast(mask, kind), ir.Constant(kind, (1 << self.width) - 1)
        )

    def loop(
        self,
        builder: Builder,
        start: Value,
        stop: Value,
        body: Callable[[Builder, Any], None],
    ) -> None:
        """A loop over start <= index < stop; the builder goes on behind it."""
        function = builder.function
        head = function.append_basic_block("head")
        inside = function.append_basic_block("inside")
        after = function.append_basic_block("after")
        before = builder.block
        builder.branch(head)
        builder.position_at_end(head)
        index = builder.phi(INT)
        index.add_incoming(start, before)
        builder.cbranch(builder.icmp_signed("<", index, stop), inside, after)
        builder.position_at_end(inside)
        body(builder, index)
        index.add_incoming(builder.add(index, ir.Constant(INT, 1)), builder.block)
        builder.branch(head)
        builder.position_at_end(after)

    def each(self, builder: Builder, count: int, body: Callable[[Builder, Any], None]) -> None:
        """A loop over 0 <= index < count."""
        self.loop(builder, ir.Constant(INT, 0), ir.Constant(INT, count), body)
