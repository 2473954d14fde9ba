"""What a fit works from: the model, who the patients are, what they get, how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aldesim import __version__, model
from aldesim.care import Support, load_support
from aldesim.care.measurement import Schedule, load_schedule
from aldesim.drug import Molecule, load_molecule
from aldesim.forecast.signs import Observed, observed_signs, sign_rows
from aldesim.identity import identity_of
from aldesim.population import Population, VirtualPatients, load_population
from aldesim.regimen import Regimen, load_regimen

if TYPE_CHECKING:
    from aldesim.engine import Model

NO_ORDERS = "none"
"""Name of the support that is none: no fluid, no vasopressor, eating and drinking as usual."""


@dataclass(frozen=True)
class Setting:
    """Everything that people of one data file share.

    Parameters
    ----------
    model : Model
        The compiled biology.
    population : Population
        Whom the prior patients are drawn from.
    molecule : Molecule
        What the doses are of.
    support : Support or None
        Standing orders where the data name no orders; None for none at all.
    schedule : Schedule or None
        Errors of readings; None for readings without error.
    plan : Regimen or None
        Doses that follow the last reading.
    """

    model: Model
    population: Population
    molecule: Molecule
    support: Support | None
    schedule: Schedule | None
    plan: Regimen | None = None

    @cached_property
    def signs(self) -> dict[str, Observed]:
        """Signs that may be read, and with which error."""
        return observed_signs(self.schedule)

    def body_parameters(self, virtual: VirtualPatients) -> dict[str, Any]:
        """Parameters of bodies that differ from the model's own, in the model's units."""
        support = self.support.model_parameters() if self.support else {}
        changed = self.molecule.model_parameters(virtual.parameters)
        return {**virtual.parameters, **changed, **support}

    @cached_property
    def names(self) -> dict[str, str]:
        """What was chosen, by name."""
        return {
            "population": self.population.name,
            "molecule": self.molecule.id,
            "support": self.support.id if self.support else NO_ORDERS,
            "measurement": self.schedule.id if self.schedule else "exact",
            "plan": self.plan.name if self.plan else NO_ORDERS,
        }

    @cached_property
    def identity(self) -> str:
        """One hash of everything the numbers depend on."""
        parts: Mapping[str, Any] = {
            name: part and part.model_dump(mode="json", exclude_none=True)
            for name, part in (
                ("population", self.population),
                ("molecule", self.molecule),
                ("support", self.support),
                ("schedule", self.schedule),
                ("plan", self.plan),
            )
        }
        content = {
            **parts,
            "signs": [row.model_dump(mode="json") for row in sign_rows().values()],
            "model": self.model.sbml,
            "parameters": [vars(row) for row in model.parameter_table().values()],
            "program": __version__,
        }
        return identity_of(content)


def load_setting(
    *,
    population: str = "melanoma",
    molecule: str = "aldesleukin",
    support: str = "inpatient",
    measurement: str = "ward",
    plan: str | None = None,
) -> Setting:
    """Setting of names on the shelves, or of files of one's own.

    Raises
    ------
    InputError
        If a name is unknown or a file is wrong.
    """
    return Setting(
        model=model.load(),
        population=load_population(population),
        molecule=load_molecule(molecule),
        support=None if support == NO_ORDERS else load_support(support),
        schedule=load_schedule(measurement),
        plan=load_regimen(plan) if plan else None,
    )
