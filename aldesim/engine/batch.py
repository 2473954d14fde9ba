"""Many patients of one model on a common clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from aldesim.engine.groups import Groups, aligned
from aldesim.engine.jit import Machine
from aldesim.engine.layout import CONTROL_ROWS, FAILED_AT, STATUS, STEPS
from aldesim.engine.program import Program
from aldesim.engine.status import CURE, WHAT, LaneStatus
from aldesim.errors import InputError

_SMALLEST_SCALE = 1e-2
_ABSOLUTE = 1e-3
_SMALLEST_PART = 8
_SAME_TIME = 1e-12
"""Two times this close, relative to the later, are the same time."""

_Plan = tuple[tuple[str, ...], dict[str, tuple[np.ndarray, ...]]]


class Batch:
    """Patients that advance together; made by `Model.batch`.

    A patient's numbers never depend on the other patients, on its place among them, or on the
    number of threads.
    """

    def __init__(
        self,
        program: Program,
        machine: Machine,
        parameters: Mapping[str, np.ndarray],
        scale: Mapping[str, np.ndarray],
        size: int,
        *,
        rtol: float,
        threads: int,
        start: float,
        max_steps: int,
    ):
        self._program, self._machine = program, machine
        self._size, self._rtol, self._max_steps = size, float(rtol), float(max_steps)
        self._time = float(start)
        self._groups = Groups(size, machine.width)
        self._input_row = {name: row for row, name in enumerate(program.inputs)}
        self._state_row = {name: row for row, name in enumerate(program.states)}
        self._computed_row = {name: row for row, name in enumerate(program.computed)}
        self._states = self._groups.rows(len(program.states))
        self._constants = self._groups.rows(program.constants)
        self._inputs = self._groups.rows(len(program.inputs))
        self._tolerances = self._groups.rows(len(program.states))
        self._control = self._groups.rows(CONTROL_ROWS)
        self._computed: np.ndarray | None = None
        self._observe_call: tuple[int, ...] = ()
        for row, value in enumerate(program.inputs.values()):
            self._inputs[:, row] = value
        self._ranges = _ranges(self._groups.count, threads)
        self._run = _pool(threads).map if threads > 1 and len(self._ranges) > 1 else map
        self._prepare(parameters)
        self._set_tolerances(scale)
        self._scratch = [aligned(machine.workspace_rows, machine.width) for _ in self._ranges]
        self._calls = self._bind()
        self._plans: dict[tuple[str, ...], _Plan] = {}

    @property
    def size(self) -> int:
        """Number of patients."""
        return self._size

    @property
    def time(self) -> float:
        """The common clock, in the model's unit of time."""
        return self._time

    @property
    def status(self) -> np.ndarray:
        """Outcome of each patient so far: (n,) int8 of `LaneStatus`."""
        return self._groups.column(self._control, STATUS).astype(np.int8)

    @property
    def steps(self) -> np.ndarray:
        """Steps each patient has taken, rejected ones included: (n,) int64."""
        return self._groups.column(self._control, STEPS).astype(np.int64)

    def advance(self, until: float, inputs: Mapping[str, ArrayLike] | None = None) -> None:
        """Integrate every patient to a time, with inputs held constant on the way.

        Parameters
        ----------
        until : float
            Time to arrive at, in the model's unit of time.
        inputs : mapping of str to float or array (n,), optional
            Inputs to change now; the others keep their values.

        Raises
        ------
        InputError
            If the time lies in the past, or an input is unknown or not finite. A patient that
            cannot be integrated is no error: see `status` and `failure`.
        """
        changes = []
        for name, values in (inputs or {}).items():
            row = self._input_row.get(name)
            if row is None:
                known = ", ".join(self._input_row) or "none"
                raise InputError(self._program.name, "input", name, f"must be one of: {known}")
            changes.append((row, self._checked(name, values)))
        span = float(until) - self._time
        slack = _SAME_TIME * max(1.0, abs(self._time))
        if not span >= -slack or span == np.inf:
            raise InputError(
                self._program.name, "until", until, f"must be a time from {self._time:g} on"
            )
        for row, column in changes:
            self._groups.fill(self._inputs, row, column)
        if span <= slack:
            return
        clock, rtol, limit, call = self._time, self._rtol, self._max_steps, self._machine.advance
        if len(self._calls) == 1:
            call(*self._calls[0], span, clock, rtol, limit)
        else:
            list(self._run(lambda fixed: call(*fixed, span, clock, rtol, limit), self._calls))
        self._time = float(until)

    def add(self, state: str, amount: ArrayLike) -> None:
        """Add an amount to a state at once: a bolus.

        Parameters
        ----------
        state : str
            Name of the state.
        amount : float or array (n,)
            Amount in the state's unit.

        Raises
        ------
        InputError
            If there is no such state or the amount is not finite.
        """
        row = self._state_row.get(state)
        if row is None:
            known = ", ".join(self._state_row)
            raise InputError(self._program.name, "state", state, f"must be one of: {known}")
        values = self._checked(state, amount)
        self._groups.fill(self._states, row, self._groups.column(self._states, row) + values)

    def observe(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Current values of states, rule variables, computed constants and inputs.

        Parameters
        ----------
        names : iterable of str
            What to look at.

        Returns
        -------
        dict of str to array (n,) of float64
            NaN for patients whose integration failed.

        Raises
        ------
        InputError
            If a name is unknown.
        """
        asked = tuple(names)
        if asked not in self._plans:
            self._plans[asked] = self._plan(asked)
        wanted, plan = self._plans[asked]
        found = np.empty((len(wanted), self._size))
        for kind, (places, rows) in plan.items():
            source = {"state": self._states, "input": self._inputs}.get(kind)
            array = self._compute() if source is None else source
            found[places] = self._groups.columns(array, rows)
        if np.count_nonzero(self._control[:, STATUS]):
            found[:, self.status != LaneStatus.OK] = np.nan
        return dict(zip(wanted, found, strict=True))

    def _plan(self, names: tuple[str, ...]) -> _Plan:
        """Names without repeats; by kind of array, their places among the names and their rows."""
        wanted = tuple(dict.fromkeys(names))
        plan: dict[str, list[tuple[int, int]]] = {}
        for place, name in enumerate(wanted):
            for kind, rows in (
                ("computed", self._computed_row),
                ("state", self._state_row),
                ("input", self._input_row),
            ):
                if name in rows:
                    plan.setdefault(kind, []).append((place, rows[name]))
                    break
            else:
                raise InputError(
                    self._program.name, "observable", name, "is not a name that can be observed"
                )
        arrays = {kind: tuple(np.array(pairs).T) for kind, pairs in plan.items()}
        return wanted, arrays

    def failure(self, index: int) -> str:
        """What went wrong with a patient, when, and what to change; empty if nothing did.

        Raises
        ------
        InputError
            If there is no such patient.
        """
        if not 0 <= index < self._size:
            raise InputError(self._program.name, "patient", index, f"must be below {self._size}")
        group, lane = divmod(index, self._machine.width)
        status = LaneStatus(int(self._control[group, STATUS, lane]))
        if status is LaneStatus.OK:
            return ""
        when = self._control[group, FAILED_AT, lane]
        return (
            f"patient {index} at time {when:.6g}: {WHAT[status]}{self._suspect(group, lane)}; "
            f"{CURE[status]}"
        )

    def _suspect(self, group: int, lane: int) -> str:
        """The state that changes fastest for its size where a lane gave up."""
        slopes = self._groups.rows(len(self._program.states))
        arrays = (self._states, self._constants, self._inputs, slopes)
        self._machine.slopes(group, group + 1, *(a.ctypes.data for a in arrays))
        rates, values = slopes[group, :, lane], self._states[group, :, lane]
        broken = np.flatnonzero(~np.isfinite(rates))
        if broken.size:
            return f" (rate of {self._program.states[broken[0]]} is {rates[broken[0]]:g})"
        size = np.abs(values) + self._tolerances[group, :, lane] / (_ABSOLUTE * self._rtol)
        fastest = int(np.argmax(np.abs(rates) / size))
        name = self._program.states[fastest]
        return f" (fastest: {name} = {values[fastest]:.4g}, rate {rates[fastest]:.4g})"

    def _checked(self, name: str, values: ArrayLike) -> np.ndarray:
        column = np.asarray(values, dtype=np.float64)
        if column.shape not in ((), (self._size,)):
            raise InputError(
                self._program.name,
                name,
                f"array {column.shape}",
                f"must be one number or ({self._size},)",
            )
        if not np.isfinite(column).all():
            raise InputError(self._program.name, name, "not finite", "must be finite numbers")
        return column

    def _prepare(self, parameters: Mapping[str, np.ndarray]) -> None:
        """Constants and initial states, from the parameters of each patient."""
        given = self._groups.rows(len(self._program.parameters))
        for row, (name, default) in enumerate(self._program.parameters.items()):
            self._groups.fill(given, row, parameters.get(name, np.array(default)))
        arrays = (given, self._constants, self._states)
        self._machine.prepare(0, self._groups.count, *(a.ctypes.data for a in arrays))

    def _set_tolerances(self, scale: Mapping[str, np.ndarray]) -> None:
        np.abs(self._states, out=self._tolerances)
        np.maximum(self._tolerances, _SMALLEST_SCALE, out=self._tolerances)
        for name, values in scale.items():
            self._groups.fill(self._tolerances, self._state_row[name], values)
        self._tolerances *= _ABSOLUTE * self._rtol

    def _compute(self) -> np.ndarray:
        if self._computed is None:
            self._computed = self._groups.rows(len(self._program.computed))
            arrays = (self._states, self._constants, self._inputs, self._computed)
            self._observe_call = (0, self._groups.count, *(a.ctypes.data for a in arrays))
        self._machine.observe(*self._observe_call)
        return self._computed

    def _bind(self) -> list[tuple[int, ...]]:
        """The fixed part of the arguments of each thread's call."""
        arrays = (self._states, self._constants, self._inputs, self._tolerances, self._control)
        addresses = [a.ctypes.data for a in arrays]
        return [
            (first, last, *addresses, scratch.ctypes.data)
            for (first, last), scratch in zip(self._ranges, self._scratch, strict=True)
        ]


def _ranges(groups: int, threads: int) -> list[tuple[int, int]]:
    """Contiguous ranges of groups: a few for each thread, none too small to be worth a call."""
    parts = 1 if threads == 1 else min(4 * threads, max(1, groups // _SMALLEST_PART))
    edges = [k * groups // parts for k in range(parts + 1)]
    return list(pairwise(edges))


@lru_cache(maxsize=8)
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="aldesim")
