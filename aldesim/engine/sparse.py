"""Sparse LU by symbol: elimination order and fill are decided once, from the pattern alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Elimination:
    """A plan of sparse LU decomposition without pivoting by size.

    Attributes
    ----------
    slots : mapping of (int, int) to int
        Place of every entry of the factors, fill included, in one flat array.
    pivots : tuple
        In elimination order: the pivot, the rows below it, and the columns right of it.
    """

    slots: Mapping[tuple[int, int], int]
    pivots: tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...]


def plan_elimination(size: int, pattern: Collection[tuple[int, int]]) -> Elimination:
    """An elimination plan with little fill: Markowitz's choice among the diagonal entries.

    Parameters
    ----------
    size : int
        Number of rows and columns.
    pattern : collection of (int, int)
        Structural non-zeros; the diagonal counts as non-zero in any case.

    Notes
    -----
    H. M. Markowitz, Management Science 3:255 (1957). The matrices here are I/(gamma h) - J, whose
    diagonal dominates once the step is small enough; a bad pivot shows as a rejected step.
    """
    present = {*pattern, *((i, i) for i in range(size))}
    rows: list[set[int]] = [{j for j in range(size) if (i, j) in present} for i in range(size)]
    columns: list[set[int]] = [{i for i in range(size) if (i, j) in present} for j in range(size)]
    left = set(range(size))
    pivots = []
    while left:
        pivot = min(left, key=lambda k: (_cost(rows[k], columns[k], left), len(rows[k] & left), k))
        left.discard(pivot)
        right = tuple(sorted(rows[pivot] & left))
        below = tuple(sorted(columns[pivot] & left))
        pivots.append((pivot, below, right))
        for i in below:
            rows[i].update(right)
        for j in right:
            columns[j].update(below)
        present.update((i, j) for i in below for j in right)
    slots = {entry: place for place, entry in enumerate(sorted(present))}
    return Elimination(slots, tuple(pivots))


def _cost(row: set[int], column: set[int], left: set[int]) -> int:
    return (len(row & left) - 1) * (len(column & left) - 1)
