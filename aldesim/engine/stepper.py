"""Integration over a span of time as LLVM code: every lane with its own step size and outcome."""

from __future__ import annotations

from collections.abc import Sequence

from llvmlite import ir

from aldesim.engine.kernels import Kernels
from aldesim.engine.lanes import DOUBLE, INT, Builder, Lanes, Value
from aldesim.engine.layout import CONTROL_ROWS, FAILED_AT, STATUS, STEP, STEPS, Workspace
from aldesim.engine.rosenbrock import Rosenbrock
from aldesim.engine.status import LaneStatus
from aldesim.engine.tableau import Tableau

_SAFETY, _SHRINK, _GROW = 0.9, 0.1, 6.0
_AFTER_BAD = 0.9
"""A rejected step shrinks at least to this share."""
_LANDING = 0.9999
"""A step that reaches this share of the rest takes all of it. Above ``_AFTER_BAD``, so that a
rejected last step always gets shorter."""
_SMALLEST_STEP = 1e-13
"""Smallest step, as a share of the span of one advance."""
_LARGEST_ERROR = 1e200
"""Beyond this the error norm counts as not finite."""


class Stepper:
    """Adds ``advance`` and ``workspace_rows`` to a module of kernels.

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
    work : Workspace
        Layout of the scratch memory.
    """

    def __init__(self, lanes: Lanes, kernels: Kernels, tableau: Tableau, work: Workspace):
        self._lanes, self._kernels, self._tableau, self._work = lanes, kernels, tableau, work
        self._method = Rosenbrock(lanes, kernels, tableau, work)
        self._group = self._group_function()
        self._advance_function()
        self._workspace_function()

    def _group_function(self) -> ir.Function:
        """Advance one group of lanes until every lane has arrived or failed."""
        lanes = self._lanes
        args = [lanes.pointer] * 6 + [DOUBLE] * 4
        function, b = lanes.function("advance_group", args)
        states, constants, inputs, atol, control, scratch = arrays = function.args[:6]
        span, clock, rtol, limit = (lanes.spread(b, x) for x in function.args[6:])
        zero, one = lanes.number(0.0), lanes.number(1.0)
        failed = b.fcmp_unordered("!=", lanes.load(b, control, STATUS), zero)
        first = self._first_size(b, arrays, rtol, span)
        start, loop, stop = b.block, b.append_basic_block("loop"), b.append_basic_block("stop")
        b.cbranch(lanes.every(b, failed), stop, loop)

        b.position_at_end(loop)
        initial = (zero, first, zero, failed, lanes.truth(False))
        carried = [b.phi(value.type) for value in initial]
        time, size, count, done, retry = carried
        h, last = self._proposal(b, b.fsub(span, time), size, done)
        error = b.call(self._method.step, [states, constants, inputs, atol, scratch, h, rtol])
        active = b.not_(done)
        good = b.and_(active, b.fcmp_ordered("<=", error, one))
        bad = b.and_(active, b.not_(good))
        finite = b.fcmp_ordered("<", error, lanes.number(_LARGEST_ERROR))
        self._accept(b, good, states, scratch)
        next_size = self._next_size(b, self._factor(b, error, finite), h, size, good, bad, retry)
        next_time = b.select(good, b.fadd(time, h), time)
        next_count = b.select(active, b.fadd(count, one), count)
        arrived = b.and_(good, last)
        smallest = b.fmul(span, lanes.number(_SMALLEST_STEP))
        small = b.and_(bad, b.fcmp_ordered("<", next_size, smallest))
        spent = b.and_(b.and_(active, b.not_(arrived)), b.fcmp_ordered(">=", next_count, limit))
        lost = self._give_up(b, control, b.fadd(clock, next_time), small, spent, finite)
        next_done = b.or_(done, b.or_(arrived, lost))
        steps = lanes.load(b, control, STEPS)
        lanes.store(b, b.select(active, b.fadd(steps, one), steps), control, STEPS)
        lanes.store(b, next_size, control, STEP)
        following = (next_time, next_size, next_count, next_done, bad)
        for phi, before, after in zip(carried, initial, following, strict=True):
            phi.add_incoming(before, start)
            phi.add_incoming(after, b.block)
        b.cbranch(lanes.every(b, next_done), stop, loop)
        b.position_at_end(stop)
        b.ret_void()
        return function

    def _first_size(self, b: Builder, arrays: Sequence[Value], rtol: Value, span: Value) -> Value:
        """Step size remembered from the last advance, or a guess where there was none."""
        lanes = self._lanes
        states, constants, inputs, atol, control, scratch = arrays
        remembered = lanes.load(b, control, STEP)
        fresh = b.fcmp_unordered("<=", remembered, lanes.number(0.0))
        before = b.block
        with b.if_then(b.not_(lanes.every(b, b.not_(fresh))), likely=False):
            passed = [states, constants, inputs, atol, scratch, rtol, span]
            guessed = b.select(fresh, b.call(self._method.first_step, passed), remembered)
            inside = b.block
        size = b.phi(lanes.vector)
        size.add_incoming(remembered, before)
        size.add_incoming(guessed, inside)
        return size

    def _proposal(self, b: Builder, rest: Value, size: Value, done: Value) -> tuple[Value, Value]:
        """Step to try, and whether it lands on the end; never a long one and then a sliver."""
        lanes = self._lanes
        last = b.fcmp_ordered(">=", size, b.fmul(rest, lanes.number(_LANDING)))
        near = b.fcmp_ordered(">", b.fadd(size, size), rest)
        h = b.select(near, b.fmul(rest, lanes.number(0.5)), size)
        h = b.select(last, rest, h)
        return b.select(done, lanes.number(1.0), h), last

    def _accept(self, b: Builder, good: Value, states: Value, scratch: Value) -> None:
        """Take over the new state in the lanes whose step is good."""
        lanes = self._lanes

        def body(b: Builder, k: Value) -> None:
            new = lanes.load(b, lanes.row(b, scratch, self._work.result), k)
            lanes.store(b, b.select(good, new, lanes.load(b, states, k)), states, k)

        lanes.each(b, self._work.states, body)

    def _next_size(
        self,
        b: Builder,
        factor: Value,
        h: Value,
        size: Value,
        good: Value,
        bad: Value,
        retry: Value,
    ) -> Value:
        """Next step size; a step cut short by the end of the span does not shorten it."""
        lanes = self._lanes

        def smaller(x: Value, y: Value) -> Value:
            return b.select(b.fcmp_ordered("<", x, y), x, y)

        calm = smaller(factor, lanes.number(1.0))
        grown = b.fmul(h, b.select(retry, calm, factor))
        clipped = b.fcmp_ordered("<", h, size)
        longer = b.select(b.fcmp_ordered(">", size, grown), size, grown)
        after_good = b.select(clipped, longer, grown)
        after_bad = b.fmul(h, smaller(factor, lanes.number(_AFTER_BAD)))
        return b.select(good, after_good, b.select(bad, after_bad, size))

    def _give_up(
        self, b: Builder, control: Value, time: Value, small: Value, spent: Value, finite: Value
    ) -> Value:
        """Note lanes whose step underflows or whose steps run out."""
        lanes = self._lanes
        limit, under, broken = (
            lanes.number(status)
            for status in (
                LaneStatus.STEP_LIMIT,
                LaneStatus.STEP_UNDERFLOW,
                LaneStatus.NOT_FINITE,
            )
        )
        status = b.select(small, b.select(finite, under, broken), limit)
        lost = b.or_(small, spent)
        for row, value in ((STATUS, status), (FAILED_AT, time)):
            lanes.store(b, b.select(lost, value, lanes.load(b, control, row)), control, row)
        return lost

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
