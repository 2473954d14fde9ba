"""The two tables beside the model text: what each parameter is worth, how big each state gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aldesim.errors import InputError
from aldesim.tsvfile import number_of, read_rows

DISTRIBUTIONS = ("fixed", "lognormal", "logit-normal", "normal")
_PARAMETER_COLUMNS = ("id", "value", "unit", "distribution", "spread", "source", "note")
_STATE_COLUMNS = ("id", "unit", "scale", "meaning")


@dataclass(frozen=True)
class Parameter:
    """One constant of the model and how it differs between patients.

    Attributes
    ----------
    id : str
        Name in the model text.
    value : float
        Value of the nominal patient; the median of the distribution.
    unit : str
        Unit, ``1`` for a pure number.
    distribution : str
        ``fixed``, ``lognormal``, ``logit-normal`` or ``normal``.
    spread : float
        Coefficient of variation (lognormal), standard deviation of the logit (logit-normal) or of
        the value (normal); 0 if fixed.
    source : str
        Paper, label or textbook; ``calibrated`` if chosen to fit observations; ``recalled: ...``
        if taken from memory of the literature and still to be checked against it.
    note : str
        What the number means or was fitted to.
    """

    id: str
    value: float
    unit: str
    distribution: str
    spread: float
    source: str
    note: str


@dataclass(frozen=True)
class State:
    """One state of the model: unit, typical magnitude and meaning."""

    id: str
    unit: str
    scale: float
    meaning: str


def read_parameters(path: Path) -> dict[str, Parameter]:
    """Parameters by name, in the order of the table.

    Parameters
    ----------
    path : Path
        Tab-separated file with the columns id, value, unit, distribution, spread, source, note.

    Raises
    ------
    InputError
        Naming file, row and field: columns, duplicate names, numbers, distributions, no source.
    """
    table: dict[str, Parameter] = {}
    for where, row in _named_rows(path, _PARAMETER_COLUMNS):
        name = row["id"]
        if name in table:
            raise InputError(where, "id", name, "is listed twice; keep one row")
        value, spread = number_of(where, row, "value"), number_of(where, row, "spread")
        distribution = row["distribution"]
        if distribution not in DISTRIBUTIONS:
            raise InputError(where, "distribution", distribution, f"one of {DISTRIBUTIONS}")
        if spread < 0.0 or (spread == 0.0) != (distribution == "fixed"):
            raise InputError(where, "spread", spread, "0 if fixed, else positive")
        if distribution == "lognormal" and value <= 0.0:
            raise InputError(where, "value", value, "positive for a lognormal parameter")
        if distribution == "logit-normal" and not 0.0 < value < 1.0:
            raise InputError(where, "value", value, "between 0 and 1 for a logit-normal parameter")
        if not row["source"]:
            raise InputError(where, "source", "", "a paper, label or textbook, or: calibrated")
        table[name] = Parameter(
            name, value, row["unit"], distribution, spread, row["source"], row["note"]
        )
    return table


def read_states(path: Path) -> dict[str, State]:
    """States by name, in the order of the table.

    Parameters
    ----------
    path : Path
        Tab-separated file with the columns id, unit, scale, meaning.

    Raises
    ------
    InputError
        Naming file, row and field: columns, duplicate names, a scale that is not positive.
    """
    table: dict[str, State] = {}
    for where, row in _named_rows(path, _STATE_COLUMNS):
        if row["id"] in table:
            raise InputError(where, "id", row["id"], "is listed twice; keep one row")
        scale = number_of(where, row, "scale")
        if scale <= 0.0:
            raise InputError(where, "scale", scale, "positive")
        table[row["id"]] = State(row["id"], row["unit"], scale, row["meaning"])
    return table


def _named_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    for where, row in read_rows(path, columns):
        if not row["id"].isidentifier():
            raise InputError(where, "id", row["id"], "a name of letters, digits, underscores")
        yield where, row
