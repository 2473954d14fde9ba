"""A person's own data: NONMEM-style rows of doses, readings, orders and covariates.

Columns: ID, TIME, EVID (0 reading, 1 dose, 2 order), DVID (a sign, or an input of the model for an
order), DV, and where needed UNIT, MDV, BLQ, AMT, RATE, II, ADDL, CMT, and covariates. The order of
rows does not matter.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl

from aldesim import model
from aldesim.drug import Molecule
from aldesim.errors import InputError
from aldesim.forecast.person import MOST_DAYS, Person, Readings
from aldesim.forecast.signs import Observed, sign_rows, to_model_unit
from aldesim.population import COVARIATES
from aldesim.population.covariates import Category
from aldesim.population.table import covariate_value
from aldesim.regimen.records import (
    AMOUNT_UNITS,
    COLUMNS,
    COMPARTMENTS,
    ROUTES,
    TIMES_PER_DAY,
    AmountUnit,
    Doses,
    EventRecords,
    TimeUnit,
    doses_from_records,
)
from aldesim.tablefile import Cells, read_cells
from aldesim.timeunits import MINUTES_PER_DAY

READING, DOSE, ORDER = 0, 1, 2
ROUTE_CODES = {**COMPARTMENTS, "IV": 2}
ALIASES = {
    "WT": "body_weight", "WEIGHT": "body_weight", "HT": "body_height", "HEIGHT": "body_height",
    "AGE": "age", "SEX": "sex", "CREAT": "creatinine_0",
}  # fmt: skip
SEXES = {"f": "female", "m": "male"}
STANDARD = (*COLUMNS, "DV", "DVID", "UNIT", "MDV", "BLQ")


def read_people(
    path: str | Path,
    molecule: Molecule,
    signs: dict[str, Observed],
    *,
    time_unit: str | None = None,
    amount_unit: str | None = None,
) -> list[Person]:
    """People of a data file, in order of ID.

    Parameters
    ----------
    path : path
        CSV or Parquet. Its first line may name the units: ``# TIME h; AMT IU``.
    molecule : Molecule
        For units of amount.
    signs : dict of str to Observed
        Signs that may be read.
    time_unit : {"h", "day"}, optional
        Unit of TIME and II; default the file's, or hours.
    amount_unit : {"IU", "mg", "pmol"}, optional
        Unit of AMT; default the file's, or IU.

    Raises
    ------
    InputError
        Naming file, row, column, value and what is allowed.
    """
    cells = read_cells(path)
    times, amounts = _units(cells, time_unit, amount_unit)
    for name in ("ID", "TIME"):
        if name not in cells.columns:
            raise InputError(cells.name, "columns", ", ".join(cells.columns), f"must have {name}")
    covariates = _covariate_columns(cells)
    rows: dict[str, list[int]] = {}
    for row, person in enumerate(cells.columns["ID"]):
        if not person:
            raise cells.wrong("ID", row, "every row needs one")
        rows.setdefault(person, []).append(row)
    return [
        Person(
            id=person,
            known=_known(cells, covariates, rows[person]),
            doses=_doses(cells, rows[person], times, amounts, molecule),
            orders=_orders(cells, rows[person], times),
            readings=_readings(cells, rows[person], times, molecule, signs),
        )
        for person in sorted(rows, key=_number_first)
    ]


def _number_first(text: str) -> tuple[float, str]:
    try:
        return float(text), text
    except ValueError:
        return np.inf, text


def _units(cells: Cells, time: str | None, amount: str | None) -> tuple[TimeUnit, AmountUnit]:
    """Units of TIME and AMT: what the command says, else the first line, else h and IU."""
    named = {}
    for column in ("TIME", "AMT"):
        found = re.search(rf"\b{column}\s+(\w+)", cells.comment)
        named[column] = found[1] if found else None
    for column, given in (("TIME", time), ("AMT", amount)):
        if given and named[column] and given != named[column]:
            allowed = f"the file says {named[column]}; leave one of them out"
            raise InputError(cells.name, f"unit of {column}", given, allowed)
    wanted_time, wanted_amount = time or named["TIME"] or "h", amount or named["AMT"] or "IU"
    for column, unit, allowed in (
        ("TIME", wanted_time, tuple(TIMES_PER_DAY)),
        ("AMT", wanted_amount, AMOUNT_UNITS),
    ):
        if unit not in allowed:
            raise InputError(
                cells.name, f"unit of {column}", unit, f"must be one of {', '.join(allowed)}"
            )
    times: TimeUnit = "day" if wanted_time == "day" else "h"
    amounts: AmountUnit = next(u for u in ("IU", "mg", "pmol") if u == wanted_amount)
    return times, amounts


def _covariate_columns(cells: Cells) -> dict[str, str]:
    """Covariate -> column that holds it."""
    found: dict[str, str] = {}
    for column in cells.columns:
        if column in STANDARD:
            continue
        name = ALIASES.get(column.upper(), column)
        if name not in COVARIATES:
            allowed = f"must be one of {', '.join(STANDARD)}, or a covariate: " + ", ".join(
                [*("WT", "HT", "AGE", "SEX"), *COVARIATES]
            )
            raise InputError(cells.name, "columns", column, allowed)
        if name in found:
            raise InputError(cells.name, "columns", column, f"is the same as {found[name]}")
        found[name] = column
    return found


def _known(cells: Cells, columns: dict[str, str], rows: list[int]) -> dict[str, float | Category]:
    """Covariates of one person: the same in every row that has them."""
    known: dict[str, float | Category] = {}
    for name, column in columns.items():
        for row in rows:
            text = cells.columns[column][row]
            if not text:
                continue
            if name == "sex" and text.lower() in SEXES:
                value: float | Category = SEXES[text.lower()]
            else:
                value = covariate_value(cells, name, row, column)
            if known.setdefault(name, value) != value:
                allowed = f"must be {known[name]} as in the person's other rows"
                raise cells.wrong(column, row, allowed)
    return known


def _event(cells: Cells, row: int) -> int:
    event = cells.number("EVID", row, default=DOSE if _filled(cells, "AMT", row) else READING)
    if event not in (READING, DOSE, ORDER):
        raise cells.wrong("EVID", row, "must be 0 reading, 1 dose or 2 order")
    return int(event)


def _filled(cells: Cells, column: str, row: int) -> bool:
    """Whether a cell says something other than 0."""
    text = cells.columns.get(column, ("",) * len(cells))[row]
    return text not in ("", "0", "0.0")


def _days(cells: Cells, row: int, unit: TimeUnit) -> float:
    days = cells.number("TIME", row) / TIMES_PER_DAY[unit]
    if not 0 <= days <= MOST_DAYS:
        most = f"{MOST_DAYS * TIMES_PER_DAY[unit]:g} {unit}"
        raise cells.wrong("TIME", row, f"must be from 0 to {most}")
    return days


def _minute(cells: Cells, row: int, unit: TimeUnit) -> int:
    return round(_days(cells, row, unit) * MINUTES_PER_DAY)


def _doses(
    cells: Cells, rows: list[int], times: TimeUnit, amounts: AmountUnit, molecule: Molecule
) -> Doses:
    table: dict[str, list[float]] = {name: [] for name in COLUMNS}
    for row in (row for row in rows if _event(cells, row) == DOSE):
        _days(cells, row, times)
        amount, rate = cells.number("AMT", row), cells.number("RATE", row, 0.0)
        interval, more = cells.number("II", row, 0.0), cells.number("ADDL", row, 0.0)
        for column, right, allowed in (
            ("AMT", amount > 0, f"must be above 0 {amounts}"),
            ("RATE", rate >= 0, f"must be 0 or more {amounts} per {times}"),
            ("ADDL", more >= 0 and more == int(more), "must be a whole number, 0 or more"),
            ("II", interval > 0 or more == 0, f"must be above 0 {times} where ADDL is"),
        ):
            if not right:
                raise cells.wrong(column, row, allowed)
        found = (0, cells.number("TIME", row), amount, rate, DOSE, _compartment(cells, row))
        for name, value in zip(COLUMNS, (*found, interval, more), strict=True):
            table[name].append(value)
    frame = pl.DataFrame(table, schema=dict.fromkeys(COLUMNS, pl.Float64)).cast(pl.Schema(COLUMNS))
    return doses_from_records(EventRecords(frame, times, amounts), molecule)


def _compartment(cells: Cells, row: int) -> int:
    """Where a dose goes: a number of CMT, or a route in words; the plasma if nothing is said."""
    text = cells.columns.get("CMT", ("",) * len(cells))[row]
    code = ROUTE_CODES.get(text, 2 if not text else None)
    if code is None:
        code = int(text) if text in map(str, ROUTES) else None
    if code is None:
        words = ", ".join(ROUTE_CODES)
        raise cells.wrong("CMT", row, f"must be 1 under the skin, 2 plasma, 3 gut, or {words}")
    return code


def _orders(cells: Cells, rows: list[int], times: TimeUnit) -> tuple[tuple[int, str, float], ...]:
    inputs = model.load().inputs
    found = []
    for row in (row for row in rows if _event(cells, row) == ORDER):
        name = cells.columns.get("DVID", ("",) * len(cells))[row]
        if name not in inputs or name in ("infusion_rate", "prodrug_rate"):
            known = ", ".join(n for n in inputs if n not in ("infusion_rate", "prodrug_rate"))
            if "DVID" not in cells.columns:
                raise InputError(cells.name, "columns", "", "orders (EVID 2) need DVID and DV")
            raise cells.wrong("DVID", row, f"of an order must be an input of the model: {known}")
        value = cells.number("DV", row)
        if value < 0:
            raise cells.wrong("DV", row, f"must be 0 or more, {model.load().unit(name)}")
        found.append((_minute(cells, row, times), name, value))
    return tuple(sorted(found))


def _readings(
    cells: Cells, rows: list[int], times: TimeUnit, molecule: Molecule, signs: dict[str, Observed]
) -> Readings:
    found = []
    for row in (row for row in rows if _event(cells, row) == READING):
        if cells.number("MDV", row, 0.0) or not (
            _filled(cells, "DVID", row) or _filled(cells, "DV", row)
        ):
            _days(cells, row, times)
            continue
        for column in ("DVID", "DV"):
            if column not in cells.columns:
                allowed = f"readings need {column}"
                raise InputError(cells.name, "columns", ", ".join(cells.columns), allowed)
        name = cells.columns["DVID"][row]
        if name not in signs:
            raise cells.wrong("DVID", row, f"must be a sign: {', '.join(signs)}")
        entry = sign_rows()[name]
        unit = cells.columns.get("UNIT", ("",) * len(cells))[row]
        value = to_model_unit(entry, cells.number("DV", row), unit, molecule)
        if value is None:
            allowed = f"of {name} must be one of {', '.join([entry.unit, *entry.other_units])}"
            raise cells.wrong("UNIT", row, allowed)
        if value < 0:
            raise cells.wrong("DV", row, f"must be 0 or more {entry.unit}")
        below = bool(cells.number("BLQ", row, 0.0))
        found.append((_minute(cells, row, times), name, value, below))
    found.sort()
    return Readings(
        minute=np.array([f[0] for f in found], dtype=np.int64),
        sign=np.array([f[1] for f in found], dtype=np.str_),
        value=np.array([f[2] for f in found], dtype=np.float64),
        below=np.array([f[3] for f in found], dtype=np.bool_),
    )
