"""Readouts: small functions that turn a simulated experiment into one number a patient.

A readout is asked for by a line such as ``highest sign=Treg from_day=0 until_day=28 against=fold``:
its name, then its arguments. An argument `reference` names another experiment with the same
patients.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

import numpy as np

from aldesim.errors import InputError
from aldesim.evidence.readouts import courses, doses, kinetics, tables
from aldesim.evidence.readouts.values import Values, pool
from aldesim.evidence.simulated import Simulated

Readout = Callable[..., Values]


def _public(module: object) -> dict[str, Readout]:
    return {
        name: function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == getattr(module, "__name__", "")
    }


READOUTS: dict[str, Readout] = {
    name: function
    for module in (kinetics, courses, tables, doses)
    for name, function in _public(module).items()
}
"""Readouts by name."""


def read(
    line: str, scenarios: tuple[str, ...], simulated: Mapping[str, Simulated], where: str
) -> Values:
    """Values of a readout in the pooled patients of some experiments.

    Parameters
    ----------
    line : str
        Name and arguments.
    scenarios : tuple of str
        Experiments to pool.
    simulated : mapping of str to Simulated
        Results by experiment.
    where : str
        Named in errors.

    Raises
    ------
    InputError
        If there is no such readout, or an argument is wrong.
    """
    name, arguments = parse(line, where)
    if "reference" in arguments:
        reference = simulated[str(arguments["reference"])]
        for one in scenarios:
            if not np.array_equal(simulated[one].covariates["age"], reference.covariates["age"]):
                allowed = f"must have the patients of {one}: same population, seed and number"
                raise InputError(where, "reference", reference.name, allowed)
        arguments["reference"] = reference
    return pool([READOUTS[name](simulated[one], **arguments) for one in scenarios])


def parse(line: str, where: str) -> tuple[str, dict[str, object]]:
    """Name and arguments of a readout line, checked against the function.

    Raises
    ------
    InputError
        If there is no such readout, or its arguments do not fit.
    """
    name, *words = line.split()
    if name not in READOUTS:
        raise InputError(where, "readout", name, f"must be one of {', '.join(sorted(READOUTS))}")
    wanted = inspect.signature(READOUTS[name]).parameters
    arguments: dict[str, object] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or key == "data" or key not in wanted or key in arguments:
            allowed = (
                f"arguments of {name} are {', '.join(list(wanted)[1:])}, each once as name=..."
            )
            raise InputError(where, "readout", word, allowed)
        numeric = "float" in str(wanted[key].annotation)
        arguments[key] = _number(where, word, text) if numeric else text
    for key, parameter in list(wanted.items())[1:]:
        if parameter.default is parameter.empty and key not in arguments:
            raise InputError(where, "readout", line, f"needs {key}=...")
    return name, arguments


def _number(where: str, word: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(where, "readout", word, "must be a number") from None
