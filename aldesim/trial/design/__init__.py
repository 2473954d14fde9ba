"""Trial designs: read, simulated many times over, and what they would report."""

from aldesim.trial.design.forecast import (
    DesignForecast,
    predictive,
    resolve_design,
    simulate_design,
)
from aldesim.trial.design.pool import Pool, arm_scenarios, treat_pool
from aldesim.trial.design.power import power
from aldesim.trial.design.replicate import Replicates, replicate, size_of, two_stage_of
from aldesim.trial.design.schema import Design, design_names, load_design
from aldesim.trial.design.simon import TwoStage, simon

__all__ = [
    "Design",
    "DesignForecast",
    "Pool",
    "Replicates",
    "TwoStage",
    "arm_scenarios",
    "design_names",
    "load_design",
    "power",
    "predictive",
    "replicate",
    "resolve_design",
    "simon",
    "simulate_design",
    "size_of",
    "treat_pool",
    "two_stage_of",
]
