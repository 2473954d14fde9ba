"""One person's course on the calendar: doses, preparation, checks, dates, handout."""

from aldesim.plan.clock import parse_start
from aldesim.plan.course import Milestone, Plan, PlannedDose, Recipe
from aldesim.plan.handout import Handout, handout
from aldesim.plan.planner import plan
from aldesim.plan.rates import Rates, rates_of_run, shipped_rates

__all__ = [
    "Handout",
    "Milestone",
    "Plan",
    "PlannedDose",
    "Rates",
    "Recipe",
    "handout",
    "parse_start",
    "plan",
    "rates_of_run",
    "shipped_rates",
]
