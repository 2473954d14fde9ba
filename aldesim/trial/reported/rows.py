"""Rows of the table of endpoints: one number with its range, of one statistic."""

from typing import Any

import numpy as np
import polars as pl

from aldesim.timeunits import DAYS_PER_MONTH
from aldesim.trial.endpoints import Estimate, KaplanMeier, kaplan_meier, proportion

SCHEMA = {
    "group": pl.String,
    "endpoint": pl.String,
    "statistic": pl.String,
    "day": pl.Float64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "range": pl.String,
    "sd": pl.Float64,
    "unit": pl.String,
    "n": pl.Int64,
}
CONFIDENCE, QUARTILES = "95 % interval", "quartiles"

Row = dict[str, Any]


def share(group: str, endpoint: str, count: int, n: int) -> Row:
    """Percent of patients, with Wilson's interval."""
    found = proportion(count, n)
    marks = Estimate(100 * found.value, 100 * found.low, 100 * found.high)
    return _row(group, endpoint, "percent of patients", marks, CONFIDENCE, "%", n)


def spread(
    group: str, endpoint: str, values: np.ndarray, unit: str, day: float | None = None
) -> list[Row]:
    """Mean with SD and median with quartiles of a number per patient; none where none is known."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if not known.size:
        return []
    sd = float(known.std(ddof=1)) if known.size > 1 else None
    low, median, high = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75)))
    at = {"day": day}
    middle = _row(
        group, endpoint, "median", Estimate(median, low, high), QUARTILES, unit, len(known)
    )
    mean = {"statistic": "mean", "value": float(known.mean()), "sd": sd}
    return [middle | mean | {"low": None, "high": None, "range": ""} | at, middle | at]


def times(
    group: str,
    endpoint: str,
    days: np.ndarray,
    ended: np.ndarray,
    free_at: tuple[int, ...] = (),
    until: float = 0.0,
) -> list[Row]:
    """Median of a time to an event, and percent free of it at some months; Kaplan-Meier.

    A follow-up of 730 days is one of 24 months: a month that ends within a day of `until` is read
    there.
    """
    known = np.isfinite(days)
    if not known.any():
        return []
    curve: KaplanMeier = kaplan_meier(days[known], ended[known])
    size = int(known.sum())
    marks = Estimate(*(mark / DAYS_PER_MONTH for mark in curve.median()))
    rows = [_row(group, endpoint, "median", marks, CONFIDENCE, "months", size)]
    for month in free_at:
        day = month * DAYS_PER_MONTH
        found = curve.landmark(min(day, until) if day < until + 1 else day)
        if np.isfinite(found.value):
            marks = Estimate(*(100 * mark for mark in found))
            rows.append(
                _row(group, endpoint, f"percent at {month} months", marks, CONFIDENCE, "%", size)
                | {"day": day}
            )
    return rows


def unit_words(unit: str) -> str:
    """A unit of the model's text as people write it: `cells_per_uL` is cells/uL."""
    if unit == "dimensionless":
        return "1"
    words = "1/" + unit.removeprefix("per_") if unit.startswith("per_") else unit
    words = words.replace("_per_", "/").replace("thousand", "1e3")
    return "%" if words == "percent" else words


def _row(
    group: str, endpoint: str, statistic: str, marks: Estimate, kind: str, unit: str, n: int
) -> Row:
    numbers = (group, endpoint, statistic, None, *marks, kind, None, unit, n)
    return dict(zip(SCHEMA, numbers, strict=True))
