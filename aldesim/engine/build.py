"""Equations to program: the whole front end in one call."""

from __future__ import annotations

from aldesim.engine.equations import Equations
from aldesim.engine.jacobian import jacobian
from aldesim.engine.lower import Constants, lower
from aldesim.engine.program import Program
from aldesim.engine.sbml import read_sbml
from aldesim.engine.translate import translate
from aldesim.engine.unitcheck import check_units
from aldesim.errors import InputError


def program_from_sbml(sbml: str, where: str) -> Program:
    """The program of an SBML model, units checked.

    Parameters
    ----------
    sbml : str
        SBML text.
    where : str
        Name of the model, for messages.

    Raises
    ------
    InputError
        If the model cannot be read, uses an unsupported feature or has inconsistent units.
    """
    equations, units = read_sbml(sbml, where)
    check_units(equations, units)
    return program_from_equations(equations, sbml)


def program_from_equations(equations: Equations, sbml: str = "") -> Program:
    """The program of a system of equations: hoisted, differentiated, flattened."""
    if not equations.rates:
        raise InputError(equations.name, "", "no state", "needs a rate rule or a reaction")
    nodes = translate(equations)
    entries = jacobian(nodes.graph, nodes.rates)
    pattern = tuple(sorted(entries))
    constants = Constants(nodes.graph)
    rates = lower(nodes.graph, nodes.rates, constants)
    both = (*nodes.rates, *(entries[k] for k in pattern))
    rates_jacobian = lower(nodes.graph, both, constants)
    observe = lower(nodes.graph, tuple(nodes.values.values()), constants)
    prepare = lower(nodes.graph, (*constants.nodes, *nodes.initial), None)
    return Program(
        name=equations.name,
        states=tuple(equations.rates),
        observables=(*equations.rates, *nodes.values, *equations.inputs),
        parameters=dict(equations.parameters),
        inputs=dict(equations.inputs),
        units=dict(equations.units),
        computed=tuple(nodes.values),
        pattern=pattern,
        prepare=prepare,
        rates=rates,
        rates_jacobian=rates_jacobian,
        observe=observe,
        constants=len(constants.nodes),
        sbml=sbml,
    )
