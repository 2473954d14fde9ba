"""Plates of a dose-response bioassay, read from CSV: one line for each well."""

import csv
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aldesim.errors import InputError

REFERENCE = "reference"
DOSES = {"dose_IU_per_mL": "IU/mL", "dose_ng_per_mL": "ng/mL", "dilution": "dilution"}
REQUIRED = ("sample", "well", "response")
OPTIONAL = ("plate", "replicate")
ONE_PLATE = "1"  # name of the plate of a file without a column of plates


@dataclass(frozen=True, eq=False)
class Sample:
    """Wells of one sample on one plate; arrays of shape (n,).

    Parameters
    ----------
    name : str
        "reference", or the name of a test sample.
    log_dose : ndarray
        Natural logarithm of the dose in the unit of the file (of 1/dilution for dilutions).
    response : ndarray
        As read: absorbance, counts, fluorescence.
    wells : tuple of str
        Positions.
    """

    name: str
    log_dose: NDArray[np.float64]
    response: NDArray[np.float64]
    wells: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Plate:
    """The reference and the test samples that share a plate."""

    name: str
    reference: Sample
    tests: tuple[Sample, ...]


@dataclass(frozen=True)
class _Well:
    where: str
    plate: str
    sample: str
    well: str
    replicate: str
    dose: float
    response: float


def read_plates(path: Path) -> tuple[tuple[Plate, ...], str]:
    """Plates of a CSV file, in its order, and the unit of its doses.

    Parameters
    ----------
    path : Path
        UTF-8, comma-separated, with a header; lines that begin with # are comments. Columns:
        sample ("reference" or the name of a test), well, response, one of dose_IU_per_mL,
        dose_ng_per_mL and dilution (200 for 1:200), and if wanted plate and replicate.

    Raises
    ------
    InputError
        Naming file, row and field: columns, numbers, wells given twice; no reference, no test.
    """
    columns, rows = _table(path)
    dose_column = _check_columns(path.name, columns)
    plates: dict[str, dict[str, list[_Well]]] = defaultdict(lambda: defaultdict(list))
    seen: dict[tuple[str, ...], str] = {}
    for number, row in rows:
        well = _well(f"{path.name} row {number}", columns, row, dose_column)
        _once(seen, ("well", well.plate, well.well), well.well, well.where)
        if "replicate" in columns:
            key = ("replicate", well.plate, well.sample, repr(well.dose), well.replicate)
            _once(seen, key, well.replicate, well.where)
        plates[well.plate][well.sample].append(well)
    if not plates:
        raise InputError(path.name, "", "no rows", "must hold a line for each well")
    made = tuple(_plate(path.name, name, samples) for name, samples in plates.items())
    return made, DOSES[dose_column]


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(str(path), "", "no such file", "give the path of a CSV file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), "", str(error), "must be a readable UTF-8 file") from None
    lines = [
        (number, [cell.strip() for cell in next(csv.reader([line]))])
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise InputError(path.name, "", "empty", "must begin with a line of column names")
    return lines[0][1], lines[1:]


def _check_columns(file: str, columns: list[str]) -> str:
    """Check the header; returns the column that holds the dose."""
    known = (*REQUIRED, *DOSES, *OPTIONAL)
    for i, column in enumerate(columns):
        if column not in known:
            raise InputError(file, "columns", column, f"unknown; they are {', '.join(known)}")
        if column in columns[:i]:
            raise InputError(file, "columns", column, "is given twice")
    for column in REQUIRED:
        if column not in columns:
            raise InputError(file, "columns", ",".join(columns), f"must include {column}")
    doses = [column for column in columns if column in DOSES]
    if len(doses) != 1:
        found = ", ".join(doses) or "no dose"
        raise InputError(file, "columns", found, f"must include one of {', '.join(DOSES)}")
    return doses[0]


def _well(where: str, columns: list[str], row: list[str], dose_column: str) -> _Well:
    if len(row) != len(columns):
        raise InputError(where, "cells", len(row), f"must be {len(columns)}, as in the header")
    cells = dict(zip(columns, row, strict=True))
    for column, text in cells.items():
        if not text:
            raise InputError(
                where, column, "", "must not be empty; leave out wells without a value"
            )
    dose = _number(where, dose_column, cells[dose_column])
    if dose <= 0:
        allowed = "must be above 0; leave out wells without the drug"
        raise InputError(where, dose_column, cells[dose_column], allowed)
    return _Well(
        where=where,
        plate=cells.get("plate", ONE_PLATE),
        sample=cells["sample"],
        well=cells["well"],
        replicate=cells.get("replicate", ""),
        dose=1 / dose if dose_column == "dilution" else dose,
        response=_number(where, "response", cells["response"]),
    )


def _number(where: str, field: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(where, field, text, "must be a number, with a decimal point") from None
    if not math.isfinite(value):
        raise InputError(where, field, text, "must be a finite number")
    return value


def _once(seen: dict[tuple[str, ...], str], key: tuple[str, ...], value: str, where: str) -> None:
    if key in seen:
        raise InputError(where, key[0], value, f"is given twice; see {seen[key]}")
    seen[key] = where


def _plate(file: str, name: str, samples: dict[str, list[_Well]]) -> Plate:
    where = f"{file} plate {name}"
    if REFERENCE not in samples:
        found = ", ".join(samples)
        raise InputError(where, "sample", found, f'must include "{REFERENCE}" (spelt so)')
    if len(samples) == 1:
        raise InputError(where, "sample", REFERENCE, "must include a test sample as well")
    made = {sample: _sample(sample, wells) for sample, wells in samples.items()}
    return Plate(name, made.pop(REFERENCE), tuple(made.values()))


def _sample(name: str, wells: list[_Well]) -> Sample:
    return Sample(
        name=name,
        log_dose=np.log([well.dose for well in wells]),
        response=np.array([well.response for well in wells]),
        wells=tuple(well.well for well in wells),
    )
