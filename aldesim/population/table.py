"""Patients from a person's own table: read, checked cell by cell, and joined to a population."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from aldesim import model
from aldesim.errors import InputError
from aldesim.model import Parameter
from aldesim.population.covariates import COVARIATES, DERIVED, REQUIRED, Category, label
from aldesim.population.schema import PatientTable, Population, Text
from aldesim.shelf import file_stem
from aldesim.tablefile import Cells, read_cells

LABELS = ("id", "ID")
"""Columns that name a row and are not read."""
BODY_MASS_INDEX = (11.0, 80.0)  # kg/m2; beyond it weight and height do not belong together
CM_PER_M = 100.0


class TableFile(BaseModel):
    """A population file that names a table of patients.

    Parameters
    ----------
    name, title, description : str
        What it is called and whom it describes.
    table : str
        Path of a CSV or Parquet file, from the folder of this file.
    like : str, optional
        Population from which everything is drawn that the table lacks, given the row.
    bootstrap : bool
        Whether every patient is a row drawn at random, with replacement.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)]
    title: Text
    description: str = ""
    table: Text
    like: str | None = None
    bootstrap: bool = False

    @classmethod
    def of(cls, path: Path) -> TableFile:
        """File of a bare table: its rows as they are."""
        return cls(name=file_stem(path), title=f"Patients of {path.name}", table=str(path))


def names_a_table(path: Path) -> bool:
    """Whether a population file names a table instead of distributions."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False  # the reader of the file says what is wrong
    return re.search(r"^table\s*:", text, re.MULTILINE) is not None


def table_population(file: TableFile, like: Population | None = None) -> Population:
    """Population of a table of patients.

    Parameters
    ----------
    file : TableFile
        Which table, and how it is used.
    like : Population, optional
        Its distributions, for what the table lacks.

    Raises
    ------
    InputError
        If a column or a value is not possible, or no living body rests on a row; names the row.
    """
    cells = read_cells(file.table)
    table = model.parameter_table()
    columns = {
        name: tuple(
            covariate_value(cells, name, row) if name in COVARIATES
            else _parameter(cells, table[name], row)
            for row in range(len(cells))
        )
        for name in _columns(cells, table)
    }  # fmt: skip
    described = like.covariates if like else {}
    for name in REQUIRED:
        if name not in columns and name not in described:
            allowed = (
                f"must have {name} [{COVARIATES[name].unit}], or name a population with `like`"
            )
            raise InputError(cells.name, "columns", ", ".join(cells.columns), allowed)
    _check_build(cells, columns)
    _check_bodies(cells, columns)
    return Population(
        name=file.name,
        title=file.title,
        description=file.description or (like.description if like else ""),
        covariates=like.covariates if like else {},
        correlations=like.correlations if like else (),
        parameters=like.parameters if like else (),
        table=PatientTable(columns=columns, bootstrap=file.bootstrap),
    )


def covariate_value(
    cells: Cells, name: str, row: int, column: str | None = None
) -> float | Category:
    """Covariate of a cell: a number in its unit, or a category.

    Parameters
    ----------
    cells : Cells
        The table.
    name : str
        The covariate.
    row : int
        Place of the row, from 0.
    column : str, optional
        Column that holds it, if not called as the covariate.

    Raises
    ------
    InputError
        If it is none of the categories, or no number that an adult may have.
    """
    column = column or name
    covariate = COVARIATES[name]
    if covariate.categories:
        text = cells.columns[column][row].lower().removesuffix(".0")
        for category in covariate.categories:
            if label(category).lower() == text:
                return category
        raise cells.wrong(column, row, covariate.allowed)
    value = cells.number(column, row)
    low, high = covariate.plausible
    if not low <= value <= high:
        raise cells.wrong(column, row, covariate.allowed)
    return value


def _columns(cells: Cells, table: dict[str, Parameter]) -> list[str]:
    wanted = [name for name in cells.columns if name not in LABELS]
    for name in wanted:
        if name in DERIVED:
            raise InputError(cells.name, "columns", name, "is computed from the others; remove it")
        if name not in COVARIATES and name not in table:
            allowed = (
                f"must be a covariate ({', '.join(COVARIATES)}) or a parameter of the model"
                " (aldesim/model/parameters.tsv)"
            )
            raise InputError(cells.name, "columns", name, allowed)
    return wanted


def _parameter(cells: Cells, parameter: Parameter, row: int) -> float:
    value = cells.number(parameter.id, row)
    if parameter.distribution == "logit-normal" and not 0 < value < 1:
        raise cells.wrong(parameter.id, row, "must be between 0 and 1")
    if parameter.distribution == "lognormal" and value <= 0:
        raise cells.wrong(parameter.id, row, f"must be above 0 {parameter.unit}")
    if value < 0 <= parameter.value:
        raise cells.wrong(parameter.id, row, f"must be 0 or more {parameter.unit}")
    return value


def _check_build(cells: Cells, columns: dict[str, tuple]) -> None:
    """Refuse a weight and a height that are of no one adult."""
    if "body_weight" not in columns or "body_height" not in columns:
        return
    low, high = BODY_MASS_INDEX
    pairs = zip(columns["body_weight"], columns["body_height"], strict=True)
    for row, (weight, height) in enumerate(pairs):
        index = weight / (height / CM_PER_M) ** 2
        if not low <= index <= high:
            allowed = f"gives a body mass index of {index:.0f} kg/m2; must be {low:g} to {high:g}"
            raise cells.wrong("body_weight", row, allowed)


def _check_bodies(cells: Cells, columns: dict[str, tuple]) -> None:
    """Refuse rows whose body has a number that is not finite before anything is given."""
    biology = model.load()
    given = {
        name: np.asarray(values, dtype=np.float64)
        for name, values in columns.items()
        if name in model.parameter_table()
    }
    body = biology.batch(given, len(cells))
    for name, values in body.observe(biology.observables).items():
        broken = np.flatnonzero(~np.isfinite(values))
        if broken.size:
            where = f"{cells.name} row {cells.rows[broken[0]]}"
            raise InputError(where, name, float(values[broken[0]]), "must be finite at rest")
