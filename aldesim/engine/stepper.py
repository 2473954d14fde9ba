"""The integrator as LLVM code: one Rosenbrock step, and an advance with step control per lane."""

from __future__ import annotations

from llvmlite import ir

from aldesim.engine.kernels import Kernels
from aldesim.engine.lanes import DOUBLE, INT, Builder, Lanes, Value
from aldesim.engine.layout import CONTROL_ROWS, FAILED_AT, STATUS, STEP, STEPS, Workspace
from aldesim.engine.status import LaneStatus
from aldesim.engine.tableau import Tableau

_SAFETY, _SHRINK, _GROW = 0.9, 0.1, 6.0
_SMALLEST_STEP = 1e-13
"""Smallest step, as a share of the span of one advance."""


class Stepper:
    """Adds ``advance`` to a module of kernels.

    ``advance(first, last, states, constants, inputs, tolerances, control, workspace, span, clock,
    rtol, limit)`` integrates the groups first <= group < last over ``span`` (time units of the
    model), with at most ``limit`` steps for each lane; ``clock`` is the time at the start.

    Parameters
    ----------
    lanes : Lanes
        Module and width.
    kernels : Kernels
        Kernels of the program, in the same module.
    tableau : Tableau
        The method.
    workspace : Workspace
        Layout of the scratch memory.
    """

    def __init__(self, lanes: Lanes, kernels: Kernels, tableau: Tableau, workspace: Workspace):
        self._lanes, self._kernels, self._tableau = lanes, kernels, tableau
        self._work = workspace
        self._step = self._step_function()
        self._first = self._first_step_function()
        self._group = self._group_function()
        self._advance_function()
        self._workspace_function()

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

    def _first_step_function(self) -> ir.Function:
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

    def _group_function(self) -> ir.Function:
        """Advance one group of lanes until every lane has arrived or failed."""
        lanes = self._lanes
        args = [lanes.pointer] * 6 + [DOUBLE] * 4
        function, b = lanes.function("advance_group", args)
        states, constants, inputs, atol, control, scratch = function.args[:6]
        span, clock, rtol, limit = (lanes.spread(b, x) for x in function.args[6:])
        zero, one = lanes.number(0.0), lanes.number(1.0)
        smallest = b.fmul(span, lanes.number(_SMALLEST_STEP))
        failed = b.fcmp_unordered("!=", lanes.load(b, control, STATUS), zero)
        remembered = lanes.load(b, control, STEP)
        fresh = b.fcmp_unordered("<=", remembered, zero)
        entry = b.block
        with b.if_then(b.not_(lanes.every(b, b.not_(fresh))), likely=False):
            guess = b.call(self._first, [states, constants, inputs, atol, scratch, rtol, span])
            guessed = b.select(fresh, guess, remembered)
            guess_block = b.block
        step0 = b.phi(lanes.vector)
        step0.add_incoming(remembered, entry)
        step0.add_incoming(guessed, guess_block)
        start, loop, stop = b.block, b.append_basic_block("loop"), b.append_basic_block("stop")
        b.cbranch(lanes.every(b, failed), stop, loop)
        b.position_at_end(loop)
        carried = {
            name: b.phi(kind)
            for name, kind in (
                ("time", lanes.vector),
                ("step", lanes.vector),
                ("count", lanes.vector),
                ("done", lanes.mask),
                ("retry", lanes.mask),
            )
        }
        initial = (zero, step0, zero, failed, lanes.truth(False))
        for phi, value in zip(carried.values(), initial, strict=True):
            phi.add_incoming(value, start)
        time, step, count, done, retry = carried.values()

        # Land on the end exactly; two equal steps rather than a long one and a sliver.
        rest = b.fsub(span, time)
        last = b.fcmp_ordered(">=", step, b.fmul(rest, lanes.number(0.9999)))
        near = b.fcmp_ordered(">", b.fadd(step, step), rest)
        h = b.select(near, b.fmul(rest, lanes.number(0.5)), step)
        h = b.select(done, span, b.select(last, rest, h))
        error = b.call(self._step, [states, constants, inputs, atol, scratch, h, rtol])

        active = b.not_(done)
        finite = b.fcmp_ordered("<", error, lanes.number(1e200))
        good = b.and_(active, b.fcmp_ordered("<=", error, one))
        bad = b.and_(active, b.not_(good))
        factor = self._factor(b, error, finite)
        calm = b.select(b.fcmp_ordered("<", factor, one), factor, one)
        grown = b.fmul(h, b.select(retry, calm, factor))
        clipped = b.fcmp_ordered("<", h, step)
        kept = b.select(b.fcmp_ordered(">", step, grown), step, grown)
        after_good = b.select(clipped, kept, grown)
        after_bad = b.fmul(
            h, b.select(b.fcmp_ordered("<", factor, lanes.number(0.9)), factor, lanes.number(0.9))
        )
        next_step = b.select(good, after_good, b.select(bad, after_bad, step))
        next_time = b.select(good, b.fadd(time, h), time)
        next_count = b.select(active, b.fadd(count, one), count)
        arrived = b.and_(good, last)

        def update(b: Builder, k: Value) -> None:
            new = lanes.load(b, lanes.row(b, scratch, self._work.result), k)
            lanes.store(b, b.select(good, new, lanes.load(b, states, k)), states, k)

        lanes.each(b, self._work.states, update)
        # Give up on a lane whose step underflows or whose steps run out.
        small = b.and_(bad, b.fcmp_ordered("<", after_bad, smallest))
        spent = b.and_(b.and_(active, b.not_(arrived)), b.fcmp_ordered(">=", next_count, limit))
        code = b.select(spent, lanes.number(LaneStatus.STEP_LIMIT), zero)
        under = b.select(
            finite,
            lanes.number(LaneStatus.STEP_UNDERFLOW),
            lanes.number(LaneStatus.NOT_FINITE),
        )
        code = b.select(small, under, code)
        lost = b.or_(small, spent)
        for row, value in ((STATUS, code), (FAILED_AT, b.fadd(clock, next_time))):
            lanes.store(b, b.select(lost, value, lanes.load(b, control, row)), control, row)
        next_done = b.or_(done, b.or_(arrived, lost))
        following = (next_time, next_step, next_count, next_done, bad)
        for phi, value in zip(carried.values(), following, strict=True):
            phi.add_incoming(value, b.block)
        lanes.store(b, next_step, control, STEP)
        lanes.store(
            b,
            b.select(
                active, b.fadd(lanes.load(b, control, STEPS), one), lanes.load(b, control, STEPS)
            ),
            control,
            STEPS,
        )
        b.cbranch(lanes.every(b, next_done), stop, loop)
        b.position_at_end(stop)
        b.ret_void()
        return function

    def _factor(self, b: Builder, error: Value, finite: Value) -> Value:
        """Change of step size from the squared error norm."""
        lanes = self._lanes
        tiny = lanes.number(1e-30)
        floor = b.select(b.fcmp_ordered(">", error, tiny), error, tiny)
        power = lanes.number(-0.5 / self._tableau.order)
        root = self._kernels.math.call(
            b, "exp", b.fmul(power, self._kernels.math.call(b, "log", floor))
        )
        factor = b.fmul(lanes.number(_SAFETY), root)
        low, high = lanes.number(_SHRINK), lanes.number(_GROW)
        factor = b.select(b.fcmp_ordered("<", factor, high), factor, high)
        factor = b.select(b.fcmp_ordered(">", factor, low), factor, low)
        return b.select(finite, factor, low)

    def _advance_function(self) -> None:
        lanes, work = self._lanes, self._work
        heights = (work.states, self._kernels.constants, self._kernels.inputs)
        args = [INT, INT] + [lanes.pointer] * 6 + [DOUBLE] * 4
        function, b = lanes.function("advance", args, public=True)
        first, last, states, constants, inputs, atol, control, scratch, *numbers = function.args

        def one(b: Builder, group: Value) -> None:
            def at(array: Value, height: int) -> Value:
                return b.gep(array, [b.mul(group, ir.Constant(INT, height))])

            y, q, u = (
                at(array, height)
                for array, height in zip((states, constants, inputs), heights, strict=True)
            )
            rows = [y, q, u, at(atol, work.states), at(control, CONTROL_ROWS), scratch]
            b.call(self._group, [*rows, *numbers])

        lanes.loop(b, first, last, one)
        b.ret_void()

    def _workspace_function(self) -> None:
        """Height of the scratch memory, so that cached code can tell by itself."""
        _, b = self._lanes.function("workspace_rows", [], INT, public=True)
        b.ret(ir.Constant(INT, self._work.rows))
