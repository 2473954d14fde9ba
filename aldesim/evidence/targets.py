"""Published numbers that stand for what a trial of interleukin-2 should show: the targets."""

from __future__ import annotations

import csv
from pathlib import Path

from aldesim.errors import InputError
from aldesim.evidence.plan import Plan, needed

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
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = next(reader, [])
        if header != _COLUMNS:
            raise InputError(f"{path.name} row 1", "columns", header, f"must be {_COLUMNS}")
        for number, cells in enumerate(reader, start=2):
            where = f"{path.name} row {number}"
            if len(cells) != len(_COLUMNS):
                raise InputError(where, "cells", len(cells), f"must be {len(_COLUMNS)}")
            target, observation, note = (cell.strip() for cell in cells)
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
