"""Tables that come as tab-separated text, one row a line, without quotes: every cell is checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from aldesim.errors import InputError


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a table by column, each with its place to name in a message.

    Parameters
    ----------
    path : Path
        UTF-8 text; its first line names the columns.
    columns : sequence of str
        What they must be, in order.

    Raises
    ------
    InputError
        If the columns are others, or a row has more or fewer cells.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = next(reader, [])
        if header != list(columns):
            raise InputError(f"{path.name} row 1", "columns", header, f"must be {list(columns)}")
        for number, cells in enumerate(reader, start=2):
            where = f"{path.name} row {number}"
            if len(cells) != len(columns):
                raise InputError(where, "cells", len(cells), f"must be {len(columns)}")
            yield where, dict(zip(columns, (cell.strip() for cell in cells), strict=True))


def number_of(where: str, row: dict[str, str], field: str, empty: float | None = None) -> float:
    """Finite number of a cell; `empty`, if given, where the cell is empty.

    Raises
    ------
    InputError
        If the cell holds none.
    """
    text = row[field]
    if not text and empty is not None:
        return empty
    try:
        number = float(text)
    except ValueError:
        raise InputError(where, field, text, "must be a number") from None
    if not math.isfinite(number):
        raise InputError(where, field, text, "must be a finite number")
    return number
