"""Units as vectors over the base units, and the units an SBML model declares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from aldesim.errors import InputError

UNKNOWN = "?"
"""Unit name of a number whose unit nobody wrote down: it fits anything."""

_BASE = ("metre", "kilogram", "second", "ampere", "kelvin", "mole", "candela", "item")
_KINDS: dict[str, tuple[float, dict[str, int]]] = {
    **{kind: (1.0, {kind: 1}) for kind in _BASE},
    "dimensionless": (1.0, {}),
    "radian": (1.0, {}),
    "steradian": (1.0, {}),
    "avogadro": (6.02214076e23, {}),
    "gram": (1e-3, {"kilogram": 1}),
    "litre": (1e-3, {"metre": 3}),
    "hertz": (1.0, {"second": -1}),
    "becquerel": (1.0, {"second": -1}),
    "newton": (1.0, {"kilogram": 1, "metre": 1, "second": -2}),
    "pascal": (1.0, {"kilogram": 1, "metre": -1, "second": -2}),
    "joule": (1.0, {"kilogram": 1, "metre": 2, "second": -2}),
    "gray": (1.0, {"metre": 2, "second": -2}),
    "sievert": (1.0, {"metre": 2, "second": -2}),
    "watt": (1.0, {"kilogram": 1, "metre": 2, "second": -3}),
    "katal": (1.0, {"mole": 1, "second": -1}),
    "coulomb": (1.0, {"ampere": 1, "second": 1}),
    "volt": (1.0, {"kilogram": 1, "metre": 2, "second": -3, "ampere": -1}),
    "ohm": (1.0, {"kilogram": 1, "metre": 2, "second": -3, "ampere": -2}),
    "siemens": (1.0, {"kilogram": -1, "metre": -2, "second": 3, "ampere": 2}),
    "farad": (1.0, {"kilogram": -1, "metre": -2, "second": 4, "ampere": 2}),
    "weber": (1.0, {"kilogram": 1, "metre": 2, "second": -2, "ampere": -1}),
    "tesla": (1.0, {"kilogram": 1, "second": -2, "ampere": -1}),
    "henry": (1.0, {"kilogram": 1, "metre": 2, "second": -2, "ampere": -2}),
    "lumen": (1.0, {"candela": 1}),
    "lux": (1.0, {"candela": 1, "metre": -2}),
}


@dataclass(frozen=True)
class Unit:
    """A unit: a factor (as its decimal logarithm) and an exponent for each base unit."""

    magnitude: float = 0.0
    exponents: tuple[tuple[str, Fraction], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        exponents = dict(self.exponents)
        for base, exponent in other.exponents:
            exponents[base] = exponents.get(base, Fraction(0)) + exponent
        return Unit(self.magnitude + other.magnitude, _tidy(exponents))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other.power(Fraction(-1))

    def power(self, exponent: Fraction) -> Unit:
        """The unit raised to a power."""
        exponents = {base: e * exponent for base, e in self.exponents}
        return Unit(self.magnitude * float(exponent), _tidy(exponents))

    def same(self, other: Unit) -> bool:
        """Whether both are the same unit, factor included."""
        close = math.isclose(self.magnitude, other.magnitude, abs_tol=1e-9)
        return close and self.exponents == other.exponents

    @property
    def dimensionless(self) -> bool:
        """Whether it is the pure number one."""
        return self.same(Unit())

    def __str__(self) -> str:
        parts = [b if e == 1 else f"{b}^{e}" for b, e in self.exponents]
        factor = 10.0**self.magnitude
        if not parts:
            return "dimensionless" if abs(self.magnitude) < 1e-9 else f"{factor:.6g}"
        if abs(self.magnitude) > 1e-9:
            parts.insert(0, f"{factor:.6g}")
        return " ".join(parts)


def _tidy(exponents: Mapping[str, Fraction]) -> tuple[tuple[str, Fraction], ...]:
    return tuple(sorted((b, e) for b, e in exponents.items() if e))


@dataclass(frozen=True)
class UnitSystem:
    """The units of one model.

    Attributes
    ----------
    definitions : mapping of str to Unit
        Every unit that may be written behind a number.
    of : mapping of str to Unit
        Unit of every name that has one; names without are unknown and fit anything.
    time : Unit or None
        Unit of time, None if the model does not say.
    written : mapping of str to str
        Unit of every name as the modeller wrote it.
    """

    definitions: Mapping[str, Unit]
    of: Mapping[str, Unit]
    time: Unit | None
    written: Mapping[str, str]

    def describe(self, unit: Unit) -> str:
        """Name of the unit, the modeller's own where there is one."""
        if unit.dimensionless:
            return "dimensionless"
        names = [n for n, u in self.definitions.items() if u.same(unit)]
        return min(names, key=lambda n: (len(n), n)) if names else str(unit)


def read_units(model: Any, where: str) -> UnitSystem:
    """Unit definitions of an SBML model and the unit of each of its names.

    Parameters
    ----------
    model : libsbml.Model
        A level 3 model.
    where : str
        Name of the model, for messages.

    Raises
    ------
    InputError
        If a name refers to a unit that is not defined.
    """
    definitions = {k: Unit(math.log10(f), _tidy(_fractions(e))) for k, (f, e) in _KINDS.items()}
    definitions |= {"liter": definitions["litre"], "meter": definitions["metre"]}
    for definition in model.getListOfUnitDefinitions():
        if definition.getNumUnits() == 0:
            raise InputError(where, "unit", definition.getId(), "is used but not defined")
        definitions[definition.getId()] = _defined(definition, definitions)
    of: dict[str, Unit] = {}
    written: dict[str, str] = {}

    def note(name: str, unit: str, per: str = "") -> None:
        for part in (unit, per):
            if part and part not in definitions:
                raise InputError(where, f"unit of {name}", part, "is not a unit of this model")
        if not unit:
            return
        of[name] = definitions[unit] / definitions[per] if per else definitions[unit]
        written[name] = f"{unit}/{per}" if per else unit

    default_size = {
        3.0: model.getVolumeUnits(),
        2.0: model.getAreaUnits(),
        1.0: model.getLengthUnits(),
    }
    sizes: dict[str, str] = {}
    for compartment in model.getListOfCompartments():
        size = compartment.getUnits() or default_size.get(
            compartment.getSpatialDimensionsAsDouble(), ""
        )
        sizes[compartment.getId()] = size
        note(compartment.getId(), size)
    for species in model.getListOfSpecies():
        substance = species.getSubstanceUnits() or model.getSubstanceUnits()
        if species.getHasOnlySubstanceUnits():
            note(species.getId(), substance)
        elif sizes.get(species.getCompartment()):
            note(species.getId(), substance, sizes[species.getCompartment()])
    for parameter in model.getListOfParameters():
        note(parameter.getId(), parameter.getUnits())
    extent, clock = model.getExtentUnits() or model.getSubstanceUnits(), model.getTimeUnits()
    for reaction in model.getListOfReactions():
        if extent and clock:
            note(reaction.getId(), extent, clock)
        law = reaction.getKineticLaw()
        for parameter in law.getListOfLocalParameters() if law is not None else ():
            note(f"{reaction.getId()}.{parameter.getId()}", parameter.getUnits())
    note("time", clock)
    return UnitSystem(definitions, of, of.get("time"), written)


def _fractions(exponents: Mapping[str, int]) -> dict[str, Fraction]:
    return {base: Fraction(e) for base, e in exponents.items()}


def _defined(definition: Any, known: Mapping[str, Unit]) -> Unit:
    from libsbml import UnitKind_toString

    product = Unit()
    for part in definition.getListOfUnits():
        kind = known.get(UnitKind_toString(part.getKind()), Unit())
        factor = math.log10(part.getMultiplier()) + part.getScale()
        exponent = Fraction(part.getExponentAsDouble()).limit_denominator(1000)
        product = product * Unit(kind.magnitude + factor, kind.exponents).power(exponent)
    return product
