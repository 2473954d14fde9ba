"""One person's course on the calendar: doses, preparation, checks, dates, handout."""

from aldesim.plan.clock import parse_start
from aldesim.plan.course import Milestone, Plan, PlannedDose, Recipe
from aldesim.plan.planner import plan

__all__ = ["Milestone", "Plan", "PlannedDose", "Recipe", "parse_start", "plan"]
