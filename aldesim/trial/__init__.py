"""Virtual trials: scenarios, the closed loop, endpoints, run folders."""

from aldesim.trial.comparison import Comparison, Difference, compare, vary
from aldesim.trial.result import TrialResult
from aldesim.trial.runner import run
from aldesim.trial.scenario import Scenario, load_scenario, scenario_names

__all__ = [
    "Comparison",
    "Difference",
    "Scenario",
    "TrialResult",
    "compare",
    "load_scenario",
    "run",
    "scenario_names",
    "vary",
]
