"""A plan: one person's doses on the calendar, with all that belongs to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from aldesim.care import RuleSet
from aldesim.drug import Product
from aldesim.plan.monitoring import Monitoring
from aldesim.plan.person import Person
from aldesim.regimen import Regimen


@dataclass(frozen=True)
class Amount:
    """What one dose comes to.

    Parameters
    ----------
    IU : float or None
        Activity; None of a molecule that is dosed by mass.
    mg : float
        Protein.
    minutes : int
        Length of the infusion; 0 for an injection.
    """

    IU: float | None
    mg: float
    minutes: int

    @property
    def MIU(self) -> float | None:  # noqa: N802 (million IU)
        """Activity, million IU."""
        return None if self.IU is None else self.IU / 1e6


@dataclass(frozen=True)
class Recipe(Amount):
    """How one dose is made up.

    Parameters
    ----------
    IU, mg, minutes
        As in `Amount`.
    draw_mL : float
        Reconstituted solution to draw, mL.
    vials : int
        Vials to open.
    diluent_mL : float, optional
        Diluent in the bag, mL; None for an injection.
    concentration_ug_per_mL : float, optional
        In the bag; None for an injection.
    syringes : int, optional
        Syringes of an injection; None for an infusion.
    """

    draw_mL: float
    vials: int
    diluent_mL: float | None = None
    concentration_ug_per_mL: float | None = None
    syringes: int | None = None

    @property
    def bag_mL(self) -> float:  # noqa: N802 (millilitres)
        """Volume given: the bag with what was drawn into it, or the injection."""
        return self.draw_mL + (self.diluent_mL or 0.0)

    @property
    def mL_per_h(self) -> float | None:  # noqa: N802 (millilitres an hour)
        """Rate of the pump; None for an injection."""
        return self.bag_mL * 60 / self.minutes if self.minutes else None


@dataclass(frozen=True)
class PlannedDose:
    """One dose.

    Parameters
    ----------
    number : int
        From 1, over the whole course.
    cycle, slot : int
        Cycle, and number within it, from 1.
    day : int
        Calendar day of the course; day 1 is the date of the first dose.
    start, end : datetime
        On the local clock.
    ordered : str
        The dose as the regimen words it, such as "600,000 IU/kg".
    amount : Amount
        What it comes to; a Recipe where the vial is known.
    make_from : datetime, optional
        Made earlier it would be too old before its end; None where no vial is known.
    """

    number: int
    cycle: int
    slot: int
    day: int
    start: datetime
    end: datetime
    ordered: str
    amount: Amount
    make_from: datetime | None

    @property
    def recipe(self) -> Recipe | None:
        """How it is made up; None where no vial is known."""
        return self.amount if isinstance(self.amount, Recipe) else None


@dataclass(frozen=True)
class Milestone:
    """A date that follows from the calendar.

    Parameters
    ----------
    kind : str
        "discharge", "evaluation" or "next_course".
    date : date
        The day.
    title, text : str
        Name, and how it was worked out.
    """

    kind: str
    date: date
    title: str
    text: str


@dataclass(frozen=True)
class Plan:
    """Doses of one person on the calendar; see `aldesim.plan.plan`.

    Parameters
    ----------
    regimen, product, rules, monitoring
        What it was made from; `rules` is None where the regimen names none and none was given,
        `product` where no vial of its molecule is known.
    person : Person
        Weight and body surface.
    tz : str
        Name of the time zone; empty for a clock without one.
    doses : tuple of PlannedDose
        In order of time.
    milestones : tuple of Milestone
        In order of time.
    warnings : tuple of str
        What does not fit, in words.
    """

    regimen: Regimen
    product: Product | None
    rules: RuleSet | None
    monitoring: Monitoring
    person: Person
    tz: str
    doses: tuple[PlannedDose, ...]
    milestones: tuple[Milestone, ...]
    warnings: tuple[str, ...]

    @property
    def total(self) -> Amount:
        """What all doses come to."""
        activity = [dose.amount.IU for dose in self.doses if dose.amount.IU is not None]
        mg = sum(dose.amount.mg for dose in self.doses)
        return Amount(IU=sum(activity) if activity else None, mg=mg, minutes=0)

    @property
    def total_IU(self) -> float | None:  # noqa: N802 (international units)
        """Activity of all doses; None of a molecule that is dosed by mass."""
        return self.total.IU

    @property
    def total_vials(self) -> int:
        """Vials if each dose is made from vials of its own."""
        return sum(dose.recipe.vials for dose in self.doses if dose.recipe)

    def recipes(self) -> list[tuple[Recipe, list[PlannedDose]]]:
        """Each different recipe with its doses, in order of first use; none without a vial."""
        groups: dict[Recipe, list[PlannedDose]] = {}
        for dose in self.doses:
            if dose.recipe is not None:
                groups.setdefault(dose.recipe, []).append(dose)
        return list(groups.items())

    def days(self) -> Iterator[tuple[date, list[PlannedDose]]]:
        """Each day with a dose, and its doses."""
        days: dict[date, list[PlannedDose]] = {}
        for dose in self.doses:
            days.setdefault(dose.start.date(), []).append(dose)
        yield from days.items()
