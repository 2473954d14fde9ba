"""What the intervals hold, and which part of them is what is not known of the parameters."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from aldesim.report.sections.grid import Grid
from aldesim.report.summary import Endpoints
from aldesim.report.wording import counted, number, percent
from aldesim.timeunits import DAYS_PER_MONTH
from aldesim.trial.endpoints import Estimate, Proportion, kaplan_meier, pooled

_SHARES = {
    "Response (CR + PR)": pl.col("best_response").is_in(["CR", "PR"]),
    "Complete response": pl.col("best_response") == "CR",
}
_PRESSOR = {"Vasopressor used": pl.col("pressor_used")}
_MEANS = {"doses_given": "Doses given, mean", "hospital_days": "Hospital days, mean"}
_CURVES = {
    "Without progression": ("progression", "progression_day", "progressed"),
    "Alive": ("survival", "death_day", "died"),
}
_MONTHS = (12, 24, 60)


class _Line(NamedTuple):
    """One quantity: estimate and limits, its value and sampling variance in each version."""

    label: str
    estimate: Estimate | Proportion
    values: list[float]
    variances: list[float]
    said: Callable[[float], str]


def intervals(endpoints: Endpoints) -> str:
    """What the intervals of the page are, in words."""
    under = endpoints.tables.trial.manifest.get("uncertainty")
    if not under:
        return (
            "Intervals are 95\u00a0% (Wilson) for shares and log-log for survival; they show the "
            "play of chance in a trial of this size, not the uncertainty of the model."
        )
    each = counted(endpoints.tables.versions[0].height, "patient")
    return (
        f"The same {each} were treated under each of {under['of']}. Intervals are 95\u00a0% and "
        "hold two things: the play of chance in a trial of that size, and what the calibration "
        "left open. The variance is the mean of the variances by sampling in the draws plus "
        f"1\u00a0+\u00a01/{under['versions']} times the variance between draws (Rubin 1987), with "
        "Student\u2019s t for so few draws; a share, also of those alive at a time, has the Wilson "
        "interval of a trial so much smaller (Lott and Reiter 2020, Rothman 1978). Ranges "
        "called nine in ten are of patients of all draws together. Parameters that the calibration "
        "does not move, and what is wrong in the model itself, are in no interval."
    )


def uncertainty(endpoints: Endpoints) -> Grid | None:
    """How far the draws differ, and their part of the variance; None for a trial in one version."""
    under = endpoints.tables.trial.manifest.get("uncertainty")
    if not under:
        return None
    rows = []
    for line in _lines(endpoints):
        found = pooled(line.values, line.variances)
        part = float(found.between / found.variance) if found.variance > 0 else np.nan
        rows.append(
            [
                line.label,
                line.said(line.estimate.value),
                f"{line.said(line.estimate.low)} to {line.said(line.estimate.high)}",
                f"{line.said(min(line.values))} to {line.said(max(line.values))}",
                percent(part, 0),
            ]
        )
    head = ["What", "Mean of the draws", "95 % interval", "Lowest and highest draw"]
    return Grid("What is not known of the parameters", [*head, "Its part of the variance"], rows)


def _lines(endpoints: Endpoints) -> Iterator[_Line]:
    versions, tumour = endpoints.tables.versions, endpoints.tables.tumour
    for label, having in ((_SHARES if tumour else {}) | _PRESSOR).items():
        values = [float(f.select(having.mean()).item()) for f in versions]
        sizes = [f.height for f in versions]
        variances = [v * (1 - v) / n for v, n in zip(values, sizes, strict=True)]
        yield _Line(label, endpoints.share(having), values, variances, percent)
    for column, label in _MEANS.items():
        if column in versions[0].columns:
            yield _mean(label, [f[column].cast(pl.Float64).drop_nulls() for f in versions])
    for label, (name, time, event) in (_CURVES if tumour else {}).items():
        curve = getattr(endpoints, name)
        each = [kaplan_meier(f[time].to_numpy(), f[event].to_numpy()) for f in versions]
        for month in _MONTHS:
            day = min(month * DAYS_PER_MONTH, float(curve.time[-1]))
            if month * DAYS_PER_MONTH - day < 1:
                rows = [np.searchsorted(one.time, day, side="right") - 1 for one in each]
                values = [float(one.survival[k]) for one, k in zip(each, rows, strict=True)]
                errors = [one.standard_error[k] for one, k in zip(each, rows, strict=True)]
                variances = [float(np.nan_to_num(e)) ** 2 for e in errors]
                words = f"{label} at {month} months"
                yield _Line(words, curve.landmark(day), values, variances, percent)


def _mean(label: str, columns: list[pl.Series]) -> _Line:
    values = [float(c.to_numpy().mean()) for c in columns]
    variances = [float(c.to_numpy().var(ddof=1)) / len(c) for c in columns]
    found = pooled(values, variances)
    reach = float(found.quantile(0.95) * np.sqrt(found.variance))
    value = float(found.value)
    return _Line(
        label, Estimate(value, value - reach, value + reach), values, variances,
        lambda mean: number(mean, 1),
    )  # fmt: skip
