"""SBML text to equations."""

from __future__ import annotations

import math
from typing import Any

import libsbml

from aldesim.engine.equations import Equations
from aldesim.engine.formula import Call, Formula, Number, Symbol, constant_value, symbols
from aldesim.engine.mathml import Reader
from aldesim.engine.refusals import refuse_errors, refuse_unsupported
from aldesim.engine.units import UNKNOWN, UnitSystem, read_units
from aldesim.errors import InputError


def read_sbml(sbml: str, where: str) -> tuple[Equations, UnitSystem]:
    """The equations of an SBML model and the units of its names.

    Parameters
    ----------
    sbml : str
        SBML text, level 2 or 3.
    where : str
        Name of the model, for messages.

    Raises
    ------
    InputError
        If the text is not SBML, uses an unsupported feature or leaves a value out.
    """
    document = libsbml.readSBMLFromString(sbml)
    refuse_errors(document, where)
    if document.getLevel() < 3:
        document.setLevelAndVersion(3, 1, False)
        refuse_errors(document, where)
    refuse_unsupported(document, where)
    units = read_units(document.getModel(), where)
    return _Collector(document.getModel(), where, units).equations(), units


class _Collector:
    """Walks one SBML model once and sorts its names into states, rules, constants, inputs."""

    def __init__(self, model: Any, where: str, units: UnitSystem):
        self._model, self._where, self._units = model, where, units
        functions = {f.getId(): f for f in model.getListOfFunctionDefinitions()}
        self._reader = Reader(where, functions)
        self._rates: dict[str, Formula] = {}
        self._rules: dict[str, Formula] = {}
        self._initial: dict[str, Formula] = {}
        self._parameters: dict[str, float] = {}
        self._derived: list[str] = []
        self._inputs: dict[str, float] = {}
        self._observables: list[str] = []

    def equations(self) -> Equations:
        self._read_rules()
        assigned = {
            a.getSymbol(): self._reader.formula(a.getMath(), f"initial {a.getSymbol()}")
            for a in self._model.getListOfInitialAssignments()
        }
        self._read_reactions()
        for compartment in self._model.getListOfCompartments():
            self._place(compartment.getId(), True, assigned, _size(compartment))
        for species in self._model.getListOfSpecies():
            name = species.getId()
            fixed = species.getBoundaryCondition() and not species.getConstant()
            free = not species.getBoundaryCondition() and not species.getConstant()
            if free and name not in self._rules and name not in self._rates:
                self._rates[name] = self._species_rate(species)
            given = self._species_value(species)
            self._place(name, not fixed, assigned, given)
        for parameter in self._model.getListOfParameters():
            value = parameter.getValue() if parameter.isSetValue() else math.nan
            given = Number(value, UNKNOWN) if parameter.isSetValue() else None
            self._place(parameter.getId(), parameter.getConstant(), assigned, given)
        self._add_clock()
        self._check_names()
        return Equations(
            name=self._where,
            rates=self._rates,
            rules=self._rules,
            initial=self._initial,
            parameters=self._parameters,
            derived=tuple(self._derived),
            inputs=self._inputs,
            observables=tuple(self._observables),
            units=self._units.written,
        )

    def _read_rules(self) -> None:
        for rule in self._model.getListOfRules():
            name = rule.getVariable()
            formula = self._reader.formula(rule.getMath(), name)
            if rule.isRate():
                self._rates[name] = formula
            else:
                self._rules[name] = formula
                self._observables.append(name)

    def _read_reactions(self) -> None:
        for reaction in self._model.getListOfReactions():
            name = reaction.getId()
            law = reaction.getKineticLaw()
            if law is None:
                raise InputError(self._where, f"reaction {name}", "no law", "needs a kinetic law")
            local = {p.getId(): f"{name}.{p.getId()}" for p in law.getListOfParameters()}
            local |= {p.getId(): f"{name}.{p.getId()}" for p in law.getListOfLocalParameters()}
            for parameter in law.getListOfLocalParameters():
                self._parameters[local[parameter.getId()]] = parameter.getValue()
            self._rules[name] = self._reader.formula(law.getMath(), name, local)
            for reference in [*reaction.getListOfReactants(), *reaction.getListOfProducts()]:
                if reference.getIdAttribute():
                    self._initial[reference.getIdAttribute()] = Number(reference.getStoichiometry())
                    self._derived.append(reference.getIdAttribute())

    def _species_rate(self, species: Any) -> Formula:
        """d/dt of a species: of its amount, or of its concentration where that is its value."""
        name, compartment = species.getId(), species.getCompartment()
        terms: list[Formula] = []
        for reaction in self._model.getListOfReactions():
            change = sum(_stoichiometry(r, name) for r in reaction.getListOfProducts())
            change -= sum(_stoichiometry(r, name) for r in reaction.getListOfReactants())
            if change:
                terms.append(Call("mul", (Number(change), Symbol(reaction.getId()))))
        flow: Formula = Call("add", tuple(terms)) if terms else Number(0.0)
        if species.getHasOnlySubstanceUnits() or not terms:
            return flow
        if compartment in self._rules:
            raise InputError(
                self._where,
                f"species {name}",
                compartment,
                "a compartment set by an assignment rule must not hold concentrations; "
                "make the species substanceOnly or give the compartment a rate rule",
            )
        rate = Call("div", (flow, Symbol(compartment)))
        if compartment not in self._rates:
            return rate
        growth = Call("div", (self._rates[compartment], Symbol(compartment)))
        return Call("sub", (rate, Call("mul", (Symbol(name), growth))))

    def _species_value(self, species: Any) -> Formula | None:
        compartment = Symbol(species.getCompartment())
        substance = species.getHasOnlySubstanceUnits()
        if species.isSetInitialAmount():
            amount = Number(species.getInitialAmount(), UNKNOWN)
            return amount if substance else Call("div", (amount, compartment))
        if species.isSetInitialConcentration():
            concentration = Number(species.getInitialConcentration(), UNKNOWN)
            return Call("mul", (concentration, compartment)) if substance else concentration
        return None

    def _place(
        self, name: str, constant: bool, assigned: dict[str, Formula], given: Formula | None
    ) -> None:
        """Sort one name: rule variable, state, input, derived constant or parameter."""
        if name in self._rules:
            return
        start = assigned.get(name, given)
        if start is None:
            raise InputError(self._where, name, "no value", "needs a value")
        if name in self._rates:
            self._initial[name] = start
        elif not constant:
            value = constant_value(start, lambda _: None)
            if value is None:
                raise InputError(
                    self._where, f"input {name}", "a formula", "needs a number as its default"
                )
            self._inputs[name] = value
        elif isinstance(start, Number) and name not in assigned:
            self._parameters[name] = start.value
        else:
            self._initial[name] = start
            self._derived.append(name)

    def _add_clock(self) -> None:
        """Time as a state with rate one, so that the system needs no explicit time."""
        every = [*self._rates.values(), *self._rules.values(), *self._initial.values()]
        if any("time" in symbols(f) for f in every):
            self._rates["time"] = Number(1.0)
            self._initial["time"] = Number(0.0, UNKNOWN)

    def _check_names(self) -> None:
        known = {*self._rates, *self._rules, *self._initial, *self._parameters, *self._inputs}
        for where, formulas in (("", self._rates | self._rules), ("initial ", self._initial)):
            for name, formula in formulas.items():
                for symbol in symbols(formula):
                    if symbol not in known:
                        raise InputError(
                            self._where, f"{where}{name}", symbol, "is not a name of this model"
                        )


def _size(compartment: Any) -> Formula:
    return Number(compartment.getSize() if compartment.isSetSize() else 1.0, UNKNOWN)


def _stoichiometry(reference: Any, species: str) -> float:
    if reference.getSpecies() != species:
        return 0.0
    return reference.getStoichiometry() if reference.isSetStoichiometry() else 1.0
