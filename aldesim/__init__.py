"""aldesim: a virtual clinic for interleukin-2. Research use only; it gives no treatment advice.

The public API is what this module lists; everything is imported when first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aldesim.calibration import posterior_versions
    from aldesim.care import RuleSet, load_rules
    from aldesim.drug import Molecule, load_molecule
    from aldesim.engine import Batch, Model
    from aldesim.errors import InputError
    from aldesim.population import Population, load_population
    from aldesim.regimen import Regimen, load_regimen
    from aldesim.regimen.records import EventRecords, event_records, plan_doses, read_records
    from aldesim.report import summary, write_report
    from aldesim.trial import (
        Comparison,
        Scenario,
        TrialResult,
        compare,
        load_scenario,
        reported,
        run,
        scenario_names,
        vary,
    )

__version__ = "0.1.0"

_HOME = {
    "Batch": "aldesim.engine",
    "Comparison": "aldesim.trial",
    "EventRecords": "aldesim.regimen.records",
    "InputError": "aldesim.errors",
    "Model": "aldesim.engine",
    "Molecule": "aldesim.drug",
    "Population": "aldesim.population",
    "Regimen": "aldesim.regimen",
    "RuleSet": "aldesim.care",
    "Scenario": "aldesim.trial",
    "TrialResult": "aldesim.trial",
    "compare": "aldesim.trial",
    "event_records": "aldesim.regimen.records",
    "load_molecule": "aldesim.drug",
    "load_population": "aldesim.population",
    "load_regimen": "aldesim.regimen",
    "load_rules": "aldesim.care",
    "load_scenario": "aldesim.trial",
    "plan_doses": "aldesim.regimen.records",
    "posterior_versions": "aldesim.calibration",
    "read_records": "aldesim.regimen.records",
    "reported": "aldesim.trial",
    "run": "aldesim.trial",
    "scenario_names": "aldesim.trial",
    "summary": "aldesim.report",
    "vary": "aldesim.trial",
    "write_report": "aldesim.report",
}

__all__ = [
    "Batch",
    "Comparison",
    "EventRecords",
    "InputError",
    "Model",
    "Molecule",
    "Population",
    "Regimen",
    "RuleSet",
    "Scenario",
    "TrialResult",
    "compare",
    "event_records",
    "load_molecule",
    "load_population",
    "load_regimen",
    "load_rules",
    "load_scenario",
    "plan_doses",
    "posterior_versions",
    "read_records",
    "reported",
    "run",
    "scenario_names",
    "summary",
    "vary",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'aldesim' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Public names."""
    return [*__all__, "__version__"]
