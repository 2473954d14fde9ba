"""NONMEM-style event records of doses, out and back in.

Columns ID, TIME, AMT, RATE, EVID, CMT, II, ADDL. TIME and II are in days or hours, AMT in IU, mg or
pmol, RATE in AMT per TIME; a file says which in its first line. CMT 1 is the depot under the skin,
2 the plasma, 3 the gut (from which interleukin-2 does not reach the blood).
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from aldesim.drug import Molecule, iu_from_mg, iu_from_pmol, mg_from_iu, pmol_from_iu, pmol_from_mg
from aldesim.errors import InputError
from aldesim.regimen.regimen import Regimen, dose

TimeUnit = Literal["day", "h"]
AmountUnit = Literal["IU", "mg", "pmol"]

TIMES_PER_DAY = {"day": 1.0, "h": 24.0}
AMOUNT_UNITS = ("IU", "mg", "pmol")
COMPARTMENTS = {"SC": 1, "IV_infusion": 2, "CIV": 2, "IV_bolus": 2, "oral": 3}
ROUTES = {1: "SC", 2: "IV_bolus", 3: "oral"}
COLUMNS = {
    "ID": pl.UInt32,
    "TIME": pl.Float64,
    "AMT": pl.Float64,
    "RATE": pl.Float64,
    "EVID": pl.Int8,
    "CMT": pl.Int8,
    "II": pl.Float64,
    "ADDL": pl.Int32,
}
DOSE_EVENT = 1
ROUNDING_DAYS = 1e-9


@dataclass(frozen=True, eq=False)
class Doses:
    """Doses given or planned; arrays of shape (d,), in order of patient and time.

    Parameters
    ----------
    id : ndarray of int
        Patient.
    time : ndarray
        Start, days.
    amount : ndarray
        In `unit`.
    duration : ndarray
        Length of the infusion, days; 0 for an injection.
    route : ndarray of str
        As in `Slots`; read back from records, "IV_infusion" stands for "CIV" too.
    unit : str
        "IU", or "mg" of a molecule dosed by mass.
    """

    id: np.ndarray
    time: np.ndarray
    amount: np.ndarray
    duration: np.ndarray
    route: np.ndarray
    unit: Literal["IU", "mg"] = "IU"


@dataclass(frozen=True, eq=False)
class EventRecords:
    """Dose events as a table, with its units.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns ID, TIME, AMT, RATE, EVID, CMT, II, ADDL.
    time_unit : str
        "day" or "h".
    amount_unit : str
        "IU", "mg" or "pmol".
    """

    frame: pl.DataFrame
    time_unit: TimeUnit = "day"
    amount_unit: AmountUnit = "IU"

    def csv(self) -> str:
        """The table as text; its first line, a comment, names the units."""
        units = f"# TIME {self.time_unit}; AMT {self.amount_unit}; 1 depot, 2 plasma, 3 gut\n"
        return units + self.frame.write_csv()

    def write(self, path: str | Path) -> None:
        """Write the table as CSV."""
        Path(path).write_text(self.csv(), encoding="utf-8")


def plan_doses(regimen: Regimen, body_weight: np.ndarray, BSA: np.ndarray) -> Doses:
    """Every planned dose of a regimen for patients 0 to n - 1.

    Parameters
    ----------
    regimen : Regimen
        What is given when.
    body_weight, BSA : ndarray, shape (n,)
        kg; m2.
    """
    slots = regimen.slots()
    amounts = np.array([dose(slots[k], body_weight, BSA) for k in range(len(slots))])
    patients = amounts.shape[1]
    return Doses(
        id=np.repeat(np.arange(patients), len(slots)),
        time=np.tile(slots.time, patients),
        amount=amounts.T.ravel(),
        duration=np.tile(slots.duration, patients),
        route=np.tile(slots.route, patients),
        unit=regimen.amount_unit,
    )


def event_records(
    doses: Doses,
    molecule: Molecule,
    *,
    time_unit: TimeUnit = "day",
    amount_unit: AmountUnit = "IU",
    compress: bool = False,
) -> EventRecords:
    """Event records of doses. Doses of nothing (held) are left out.

    Parameters
    ----------
    doses : Doses
        Given or planned.
    molecule : Molecule
        For mg and pmol.
    time_unit : str
        "day" or "h".
    amount_unit : str
        "IU", "mg" or "pmol".
    compress : bool
        Write a run of equal, evenly spaced doses as one record with II and ADDL.
    """
    order = np.lexsort((doses.time, doses.id))
    order = order[doses.amount[order] > 0]
    scale = TIMES_PER_DAY[time_unit]
    first = _run_starts(doses, order) if compress else np.ones(len(order), dtype=bool)
    starts = np.flatnonzero(first)
    more = np.diff(np.append(starts, len(order))) - 1
    rows = order[starts]
    gap = np.zeros(len(rows))
    repeats = more > 0
    gap[repeats] = doses.time[order[starts[repeats] + 1]] - doses.time[rows[repeats]]
    if doses.unit == "IU":
        amount = _from_iu(doses.amount[rows], amount_unit, molecule)
    else:
        amount = _from_mg(doses.amount[rows], amount_unit, molecule)
    duration = doses.duration[rows] * scale
    rate = np.divide(amount, duration, out=np.zeros_like(amount), where=duration > 0)
    frame = pl.DataFrame(
        {
            "ID": doses.id[rows],
            "TIME": doses.time[rows] * scale,
            "AMT": amount,
            "RATE": rate,
            "EVID": np.full(len(rows), DOSE_EVENT),
            "CMT": np.array([COMPARTMENTS[r] for r in doses.route[rows].tolist()], dtype=np.int8),
            "II": np.round(gap * scale, 12),  # differences of days leave crumbs
            "ADDL": more,
        }
    )
    return EventRecords(frame.cast(pl.Schema(COLUMNS)), time_unit, amount_unit)


def doses_from_records(events: EventRecords, molecule: Molecule) -> Doses:
    """Doses behind event records, repeats (II, ADDL) written out.

    Parameters
    ----------
    events : EventRecords
        The table.
    molecule : Molecule
        For mg and pmol.

    Raises
    ------
    InputError
        If a row is not a possible dose; names the row and the column.
    """
    _check(events.frame)
    column = {name: events.frame[name].to_numpy() for name in COLUMNS}
    scale = TIMES_PER_DAY[events.time_unit]
    repeat = column["ADDL"] + 1
    nth = np.concatenate([np.arange(k) for k in repeat]) if len(repeat) else np.empty(0)
    rate, amount = column["RATE"], column["AMT"]
    duration = np.divide(amount, rate, out=np.zeros_like(amount), where=rate > 0) / scale
    route = np.array([ROUTES[c] for c in column["CMT"].tolist()], dtype=object)
    route[duration > 0] = "IV_infusion"
    time = (np.repeat(column["TIME"], repeat) + nth * np.repeat(column["II"], repeat)) / scale
    patients = np.repeat(column["ID"].astype(np.int64), repeat)
    order = np.lexsort((time, patients))
    return Doses(
        id=patients[order],
        time=time[order],
        amount=np.repeat(_to_iu(amount, events.amount_unit, molecule), repeat)[order],
        duration=np.repeat(duration, repeat)[order],
        route=np.repeat(route, repeat)[order].astype(str),
    )


def read_records(path: str | Path) -> EventRecords:
    """Event records of a CSV file written by `EventRecords.write`, or in its form.

    Raises
    ------
    InputError
        If the file cannot be read, names no units, or a column or a value is wrong.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), "", str(error), "must be a readable CSV file") from None
    first, _, table = text.partition("\n")
    units = re.match(r"#\s*TIME (\w+); AMT (\w+)", first)
    if not units or units[1] not in TIMES_PER_DAY or units[2] not in AMOUNT_UNITS:
        raise InputError(
            str(path), "line 1", first, 'must name the units, such as "# TIME day; AMT IU"'
        )
    header = table.split("\n", 1)[0].split(",")
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(str(path), "columns", header, f"must include {', '.join(missing)}")
    try:
        frame = pl.read_csv(io.StringIO(table), columns=list(COLUMNS), schema_overrides=COLUMNS)
    except pl.exceptions.PolarsError as error:
        raise InputError(str(path), "", str(error).split("\n")[0], "must be numbers") from None
    _check(frame, str(path))
    time_unit: TimeUnit = "h" if units[1] == "h" else "day"
    amount_unit: AmountUnit = next(unit for unit in ("IU", "mg", "pmol") if unit == units[2])
    return EventRecords(frame, time_unit, amount_unit)


def _run_starts(doses: Doses, order: np.ndarray) -> np.ndarray:
    """Whether each dose begins a run of equal, evenly spaced doses, in the given order."""
    starts = np.ones(len(order), dtype=bool)
    gap, previous = None, None
    for place, k in enumerate(order.tolist()):
        if previous is not None and all(
            values[k] == values[previous]
            for values in (doses.id, doses.amount, doses.duration, doses.route)
        ):
            step = doses.time[k] - doses.time[previous]
            if gap is None or abs(step - gap) < ROUNDING_DAYS:
                starts[place], gap = False, step if gap is None else gap
                previous = k
                continue
        previous, gap = k, None
    return starts


def _check(frame: pl.DataFrame, where: str = "event records") -> None:
    """Raise InputError at the first row that is not a possible dose."""
    rules: Iterable[tuple[str, pl.Expr, str]] = (
        ("TIME", pl.col("TIME").is_finite() & (pl.col("TIME") >= 0), "must be 0 or more"),
        ("AMT", pl.col("AMT").is_finite() & (pl.col("AMT") > 0), "must be above 0"),
        ("RATE", pl.col("RATE").is_finite() & (pl.col("RATE") >= 0), "must be 0 or more"),
        ("EVID", pl.col("EVID") == DOSE_EVENT, "must be 1, a dose"),
        ("CMT", pl.col("CMT").is_in(list(ROUTES)), "must be 1 depot, 2 plasma or 3 gut"),
        ("ADDL", pl.col("ADDL") >= 0, "must be 0 or more"),
        (
            "II",
            pl.col("II").is_finite() & ((pl.col("ADDL") == 0) | (pl.col("II") > 0)),
            "must be above 0 where ADDL is",
        ),
    )
    for name, right, allowed in rules:
        wrong = frame.with_row_index("row", offset=1).filter(~right.fill_null(False))
        if len(wrong):
            raise InputError(f"{where} row {wrong['row'][0]}", name, wrong[name][0], allowed)


def _from_iu(iu: np.ndarray, unit: AmountUnit, molecule: Molecule) -> np.ndarray:
    if unit == "IU":
        return iu.astype(float)
    return (mg_from_iu if unit == "mg" else pmol_from_iu)(iu, molecule)


def _from_mg(mg: np.ndarray, unit: AmountUnit, molecule: Molecule) -> np.ndarray:
    if unit == "mg":
        return mg.astype(float)
    return (iu_from_mg if unit == "IU" else pmol_from_mg)(mg, molecule)


def _to_iu(amount: np.ndarray, unit: AmountUnit, molecule: Molecule) -> np.ndarray:
    if unit == "IU":
        return amount
    return (iu_from_mg if unit == "mg" else iu_from_pmol)(amount, molecule)
