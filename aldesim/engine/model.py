"""A model, ready to run: loaded from Antimony or SBML, compiled once, cached on disk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from aldesim.engine import cache
from aldesim.engine.batch import Batch
from aldesim.engine.jit import WIDTHS, Machine, host_width
from aldesim.engine.program import Program
from aldesim.engine.source import Source, read_source, to_sbml
from aldesim.engine.tableau import METHODS, method_for
from aldesim.errors import InputError

RTOL_RANGE = (1e-12, 1e-1)


class Model:
    """A system of ordinary differential equations that can be run for many patients at once.

    Make one with `Model.load`, `Model.from_antimony` or `Model.from_sbml`.

    Examples
    --------
    >>> model = Model.from_antimony("k = 0.5; x = 1; x' = -k*x", "decay")
    >>> batch = model.batch({"k": [0.5, 1.0]})
    >>> batch.advance(2.0)
    >>> batch.observe(["x"])["x"].round(4)
    array([0.3679, 0.1353])
    """

    def __init__(self, program: Program):
        self._program = program
        self._machines: dict[tuple[str, int], Machine] = {}
        self._parameters = dict(program.parameters)
        self._inputs = dict(program.inputs)

    def __reduce__(self) -> tuple:
        return Model, (self._program,)

    @staticmethod
    def load(path: str | Path) -> Model:
        """The model in a file.

        Parameters
        ----------
        path : str or Path
            An Antimony (``.ant``) or SBML (``.xml``) file.

        Raises
        ------
        InputError
            If the file is missing or wrong, uses a feature that is not supported, or its
            equations have inconsistent units.
        """
        return _load(read_source(path))

    @staticmethod
    def from_antimony(text: str, name: str = "model") -> Model:
        """The model of an Antimony text; ``name`` stands for the file in messages.

        Raises
        ------
        InputError
            As `Model.load`.
        """
        return _load(Source(name, text, antimony=True))

    @staticmethod
    def from_sbml(text: str, name: str = "model") -> Model:
        """The model of an SBML text; ``name`` stands for the file in messages.

        Raises
        ------
        InputError
            As `Model.load`.
        """
        return _load(Source(name, text, antimony=False))

    @property
    def name(self) -> str:
        """File or other name the model came from."""
        return self._program.name

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return self._program.states

    @property
    def parameters(self) -> dict[str, float]:
        """Constants and their default values: what a patient may differ in."""
        return dict(self._parameters)

    @property
    def inputs(self) -> dict[str, float]:
        """Values driven from outside and their defaults; they may change between advances."""
        return dict(self._inputs)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names `Batch.observe` knows: states, rule variables, computed constants, inputs."""
        return self._program.observables

    @property
    def sbml(self) -> str:
        """The model as SBML text."""
        return self._program.sbml

    @property
    def program(self) -> Program:
        """The compiled program: plain data."""
        return self._program

    def unit(self, name: str) -> str:
        """Unit of a name as the modeller wrote it, empty if there is none.

        Raises
        ------
        InputError
            If the model has no such name.
        """
        if name not in self._parameters and name not in self._program.observables:
            raise InputError(self.name, "name", name, "is not a name of this model")
        return self._program.units.get(name, "")

    def batch(
        self,
        parameters: Mapping[str, ArrayLike] | None = None,
        size: int | None = None,
        *,
        rtol: float = 1e-4,
        scale: Mapping[str, ArrayLike] | None = None,
        threads: int = 1,
        method: str | None = None,
        width: int | None = None,
        start: float = 0.0,
        max_steps: int = 100_000,
    ) -> Batch:
        """Patients at time zero.

        Parameters
        ----------
        parameters : mapping of str to float or array (n,), optional
            Values that differ from the defaults, one for all patients or one each.
        size : int, optional
            Number of patients; needed only if no array tells.
        rtol : float
            Relative tolerance of a step.
        scale : mapping of str to float or array (n,), optional
            Magnitude of a state below which changes stop to matter: its absolute tolerance is
            1e-3 * rtol * scale. Default: its initial value, at least 0.01.
        threads : int
            Threads that share the patients.
        method : {"rodas4", "rodas5p"}, optional
            Integration method; chosen by ``rtol`` if not given.
        width : {1, 2, 4, 8}, optional
            Patients per vector; the processor's own if not given.
        start : float
            Time at which the patients begin, in the model's unit.
        max_steps : int
            Steps a patient may take in one advance.

        Raises
        ------
        InputError
            If a name is unknown or a value does not fit.
        """
        if not RTOL_RANGE[0] <= rtol <= RTOL_RANGE[1]:
            low, high = RTOL_RANGE
            raise InputError(self.name, "rtol", rtol, f"must be between {low:g} and {high:g}")
        for what, number in (("threads", threads), ("max_steps", max_steps)):
            if number < 1:
                raise InputError(self.name, what, number, "must be at least 1")
        if width is not None and width not in WIDTHS:
            raise InputError(self.name, "width", width, f"must be one of {WIDTHS}")
        if method is not None and method not in METHODS:
            raise InputError(self.name, "method", method, f"must be one of {tuple(METHODS)}")
        tableau = method_for(rtol) if method is None else METHODS[method]
        machine = self._machine(tableau.name, host_width() if width is None else width)
        count = self._count(parameters or {}, size)
        return Batch(
            self._program,
            machine,
            self._columns("parameter", parameters or {}, self._parameters, count),
            self._columns("scale", scale or {}, self.states, count),
            count,
            rtol=rtol,
            threads=threads,
            start=start,
            max_steps=max_steps,
        )

    def _reason(self, name: str, known: Collection[str]) -> str:
        if name in self._inputs:
            return "is an input; give it to advance"
        if name in self.observables:
            return "is computed by the model"
        return _suggestion(name, known)

    def _machine(self, method: str, width: int) -> Machine:
        if (method, width) not in self._machines:
            self._machines[method, width] = Machine(self._program, METHODS[method], width)
        return self._machines[method, width]

    def _count(self, parameters: Mapping[str, ArrayLike], size: int | None) -> int:
        if size is not None and size < 1:
            raise InputError(self.name, "size", size, "must be at least 1")
        for values in parameters.values():
            if np.ndim(values) and size is None:
                size = int(np.shape(values)[0])
        return 1 if size is None else max(size, 1)

    def _columns(
        self, kind: str, given: Mapping[str, ArrayLike], known: Collection[str], count: int
    ) -> dict[str, np.ndarray]:
        columns = {}
        for name, values in given.items():
            if name not in known:
                raise InputError(self.name, kind, name, self._reason(name, known))
            try:
                column = np.asarray(values, dtype=np.float64)
            except (TypeError, ValueError):
                raise InputError(self.name, name, values, "must be a number") from None
            if column.shape not in ((), (count,)):
                raise InputError(
                    self.name, name, f"array {column.shape}", f"must be one number or ({count},)"
                )
            if not np.isfinite(column).all():
                raise InputError(self.name, name, "not finite", "must be finite numbers")
            if kind == "scale" and not (column > 0).all():
                raise InputError(self.name, f"scale of {name}", "not positive", "must be above 0")
            columns[name] = column
        return columns


def _suggestion(name: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    lowered = {k.lower(): k for k in known}
    near = [lowered[k] for k in get_close_matches(name.lower(), lowered, n=3)]
    return "is not known to this model" + (f"; did you mean {', '.join(near)}?" if near else "")


def _load(source: Source) -> Model:
    name = f"{cache.key(source.name, source.antimony, source.text, *source.imported)}.json"
    content = cache.read(name)
    if content is not None:
        with suppress(ValueError, KeyError, TypeError):
            return Model(Program.from_json(content.decode()))
    from aldesim.engine.build import program_from_sbml

    program = program_from_sbml(to_sbml(source), source.name)
    cache.write(name, program.to_json().encode())
    return Model(program)
