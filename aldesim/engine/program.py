"""A compiled model's program: flat three-address code, ready for any code generator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

Instruction = tuple
"""(operation, operand, ...): operands are positions of earlier instructions.

Sources: ("number", value), ("state", i), ("constant", i), ("input", i), ("parameter", i).
Arithmetic: add, sub, mul, div, neg. Functions, relations, logic and select as in the graph.
"""

SOURCES = ("number", "state", "constant", "input", "parameter")


def operands(instruction: Instruction) -> tuple[int, ...]:
    """Positions an instruction reads."""
    return () if instruction[0] in SOURCES else instruction[1:]


@dataclass(frozen=True)
class Kernel:
    """Straight-line code: instructions and the positions of its results."""

    code: tuple[Instruction, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """Everything needed to compile and run a model; plain data, independent of the source.

    Attributes
    ----------
    name : str
        Where the model came from, for messages.
    states, observables : tuple of str
        Names; states come first among the observables.
    parameters, inputs : mapping of str to float
        Names and defaults.
    units : mapping of str to str
        Unit of every name that has one, as written.
    computed : tuple of str
        Observables that the ``observe`` kernel computes, in the order of its outputs.
    pattern : tuple of (int, int)
        Row and column of each structural non-zero of the Jacobian.
    prepare : Kernel
        Parameters -> constants, then initial states.
    rates : Kernel
        States, constants, inputs -> d(state)/dt.
    rates_jacobian : Kernel
        The same, then the non-zeros of the Jacobian in the order of ``pattern``.
    observe : Kernel
        States, constants, inputs -> observables in the order of ``computed``.
    constants : int
        Number of constants per lane.
    sbml : str
        The model as SBML text.
    """

    name: str
    states: tuple[str, ...]
    observables: tuple[str, ...]
    parameters: Mapping[str, float]
    inputs: Mapping[str, float]
    units: Mapping[str, str]
    computed: tuple[str, ...]
    pattern: tuple[tuple[int, int], ...]
    prepare: Kernel
    rates: Kernel
    rates_jacobian: Kernel
    observe: Kernel
    constants: int
    sbml: str

    def to_json(self) -> str:
        """The program as JSON text; equal programs give equal text."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Program:
        """The program that ``to_json`` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If the text is not such a program.
        """
        fields = json.loads(text)
        for name in ("states", "observables", "computed"):
            fields[name] = tuple(fields[name])
        fields["pattern"] = tuple((row, column) for row, column in fields["pattern"])
        for name in ("prepare", "rates", "rates_jacobian", "observe"):
            code = tuple(tuple(instruction) for instruction in fields[name]["code"])
            fields[name] = Kernel(code, tuple(fields[name]["outputs"]))
        return Program(**fields)
