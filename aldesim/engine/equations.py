"""A model's equations, free of SBML: states and their rates, rules, constants, inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aldesim.engine.formula import Formula


@dataclass(frozen=True)
class Equations:
    """An explicit system of ordinary differential equations, as read.

    Attributes
    ----------
    name : str
        Where it came from, for messages.
    rates : mapping of state to formula
        d(state)/dt, in the order of the states.
    rules : mapping of name to formula
        Variables that an assignment rule (or a reaction's kinetic law) defines at all times.
    initial : mapping of name to formula
        Initial value of every state; also constants computed once from other constants.
    parameters : mapping of name to float
        Constants with a number: what one patient may differ in from another.
    derived : tuple of str
        Constants computed once from parameters (their formula stands in ``initial``).
    inputs : mapping of name to float
        Values driven from outside, with their defaults.
    observables : tuple of str
        Rule variables a caller may ask for, in the order of the source.
    units : mapping of name to str
        Unit as written, for every name that has one.
    """

    name: str
    rates: Mapping[str, Formula]
    rules: Mapping[str, Formula]
    initial: Mapping[str, Formula]
    parameters: Mapping[str, float]
    derived: tuple[str, ...]
    inputs: Mapping[str, float]
    observables: tuple[str, ...]
    units: Mapping[str, str]
