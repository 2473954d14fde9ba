"""Tables that people hand in, CSV or Parquet: every cell can be named in an error."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from aldesim.errors import InputError

SUFFIXES = (".csv", ".parquet")
NOTHING = ("", ".", "na", "nan", "null")


@dataclass(frozen=True)
class Cells:
    """A table as text.

    Parameters
    ----------
    name : str
        Name of the file.
    comment : str
        Its first line if that begins with ``#``, else empty.
    columns : dict of str to tuple of str
        Text of each cell, by column in the file's order; empty where there is nothing.
    rows : tuple of int
        Number of each row as an editor counts lines; of a Parquet file, from 1.
    """

    name: str
    comment: str
    columns: dict[str, tuple[str, ...]]
    rows: tuple[int, ...]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def wrong(self, column: str, row: int, allowed: str) -> InputError:
        """The error that names a cell and what it may be."""
        return InputError(
            f"{self.name} row {self.rows[row]}", column, self.columns[column][row], allowed
        )

    def number(self, column: str, row: int, default: float | None = None) -> float:
        """Number of a cell; `default` where the cell is empty or the column is missing.

        Raises
        ------
        InputError
            If the cell holds no finite number, or nothing and there is no default.
        """
        text = self.columns[column][row] if column in self.columns else ""
        if not text and default is not None:
            return default
        if column not in self.columns:
            raise InputError(self.name, "columns", ", ".join(self.columns), f"must have {column}")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.wrong(column, row, "must be a finite number")
        return value


def read_cells(path: str | Path) -> Cells:
    """Cells of a CSV or Parquet file.

    Raises
    ------
    InputError
        If the file cannot be read, has no rows, names a column twice, or a row is too long.
    """
    path = Path(path)
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise InputError(str(path), "", why, "must be a readable CSV or Parquet file") from None
    lines = text.splitlines()
    comment = lines[0] if lines and lines[0].startswith("#") else ""
    reader = csv.reader(io.StringIO(text))
    head: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
            continue
        if not head:
            head = [cell.strip() for cell in cells]
            _check_head(path.name, head)
            continue
        if len(cells) > len(head):
            raise InputError(
                f"{path.name} row {reader.line_num}", "cells", len(cells), f"must be {len(head)}"
            )
        rows.append(cells + [""] * (len(head) - len(cells)))
        numbers.append(reader.line_num)
    if not rows:
        raise InputError(str(path), "rows", 0, "must have a header and at least one row")
    columns = {name: tuple(_text(row[i]) for row in rows) for i, name in enumerate(head)}
    return Cells(path.name, comment, columns, tuple(numbers))


def _read_parquet(path: Path) -> Cells:
    import polars as pl

    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        why = str(error).split("\n")[0]
        raise InputError(str(path), "", why, "must be a readable Parquet file") from None
    if not len(frame):
        raise InputError(str(path), "rows", 0, "must have at least one row")
    columns = {
        name: tuple(_text("" if value is None else str(value)) for value in frame[name].to_list())
        for name in frame.columns
    }
    return Cells(path.name, "", columns, tuple(range(1, len(frame) + 1)))


def _check_head(name: str, head: list[str]) -> None:
    for column in head:
        if head.count(column) > 1:
            raise InputError(name, "columns", column, "is given twice")
        if not column:
            raise InputError(name, "columns", ", ".join(head), "every column needs a name")


def _text(cell: str) -> str:
    text = cell.strip()
    return "" if text.lower() in NOTHING else text
