"""One Rosenbrock step as LLVM code, and a guess of the first step's size."""

from __future__ import annotations

from llvmlite import ir

from aldesim.engine.kernels import Kernels
from aldesim.engine.lanes import Builder, Lanes, Value
from aldesim.engine.layout import Workspace
from aldesim.engine.tableau import Tableau


class Rosenbrock:
    """The functions ``step`` and ``first_step`` of a module.

    Parameters
    ----------
    lanes : Lanes
        Module and width.
    kernels : Kernels
        Kernels of the program, in the same module.
    tableau : Tableau
        The method.
    work : Workspace
        Layout of the scratch memory.

    Attributes
    ----------
    step : llvmlite.ir.Function
        ``step(states, constants, inputs, atol, scratch, h, rtol)`` -> squared error norm.
    first_step : llvmlite.ir.Function
        ``first_step(states, constants, inputs, atol, scratch, rtol, span)`` -> step size.
    """

    def __init__(self, lanes: Lanes, kernels: Kernels, tableau: Tableau, work: Workspace):
        self._lanes, self._kernels, self._tableau, self._work = lanes, kernels, tableau, work
        self.step = self._step_function()
        self.first_step = self._first_function()

    def _combine(
        self,
        b: Builder,
        start: Value,
        weights: tuple[float, ...],
        work: Value,
        k: Value,
    ) -> Value:
        """Row k of start + sum of weight * stage."""
        lanes = self._lanes
        for stage, weight in enumerate(weights):
            if weight != 0.0:
                base = lanes.row(b, work, self._work.stage(stage))
                start = lanes.muladd(b, lanes.number(weight), lanes.load(b, base, k), start)
        return start

    def _step_function(self) -> ir.Function:
        """Try one step of size h: leaves the new state in the workspace, returns the error.

        The error is the mean over states of (error / (atol + rtol max(abs y, abs new y)))^2.
        """
        lanes, kernels, work, tableau = self._lanes, self._kernels, self._work, self._tableau
        size = work.states
        args = [lanes.pointer] * 5 + [lanes.vector, lanes.vector]
        function, b = lanes.function("step", args, lanes.vector)
        states, constants, inputs, atol, scratch, h, rtol = function.args

        def area(row: int) -> Value:
            return lanes.row(b, scratch, row)

        argument, result, matrix, shift = map(
            area, (work.argument, work.result, work.matrix, work.shift)
        )
        stages = [area(work.stage(i)) for i in range(tableau.stages)]
        per_h = b.fdiv(lanes.number(1.0), h)
        lanes.store(b, b.fmul(per_h, lanes.number(1.0 / tableau.gamma)), shift, 0)
        b.call(kernels.rates_jacobian, [states, constants, inputs, stages[0], matrix, shift])
        b.call(kernels.factor, [matrix])
        b.call(kernels.solve, [matrix, stages[0]])
        for i in range(1, tableau.stages):
            self._argument(b, i, states, argument, scratch)
            b.call(kernels.rates, [argument, constants, inputs, stages[i]])

            def right_side(b: Builder, k: Value, i: int = i) -> None:
                past = self._combine(b, lanes.number(0.0), tableau.c[i], scratch, k)
                value = lanes.muladd(b, per_h, past, lanes.load(b, stages[i], k))
                lanes.store(b, value, stages[i], k)

            lanes.each(b, size, right_side)
            b.call(kernels.solve, [matrix, stages[i]])
        total = lanes.variable(b, 0.0)

        def error(b: Builder, k: Value) -> None:
            last = lanes.load(b, stages[-1], k)
            new = b.fadd(lanes.load(b, argument, k), last)
            lanes.store(b, new, result, k)
            sizes = [lanes.intrinsic(b, "fabs", v) for v in (lanes.load(b, states, k), new)]
            larger = b.select(b.fcmp_ordered(">", sizes[0], sizes[1]), *sizes)
            share = b.fdiv(last, lanes.muladd(b, rtol, larger, lanes.load(b, atol, k)))
            summed = lanes.muladd(b, share, share, b.load(total))
            # 0 * new is NaN for an infinite state, which a large scale would hide.
            b.store(lanes.muladd(b, new, lanes.number(0.0), summed), total)

        lanes.each(b, size, error)
        b.ret(b.fmul(b.load(total), lanes.number(1.0 / size)))
        return function

    def _argument(self, b: Builder, i: int, states: Value, argument: Value, scratch: Value) -> None:
        """State at which stage i is evaluated; often the previous one plus one stage."""
        lanes, a = self._lanes, self._tableau.a
        grows = i > 1 and a[i] == (*a[i - 1], 1.0)

        def body(b: Builder, k: Value) -> None:
            if grows:
                previous = lanes.load(b, lanes.row(b, scratch, self._work.stage(i - 1)), k)
                value = b.fadd(lanes.load(b, argument, k), previous)
            else:
                value = self._combine(b, lanes.load(b, states, k), a[i], scratch, k)
            lanes.store(b, value, argument, k)

        lanes.each(b, self._work.states, body)

    def _first_function(self) -> ir.Function:
        """A first step size: a hundredth of size over slope, between 1e-6 and 0.1 of the span."""
        lanes, work = self._lanes, self._work
        args = [lanes.pointer] * 5 + [lanes.vector, lanes.vector]
        function, b = lanes.function("first_step", args, lanes.vector)
        states, constants, inputs, atol, scratch, rtol, span = function.args
        slopes = lanes.row(b, scratch, work.stage(0))
        b.call(self._kernels.rates, [states, constants, inputs, slopes])
        size, slope = lanes.variable(b, 0.0), lanes.variable(b, 0.0)

        def body(b: Builder, k: Value) -> None:
            y = lanes.load(b, states, k)
            scale = lanes.muladd(b, rtol, lanes.intrinsic(b, "fabs", y), lanes.load(b, atol, k))
            for total, value in ((size, y), (slope, lanes.load(b, slopes, k))):
                share = b.fdiv(value, scale)
                b.store(lanes.muladd(b, share, share, b.load(total)), total)

        lanes.each(b, work.states, body)
        ratio = lanes.intrinsic(b, "sqrt", b.fdiv(b.load(size), b.load(slope)))
        guess = b.fmul(ratio, lanes.number(0.01))
        low, high = b.fmul(span, lanes.number(1e-6)), b.fmul(span, lanes.number(0.1))
        guess = b.select(b.fcmp_ordered(">", guess, low), guess, low)
        b.ret(b.select(b.fcmp_ordered("<", guess, high), guess, high))
        return function
