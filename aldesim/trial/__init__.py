"""Virtual trials: scenarios, the closed loop, endpoints, run folders."""

from aldesim.trial.comparison import Comparison, Difference, compare, vary
from aldesim.trial.reported import reported
from aldesim.trial.result import TrialResult
from aldesim.trial.runner import run
from aldesim.trial.scenario import Scenario, load_scenario, scenario_names
from aldesim.trial.versions import Versions

__all__ = [
    "Comparison",
    "Difference",
    "Scenario",
    "TrialResult",
    "Versions",
    "compare",
    "load_scenario",
    "reported",
    "run",
    "scenario_names",
    "vary",
]
