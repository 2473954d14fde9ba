"""Published numbers that stand for what a trial of interleukin-2 should show: the targets."""

from __future__ import annotations

from pathlib import Path

from aldesim.errors import InputError
from aldesim.evidence.plan import Plan, needed
from aldesim.tsvfile import read_rows

SHELF = Path(__file__).with_name("targets.tsv")
_COLUMNS = ["target", "observation", "note"]


def load_targets(path: Path = SHELF) -> dict[str, str]:
    """Observation of each target, in the order of the table; "" where none can be.

    Parameters
    ----------
    path : Path
        Tab-separated file with the columns target, observation and note. A target that no
        simulation can show, such as an input, has a note instead of an observation.

    Raises
    ------
    InputError
        Naming the row that is wrong.
    """
    found: dict[str, str] = {}
    for where, row in read_rows(path, _COLUMNS):
        target, observation, note = (row[column] for column in _COLUMNS)
        if not target or target in found:
            raise InputError(where, "target", target, "must be given once")
        if not observation and not note:
            raise InputError(where, "note", "", "say why there is no observation")
        found[target] = observation
    return found


def only_targets(plan: Plan) -> Plan:
    """The observations of a plan that are targets, and the experiments they need."""
    chosen = {name for name in load_targets().values() if name}
    observations = tuple(one for one in plan.observations if one.id in chosen)
    names = set().union(*(needed(one) for one in observations))
    return Plan(tuple(one for one in plan.experiments if one.id in names), observations)
