"""Published observations, one number a row, as the table beside this module holds them."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path

from aldesim.errors import InputError
from aldesim.tsvfile import number_of, read_rows

SHELF = Path(__file__).with_name("observations.tsv")
DOMAINS = ("PK", "receptors", "cells", "tumour", "leak", "organs", "clinic", "survival")
KINDS = ("mean", "median", "proportion", "minimum", "maximum", "timing", "survival")
SIDES = ("", "at least", "at most")


@dataclass(frozen=True)
class Observation:
    """One published number and what in a simulation corresponds to it.

    Attributes
    ----------
    id : str
        Key: words joined by hyphens.
    domain : str
        One of `DOMAINS`.
    quantity : str
        What was measured, in plain words.
    scenario : str
        Experiment of the plan; several joined by "+" are pooled.
    readout : str
        Name of a readout and its arguments, as ``fold sign=Treg day=56``.
    kind : str
        What the number is over the patients of a study: mean, median, proportion (percent),
        minimum, maximum, timing (a median time) or survival (a Kaplan-Meier median).
    value : float
        The published number, in `unit`.
    side : str
        "" for a number, "at least" or "at most" for a bound.
    unit : str
        Unit of `value` and of the readout.
    n : int
        Patients (or courses) behind the number.
    n_stated : bool
        Whether the source states `n`; otherwise it is an assumption.
    interval_low, interval_high : float
        Published or computed interval, to show; never part of the score. NaN if not known.
    between_study : float
        Standard deviation of the random effect of a study: on the logit for a proportion, on the
        natural logarithm for anything else; 0 if not known.
    resolution : float
        Width of the rounding of the printed number; of a printed range its width.
    source : str
        The paper.
    calibration : bool
        Whether a parameter was chosen with this number in sight.
    weak : bool
        Counts half: recalled, very small, or measured in other conditions.
    note : str
        How the number is read.
    """

    id: str
    domain: str
    quantity: str
    scenario: str
    readout: str
    kind: str
    value: float
    side: str
    unit: str
    n: int
    n_stated: bool
    interval_low: float
    interval_high: float
    between_study: float
    resolution: float
    source: str
    calibration: bool
    weak: bool
    note: str

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Experiments that are pooled."""
        return tuple(self.scenario.split("+"))

    @property
    def weight(self) -> float:
        """Weight in coverage and mean score."""
        return 0.5 if self.weak else 1.0


def load_observations(path: Path = SHELF) -> tuple[Observation, ...]:
    """Observations of a table, in its order.

    Parameters
    ----------
    path : Path
        Tab-separated file with one column for each field of `Observation`.

    Raises
    ------
    InputError
        Naming file, row and field of whatever is wrong.
    """
    found: dict[str, Observation] = {}
    for where, cells in read_rows(path, [field.name for field in fields(Observation)]):
        one = _observation(where, cells)
        if one.id in found:
            raise InputError(where, "id", one.id, "is given twice; ids are unique")
        found[one.id] = one
    return tuple(found.values())


def _observation(where: str, row: dict[str, str]) -> Observation:
    for field in ("id", "quantity", "scenario", "readout", "unit", "source"):
        if not row[field]:
            raise InputError(where, field, "", "must not be empty")
    kind, side = row["kind"], row["side"]
    for field, allowed in (("domain", DOMAINS), ("kind", KINDS), ("side", SIDES)):
        if row[field] not in allowed:
            raise InputError(where, field, row[field], f"must be one of {allowed}")
    value, n = number_of(where, row, "value"), number_of(where, row, "n")
    if n < 1 or n != int(n):
        raise InputError(where, "n", row["n"], "must be a whole number, 1 or more")
    if kind == "proportion" and not 0 <= value <= 100:
        raise InputError(where, "value", value, "must be within 0 and 100 percent")
    if kind != "proportion" and not side and value == 0:
        raise InputError(where, "value", value, "must not be 0: scores are relative to the value")
    spreads = {name: number_of(where, row, name, 0.0) for name in ("between_study", "resolution")}
    for field, spread in spreads.items():
        if spread < 0:
            raise InputError(where, field, spread, "must be 0 or more")
    return Observation(
        id=row["id"],
        domain=row["domain"],
        quantity=row["quantity"],
        scenario=row["scenario"],
        readout=row["readout"],
        kind=kind,
        value=value,
        side=side,
        unit=row["unit"],
        n=int(n),
        n_stated=_yes(where, row, "n_stated"),
        interval_low=number_of(where, row, "interval_low", math.nan),
        interval_high=number_of(where, row, "interval_high", math.nan),
        between_study=spreads["between_study"],
        resolution=spreads["resolution"],
        source=row["source"],
        calibration=_yes(where, row, "calibration"),
        weak=_yes(where, row, "weak"),
        note=row["note"],
    )


def _yes(where: str, row: dict[str, str], field: str) -> bool:
    if row[field] not in ("yes", "no"):
        raise InputError(where, field, row[field], "must be yes or no")
    return row[field] == "yes"
