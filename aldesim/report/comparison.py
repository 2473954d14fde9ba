"""A page that puts the arms of a comparison side by side."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.arms import bars_by_arm, reasons_by_arm, slots_by_arm
from aldesim.report.figures.toxicity import toxicity_of_arms
from aldesim.report.page import fill, page_environment
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.plots import Plots
from aldesim.report.sections.grid import Grid
from aldesim.report.summary import Row
from aldesim.report.tables import toxicity_table
from aldesim.report.wording import counted, number, percent, span
from aldesim.trial.comparison import Comparison, Difference
from aldesim.trial.endpoints import proportion
from aldesim.wholefile import write_text


def comparison_rows(comparison: Comparison) -> list[Row]:
    """Key numbers of each arm and of each difference, in words, for a terminal.

    Parameters
    ----------
    comparison : Comparison
        Finished arms.
    """
    reference = next(iter(comparison.arms))
    return [
        Row(
            row.measure if len(comparison.arms) == 2 else f"{row.arm}: {row.measure}",
            f"{_value(row, row.paired.first)} to {_value(row, row.paired.second)}",
            f"{_gap(row)} against {reference}",
        )
        for row in comparison.differences
    ]


def write_comparison(comparison: Comparison, path: str | Path | None = None) -> Path:
    """Path of the written page: one HTML file that works offline.

    Parameters
    ----------
    comparison : Comparison
        Finished arms.
    path : path, optional
        Where to write; default `comparison.html` in its folder.
    """
    place = Path(path) if path else comparison.report
    return write_text(place, render_comparison(comparison))


def render_comparison(comparison: Comparison) -> str:
    """HTML text of the page; see `write_comparison`."""
    plots = Plots()
    n = next(iter(comparison.patients.values())).height
    figures = comparison_figures(comparison)
    total = next(iter(comparison.arms.values())).manifest["scenario"]["patients"]
    context = {
        "heading": f"{', '.join(comparison.arms)}: the same patients",
        "arms": [
            (name, arm.manifest["scenario"]["title"], arm.manifest.get("command", ""))
            for name, arm in comparison.arms.items()
        ],
        "base": f"{counted(n, 'patient')} of {number(total)}, simulated to the end in every arm.",
        "side": _side_by_side(comparison),
        "large": [plots(figure) for figure in figures.doses],
        "toxicity": [plots(figure) for figure in figures.toxicity],
        "small": [plots(figure) for figure in figures.numbers],
        "differences": [difference_grid(comparison, name) for name in list(comparison.arms)[1:]],
    }
    return fill(page_environment().get_template("comparison.html.j2"), context, plots)


class ComparisonFigures(NamedTuple):
    """Pictures of a comparison.

    Parameters
    ----------
    numbers, doses, toxicity : list of Figure
        Key numbers of each arm as bars; doses by slot and why they were not given; grades of
        each further arm against the first.
    """

    numbers: list[go.Figure]
    doses: list[go.Figure]
    toxicity: list[go.Figure]


def comparison_figures(comparison: Comparison, *, theme: Theme = LIGHT) -> ComparisonFigures:
    """Every picture of a comparison, of the patients that all arms have.

    Parameters
    ----------
    comparison : Comparison
        Its arms; they may be unfinished.
    theme : Theme
        Colours.
    """
    frames = comparison.patients
    n = next(iter(frames.values())).height
    kept = next(iter(frames.values()))["id"].implode()
    doses = {
        name: arm.doses.filter(pl.col("id").is_in(kept)) for name, arm in comparison.arms.items()
    }
    grades = {
        name: toxicity_table(arm.toxicity.filter(pl.col("id").is_in(kept)), n)
        for name, arm in comparison.arms.items()
    }
    first, *others = grades.items()
    return ComparisonFigures(
        _small(frames, theme),
        [slots_by_arm(doses, n, theme=theme), reasons_by_arm(doses, n, theme=theme)],
        [toxicity_of_arms((first, other), theme=theme) for other in others],
    )


def _small(frames: dict[str, pl.DataFrame], theme: Theme) -> list[go.Figure]:
    """Vasopressor, hospital days, response and doses, a bar for each arm."""
    share = "Bars: share of patients; lines: 95 % interval (Wilson)."
    mean = "Bars: mean; lines: 95 % interval."
    pressor, response, days, doses = {}, {}, {}, {}
    for name, frame in frames.items():
        pressor[name] = _percent(frame, pl.col("pressor_used"))
        response[name] = _percent(frame, pl.col("best_response").is_in(["CR", "PR"]))
        days[name] = _mean(frame, "hospital_days")
        doses[name] = _mean(frame, "doses_course_1")
    return [
        bars_by_arm(doses, "Doses in the first course", "Doses (number)", mean, theme=theme),
        bars_by_arm(pressor, "Vasopressor used", "Patients, %", share, theme=theme),
        bars_by_arm(days, "Hospital days", "Days", mean, theme=theme),
        bars_by_arm(response, "Response (CR + PR)", "Patients, %", share, theme=theme),
    ]


def _percent(frame: pl.DataFrame, what: pl.Expr) -> tuple[float, float, float]:
    share = proportion(int(frame.select(what).to_series().sum()), frame.height)
    return 100 * share.value, 100 * share.low, 100 * share.high


def _mean(frame: pl.DataFrame, column: str) -> tuple[float, float, float]:
    values = frame[column].cast(pl.Float64).drop_nulls().to_numpy()
    mean = float(values.mean())
    reach = 1.96 * float(values.std()) / np.sqrt(len(values))
    return mean, mean - reach, mean + reach


def _side_by_side(comparison: Comparison) -> Grid:
    """Medians and shares of each arm in one table."""
    frames = comparison.patients
    medians = {
        "doses_course_1": "Doses in the first course, median (nine in ten)",
        "doses_cycle_1": "Doses in cycle 1, median (nine in ten)",
        "doses_cycle_2": "Doses in cycle 2, median (nine in ten)",
        "hospital_days": "Hospital days, median (nine in ten)",
        "courses_given": "Courses given, median (nine in ten)",
    }
    shares = {
        "Vasopressor used": pl.col("pressor_used"),
        "Complete response": pl.col("best_response") == "CR",
        "Response (CR + PR)": pl.col("best_response").is_in(["CR", "PR"]),
        "Death of treatment": pl.col("death_cause") == "treatment",
    }
    rows = []
    for column, label in medians.items():
        if all(column in frame.columns for frame in frames.values()):
            rows.append([label, *(_median(frame, column) for frame in frames.values())])
    for label, what in shares.items():
        cells = []
        for frame in frames.values():
            value, low, high = _percent(frame, what)
            cells.append(f"{number(value, 1)}\u00a0% ({span(low, high, 1)})")
        rows.append([label, *cells])
    return Grid("Each arm; in brackets nine in ten patients, or the 95 % interval of a share",
                ["Measure", *frames], rows)  # fmt: skip


def _median(frame: pl.DataFrame, column: str) -> str:
    values = frame[column].cast(pl.Float64).drop_nulls()
    mid, low, high = (values.quantile(q, "linear") for q in (0.5, 0.05, 0.95))
    return f"{number(mid, 1).removesuffix('.0')} ({span(low, high)})"


def difference_grid(comparison: Comparison, label: str) -> Grid:
    """Every measure of one arm against the first: both values, difference, interval, p.

    Parameters
    ----------
    comparison : Comparison
        Its arms; they may be unfinished.
    label : str
        The arm.
    """
    reference = next(iter(comparison.arms))
    rows = [
        [
            row.measure + ("" if row.unit in ("share", "number") else f", {row.unit}"),
            _value(row, row.paired.first),
            _value(row, row.paired.second),
            _gap(row, interval=False),
            _limits(row),
            _p(row.paired.p),
        ]
        for row in comparison.differences
        if row.arm == label
    ]
    head = ["Measure", reference, label, "Difference", "95 % interval, paired", "p"]
    return Grid(f"{label} against {reference}, patient by patient", head, rows)


def _value(row: Difference, value: float) -> str:
    return percent(value) if row.unit == "share" else number(value, 1)


def _gap(row: Difference, interval: bool = True) -> str:
    scale, digits = (100.0, 1) if row.unit == "share" else (1.0, 2)
    unit = {"share": " points", "number": ""}.get(row.unit, f" {row.unit}")
    value = scale * row.paired.difference
    text = f"{'+' if value > 0 else ''}{number(value, digits)}{unit}"
    return f"{text} (95\u00a0% interval {_limits(row)})" if interval else text


def _limits(row: Difference) -> str:
    scale, digits = (100.0, 1) if row.unit == "share" else (1.0, 2)
    return span(scale * row.paired.low, scale * row.paired.high, digits)


def _p(p: float) -> str:
    if np.isnan(p):
        return "–"
    return "< 0.001" if p < 0.001 else number(p, 3)
