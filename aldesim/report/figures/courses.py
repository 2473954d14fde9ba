"""Courses: what a sign does over time in all patients, as median, mean and bands."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import axes, canvas, nothing, single
from aldesim.report.palette import LIGHT, Theme, fade
from aldesim.report.signs import LOG_FLOOR, Sign
from aldesim.report.wording import day, number

QUANTILES = {"low": 0.05, "lower": 0.25, "median": 0.5, "upper": 0.75, "high": 0.95}


def course_table(courses: pl.DataFrame, sign: Sign) -> pl.DataFrame:
    """Median, mean and bands of a sign at each time.

    Parameters
    ----------
    courses : DataFrame
        Columns `id`, `time` (day) and the sign.
    sign : Sign
        Which sign, and whether it is taken relative to the patient's own first value.

    Returns
    -------
    DataFrame
        Columns `time`, `n`, `mean`, and the 5, 25, 50, 75 and 95 % quantiles `low`, `lower`,
        `median`, `upper`, `high`. Patients without a value at a time do not count there.
    """
    value = pl.col(sign.name).cast(pl.Float64).fill_nan(None)
    rows = courses.select("id", "time", value.alias("value"))
    if sign.relative:
        first = (
            rows.drop_nulls("value")
            .sort("time")
            .group_by("id")
            .agg(pl.col("value").first().alias("first"))
        )
        rows = rows.join(first, on="id").with_columns(
            value=100 * (pl.col("value") / pl.col("first") - 1)
        )
    value = pl.col("value")
    return (
        rows.filter(value.is_finite())
        .group_by("time")
        .agg(
            value.len().alias("n"),
            value.mean().alias("mean"),
            *(value.quantile(q, "linear").alias(name) for name, q in QUANTILES.items()),
        )
        .sort("time")
    )


def course(
    table: pl.DataFrame,
    sign: Sign,
    *,
    stays: Sequence[tuple[float, float]] = (),
    days: tuple[float, float] | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """One sign over time: median line, mean line, 25-75 % and 5-95 % bands.

    Parameters
    ----------
    table : DataFrame
        As `course_table` returns.
    sign : Sign
        What is drawn.
    stays : sequence of (float, float)
        First and last day of each cycle's doses, shaded.
    days : (float, float), optional
        Part of the time axis shown at first.
    theme : Theme
        Colours.
    """
    figure = canvas(sign.title, course_caption(table, sign), theme, height=280)
    axes(figure, "Day since first dose", sign.unit)
    if table.is_empty():
        return nothing(figure, "Nothing recorded.")
    colour = getattr(theme, sign.colour)
    for start, end in stays:
        figure.add_vrect(x0=start, x1=end, fillcolor=theme.panel, line_width=0, layer="below")
    x = single(table["time"])

    def floor(values: pl.Series) -> np.ndarray:
        return single(values.clip(LOG_FLOOR) if sign.log else values)

    for below, above, opacity in (("low", "high", 0.16), ("lower", "upper", 0.26)):
        edge = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
        figure.add_scatter(x=x, y=floor(table[below]), **edge)
        figure.add_scatter(
            x=x, y=floor(table[above]), fill="tonexty", fillcolor=fade(colour, opacity), **edge
        )
    figure.add_scatter(
        x=x, y=floor(table["mean"]), mode="lines", name="mean", hoverinfo="skip", showlegend=False,
        line={"color": colour, "width": 1, "dash": "dot"},
    )  # fmt: skip
    digits = f":.{sign.digits}f"
    figure.add_scatter(
        x=x,
        y=floor(table["median"]),
        customdata=single(table.select("lower", "upper", "low", "high", "mean", "n").to_numpy()),
        mode="lines",
        name="median",
        showlegend=False,
        line={"color": colour, "width": 2},
        hovertemplate=(
            f"Day %{{x:.1f}}: median %{{y{digits}}} {sign.unit}<br>"
            f"half of patients %{{customdata[0]{digits}}} to %{{customdata[1]{digits}}}<br>"
            f"nine in ten %{{customdata[2]{digits}}} to %{{customdata[3]{digits}}}<br>"
            f"mean %{{customdata[4]{digits}}}, %{{customdata[5]:.0f}} patients<extra></extra>"
        ),
    )
    if sign.log:
        figure.update_yaxes(type="log", dtick=1, tickformat=",~r")
    figure.update_xaxes(range=list(days) if days else [0, float(x[-1])], rangemode="nonnegative")
    figure.update_layout(margin_t=40)
    return figure


def course_caption(table: pl.DataFrame, sign: Sign) -> str:
    """First, lowest, highest and last median in words."""
    if table.is_empty():
        return f"{sign.title}: nothing recorded."
    facts = course_facts(table)
    parts = [f"{sign.title} ({sign.unit}): median {number(facts['first'], sign.digits)} at first"]
    parts += [
        f"{name} {number(facts[name], sign.digits)} on day {day(facts[name + '_day'])}"
        for name in ("lowest", "highest")
    ]
    return ", ".join(parts) + "." + (f" {sign.note}" if sign.note else "")


def course_facts(table: pl.DataFrame) -> dict[str, float]:
    """Median at the start and the end, and its lowest and highest value with their days."""
    median = table["median"]
    low, high = median.arg_min() or 0, median.arg_max() or 0
    return {
        "first": float(median[0]),
        "lowest": float(median[low]),
        "lowest_day": float(table["time"][low]),
        "highest": float(median[high]),
        "highest_day": float(table["time"][high]),
        "last": float(median[-1]),
        "last_day": float(table["time"][-1]),
    }
