"""Elementary functions over lanes: branch-free, about one unit in the last place.

No library call is made, so a lane's bits depend on nothing but its own argument. Reductions and
polynomials are textbook ones: exponential by Taylor series on |r| <= ln(2)/2, logarithm by the
odd series in s = (m - 1)/(m + 1), sine and cosine by Taylor series on |r| <= pi/4 after a
three-part reduction (W. J. Cody, W. Waite, Software Manual for the Elementary Functions, 1980).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llvmlite import ir

from aldesim.engine.lanes import Builder, Lanes, Value

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_HALF_PI = (1.57079632673412561417, 6.07710050630396597660e-11, 2.02226624879595063154e-21)
_ROUND = 6755399441055744.0
"""1.5 * 2^52: adding it leaves the nearest integer in the low bits of the sum."""
_ROUND_BITS = 0x4338000000000000
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_ONE_BITS = 0x3FF0000000000000
_LARGEST, _SMALLEST = 709.08, -708.39
"""Range in which 2^k * p(r) is normal: above it the result is infinity, below it zero."""


class VectorMath:
    """The functions of one module, each emitted when first used.

    Parameters
    ----------
    lanes : Lanes
        Module and width.
    """

    def __init__(self, lanes: Lanes):
        self._lanes = lanes
        self._functions: dict[str, ir.Function] = {}

    def call(self, builder: Builder, name: str, argument: Value) -> Value:
        """exp, expm1, log, tanh, sin or cos of a vector."""
        if name not in self._functions:
            lanes = self._lanes
            function, inner = lanes.function(f"vector_{name}", [lanes.vector], lanes.vector)
            function.attributes.add("alwaysinline")
            self._functions[name] = function
            inner.ret(getattr(self, f"_{name}")(inner, function.args[0]))
        return builder.call(self._functions[name], [argument])

    def _poly(self, b: Builder, x: Value, coefficients: Sequence[float]) -> Value:
        """Horner's rule, highest coefficient first."""
        total: Value = self._lanes.number(coefficients[0])
        for coefficient in coefficients[1:]:
            total = self._lanes.muladd(b, total, x, self._lanes.number(coefficient))
        return total

    def _nearest(self, b: Builder, x: Value, factor: float) -> tuple[Value, Value]:
        """Nearest integer to x * factor, as a number and in the low bits of an integer."""
        lanes = self._lanes
        shifted = lanes.muladd(b, x, lanes.number(factor), lanes.number(_ROUND))
        return b.fsub(shifted, lanes.number(_ROUND)), b.bitcast(shifted, lanes.integers)

    def _exp_parts(self, b: Builder, x: Value) -> tuple[Value, Value]:
        """exp(r) - 1 and 2^k for x = k ln 2 + r."""
        lanes = self._lanes
        k, bits = self._nearest(b, x, 1.0 / math.log(2.0))
        r = lanes.muladd(b, k, lanes.number(-_LN2_HIGH), x)
        r = lanes.muladd(b, k, lanes.number(-_LN2_LOW), r)
        series = [1.0 / math.factorial(n) for n in range(13, 1, -1)]
        tail = self._poly(b, r, series)
        minus_one = lanes.muladd(b, b.fmul(r, r), tail, r)
        scale = b.shl(b.add(bits, lanes.integer(1023)), lanes.integer(52))
        return minus_one, b.bitcast(scale, lanes.vector)

    def _inside(self, b: Builder, x: Value, low: float, high: float) -> Value:
        """The argument kept within bounds; NaN stays NaN."""
        lanes = self._lanes
        x = b.select(b.fcmp_ordered("<", x, lanes.number(low)), lanes.number(low), x)
        return b.select(b.fcmp_ordered(">", x, lanes.number(high)), lanes.number(high), x)

    def _exp(self, b: Builder, x: Value) -> Value:
        lanes = self._lanes
        minus_one, scale = self._exp_parts(b, self._inside(b, x, _SMALLEST, _LARGEST))
        value = lanes.muladd(b, minus_one, scale, scale)
        low = b.fcmp_ordered("<", x, lanes.number(_SMALLEST))
        high = b.fcmp_ordered(">", x, lanes.number(_LARGEST))
        value = b.select(low, lanes.number(0.0), value)
        return b.select(high, lanes.number(math.inf), value)

    def _expm1(self, b: Builder, x: Value) -> Value:
        lanes = self._lanes
        minus_one, scale = self._exp_parts(b, self._inside(b, x, -40.0, _LARGEST))
        value = lanes.muladd(b, minus_one, scale, b.fsub(scale, lanes.number(1.0)))
        high = b.fcmp_ordered(">", x, lanes.number(_LARGEST))
        return b.select(high, lanes.number(math.inf), value)

    def _tanh(self, b: Builder, x: Value) -> Value:
        lanes = self._lanes
        bounded = self._inside(b, x, -20.0, 20.0)
        minus_one, scale = self._exp_parts(b, b.fadd(bounded, bounded))
        e = lanes.muladd(b, minus_one, scale, b.fsub(scale, lanes.number(1.0)))
        return b.fdiv(e, b.fadd(e, lanes.number(2.0)))

    def _log(self, b: Builder, x: Value) -> Value:
        lanes = self._lanes
        small = b.fcmp_ordered("<", x, lanes.number(2.2250738585072014e-308))
        normal = b.select(small, b.fmul(x, lanes.number(2.0**54)), x)
        bits = b.bitcast(normal, lanes.integers)
        # Exponent + 1023, with the mantissa between sqrt(1/2) and sqrt(2).
        biased = b.lshr(b.add(bits, lanes.integer(_ONE_BITS - _SQRT_HALF_BITS)), lanes.integer(52))
        exponent = b.sub(biased, lanes.integer(1023))
        m = b.bitcast(b.sub(bits, b.shl(exponent, lanes.integer(52))), lanes.vector)
        k = b.bitcast(b.add(exponent, lanes.integer(_ROUND_BITS)), lanes.vector)
        k = b.fsub(k, lanes.number(_ROUND))
        k = b.fsub(k, b.select(small, lanes.number(54.0), lanes.number(0.0)))
        f = b.fsub(m, lanes.number(1.0))
        s = b.fdiv(f, b.fadd(f, lanes.number(2.0)))
        z = b.fmul(s, s)
        # log(m) = f - f^2/2 + s (f^2/2 + z P(z)), P(z) = 2/3 + 2/5 z + ...: f is exact.
        series = self._poly(b, z, [2.0 / n for n in range(19, 1, -2)])
        half = b.fmul(b.fmul(f, f), lanes.number(0.5))
        inner = lanes.muladd(
            b, s, lanes.muladd(b, z, series, half), b.fmul(k, lanes.number(_LN2_LOW))
        )
        value = lanes.muladd(b, k, lanes.number(_LN2_HIGH), b.fsub(f, b.fsub(half, inner)))
        value = b.select(b.fcmp_ordered("<", x, lanes.number(math.inf)), value, x)
        zero = b.fcmp_ordered("==", x, lanes.number(0.0))
        value = b.select(zero, lanes.number(-math.inf), value)
        negative = b.fcmp_ordered("<", x, lanes.number(0.0))
        return b.select(negative, lanes.number(math.nan), value)

    def _sin(self, b: Builder, x: Value) -> Value:
        return self._circular(b, x, 0)

    def _cos(self, b: Builder, x: Value) -> Value:
        return self._circular(b, x, 1)

    def _circular(self, b: Builder, x: Value, shift: int) -> Value:
        """sin(x + shift pi/2), accurate for |x| up to about 1e5."""
        lanes = self._lanes
        k, bits = self._nearest(b, x, 2.0 / math.pi)
        r = x
        for part in _HALF_PI:
            r = lanes.muladd(b, k, lanes.number(-part), r)
        z = b.fmul(r, r)
        odd = [(-1.0) ** n / math.factorial(2 * n + 1) for n in range(8, 0, -1)]
        even = [(-1.0) ** n / math.factorial(2 * n) for n in range(8, 0, -1)]
        sine = lanes.muladd(b, b.fmul(r, z), self._poly(b, z, odd), r)
        cosine = lanes.muladd(b, z, self._poly(b, z, even), lanes.number(1.0))
        quadrant = b.add(bits, lanes.integer(shift))
        swap = b.icmp_unsigned("!=", b.and_(quadrant, lanes.integer(1)), lanes.integer(0))
        value = b.select(swap, cosine, sine)
        sign = b.shl(b.and_(quadrant, lanes.integer(2)), lanes.integer(62))
        return b.bitcast(b.xor(b.bitcast(value, lanes.integers), sign), lanes.vector)
