"""Unit consistency of the equations themselves, found when a model is loaded."""

from __future__ import annotations

from fractions import Fraction

from aldesim.engine.equations import Equations
from aldesim.engine.formula import (
    LOGIC,
    RELATIONS,
    Call,
    Formula,
    Number,
    Symbol,
    constant_value,
    text,
)
from aldesim.engine.units import UNKNOWN, Unit, UnitSystem
from aldesim.errors import InputError

_ALIKE = ("add", "sub", "neg", "min", "max", "abs", "floor", "ceil")
_PURE = ("exp", "ln", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")


def check_units(equations: Equations, system: UnitSystem) -> None:
    """Check every rule, rate and initial assignment for consistent units.

    Bare numbers are dimensionless and zero fits anything; names without a unit are unknown and
    fit anything; a model that declares no unit at all is not checked.

    Raises
    ------
    InputError
        Naming the equation, the offending part and both units.
    """
    if not system.of:
        return
    for name, formula in equations.rules.items():
        _Walker(equations.name, name, system).expect(formula, system.of.get(name))
    for name, formula in equations.initial.items():
        _Walker(equations.name, f"initial {name}", system).expect(formula, system.of.get(name))
    for name, formula in equations.rates.items():
        unit = system.of.get(name)
        wanted = unit / system.time if unit is not None and system.time is not None else None
        _Walker(equations.name, f"d({name})/dt", system).expect(formula, wanted)


class _Walker:
    """Units of the parts of one equation; None stands for an unknown unit."""

    def __init__(self, where: str, equation: str, system: UnitSystem):
        self._where, self._equation, self._system = where, equation, system

    def expect(self, formula: Formula, wanted: Unit | None) -> None:
        found = self.unit(formula)
        if found is not None and wanted is not None and not found.same(wanted):
            describe = self._system.describe
            self._fail(formula, f"has unit {describe(found)} where {describe(wanted)} is wanted")

    def unit(self, formula: Formula) -> Unit | None:
        if isinstance(formula, Number):
            return self._number(formula)
        if isinstance(formula, Symbol):
            return self._system.of.get(formula.name)
        if formula.op in _ALIKE:
            return self._alike(formula, formula.args)
        if formula.op in _PURE:
            for argument in formula.args:
                self._pure(formula, argument)
            return Unit()
        if formula.op in RELATIONS:
            self._alike(formula, formula.args)
            return Unit()
        if formula.op in LOGIC:
            for argument in formula.args:
                self.unit(argument)
            return Unit()
        if formula.op == "piecewise":
            for condition in formula.args[1::2]:
                self.unit(condition)
            return self._alike(formula, formula.args[0::2])
        if formula.op in ("pow", "root"):
            return self._power(formula)
        return self._product(formula)

    def _number(self, number: Number) -> Unit | None:
        if number.unit == UNKNOWN or number.value == 0.0 or number.value != number.value:
            return None
        if not number.unit:
            return Unit()
        known = self._system.definitions.get(number.unit)
        if known is None:
            self._fail(number, f"{number.unit} is not a unit of this model")
        return known

    def _alike(self, whole: Call, parts: tuple[Formula, ...]) -> Unit | None:
        first: tuple[Formula, Unit] | None = None
        for part in parts:
            unit = self.unit(part)
            if unit is None:
                continue
            if first is None:
                first = part, unit
            elif not unit.same(first[1]):
                describe = self._system.describe
                self._fail(
                    whole,
                    f"mixes units: {text(first[0], 30)} is {describe(first[1])}, "
                    f"{text(part, 30)} is {describe(unit)}",
                )
        return None if first is None else first[1]

    def _pure(self, whole: Call, part: Formula) -> None:
        unit = self.unit(part)
        if unit is not None and not unit.dimensionless:
            what = "exponent" if whole.op == "pow" else f"argument of {whole.op}"
            self._fail(
                whole,
                f"{what} {text(part, 30)} is {self._system.describe(unit)} where dimensionless "
                "is wanted",
            )

    def _power(self, formula: Call) -> Unit | None:
        degree, base = formula.args if formula.op == "root" else reversed(formula.args)
        self._pure(formula, degree)
        unit = self.unit(base)
        if unit is None or unit.dimensionless:
            return unit
        value = constant_value(degree, lambda _: None)
        if value is None or (formula.op == "root" and value == 0.0):
            self._fail(
                formula,
                f"base {text(base, 30)} is {self._system.describe(unit)}; under an exponent that "
                "is not a number it must be dimensionless",
            )
            return None
        exponent = Fraction(value).limit_denominator(1000)
        return unit.power(1 / exponent if formula.op == "root" else exponent)

    def _product(self, formula: Call) -> Unit | None:
        product: Unit | None = Unit()
        for k, argument in enumerate(formula.args):
            unit = self.unit(argument)
            if unit is None or product is None:
                product = None
            else:
                product = product / unit if formula.op == "div" and k else product * unit
        return product

    def _fail(self, part: Formula, reason: str) -> None:
        raise InputError(self._where, self._equation, text(part), reason)
