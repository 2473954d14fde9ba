"""Published observations, and how well the model agrees with them."""

from aldesim.evidence.observations import Observation, load_observations
from aldesim.evidence.plan import Experiment, Plan, load_plan
from aldesim.evidence.qualify import qualify
from aldesim.evidence.scoreboard import Row, Scoreboard

__all__ = [
    "Experiment",
    "Observation",
    "Plan",
    "Row",
    "Scoreboard",
    "load_observations",
    "load_plan",
    "qualify",
]
