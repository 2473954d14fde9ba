"""Forest: published numbers on top of what the simulation predicts for a study of that size."""

import math

import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import canvas, nothing
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.wording import counted, number, plain, title

TITLES = {"%": "Shares", "mo": "Times", "doses": "Doses"}
AXES = {"%": "Patients, %", "mo": "Months", "doses": "Doses (number)"}


def forest(table: pl.DataFrame, unit: str, *, theme: Theme = LIGHT) -> go.Figure:
    """Published numbers of one unit beside their predictions.

    Parameters
    ----------
    table : DataFrame
        As `aldesim.report.published.published_table` returns.
    unit : str
        Unit of the rows to draw.
    theme : Theme
        Colours.

    Returns
    -------
    Figure
        One row a number: bars hold 95 and 50 % of the predictions for a study of that size, the
        diamond is the published number with its interval, open where it lies outside.
    """
    rows = table.filter(pl.col("unit") == unit) if table.width else table
    heading = f"{TITLES.get(unit, unit)}: published and simulated"
    caption = (
        "Bars: 95 % and 50 % of what the simulation predicts for a study of the published size. "
        "Diamond and line: the published number and its interval; an open diamond lies outside."
    )
    if rows.height:
        inside = int(rows["inside"].sum())
        caption += f" {inside} of {counted(rows.height, 'number')} inside."
    figure = canvas(heading, caption, theme)
    if rows.is_empty():
        return nothing(figure, "Nothing published to compare with.")
    edge = _edge(rows)
    for place, row in enumerate(rows.iter_rows(named=True)):
        _draw(figure, row, place, edge, theme)
    for name, trace in (
        (
            "Simulated, 95 and 50 %",
            {"mode": "lines", "line": {"color": theme.survival, "width": 8}},
        ),
        (
            "Published",
            {
                "mode": "markers",
                "marker": {"color": theme.ink, "size": 10, "symbol": "diamond"},
            },
        ),
    ):
        figure.add_scatter(x=[None], y=[None], name=name, **trace)
    figure.update_layout(
        height=46 * rows.height + 130, margin={"l": 12, "r": 24}, legend_traceorder="normal"
    )
    figure.update_xaxes(title_text=AXES.get(unit, unit), showgrid=True, range=[0, edge])
    figure.update_yaxes(
        range=[rows.height - 0.55, -0.85], showticklabels=False, showgrid=False, fixedrange=True
    )
    return figure


def _edge(rows: pl.DataFrame) -> float:
    """Right end of the axis: everything finite, with room."""
    columns = ["published", "published_high", "upper", "high"]
    values = [value for name in columns for value in rows[name].drop_nulls().to_list()]
    return 1.06 * max((v for v in values if math.isfinite(v)), default=1.0)


def _draw(figure: go.Figure, row: dict[str, object], place: int, edge: float, theme: Theme) -> None:
    marks = {k: float(row[k]) for k in ("low", "lower", "median", "upper", "high", "published")}  # type: ignore[arg-type]
    # A time that is not reached has no place: its bar runs to the end of the axis.
    drawn = {key: min(value, edge) for key, value in marks.items()}
    label = f"{plain(title(str(row['quantity'])))} (n = {row['n']})"
    figure.add_annotation(
        x=0, xref="paper", y=place, yshift=17, text=label, xanchor="left",
        font={"size": 12, "color": theme.ink}, showarrow=False,
    )  # fmt: skip
    text = (
        f"{plain(str(row['quantity']))}<br>published {number(marks['published'], 1)}, n = "
        f"{row['n']}<br>simulated median {_said(marks['median'])}, 95 % "
        f"{_said(marks['low'])} to {_said(marks['high'])}"
    )
    for name, low, high, width, opacity in (
        ("simulated 95 %", "low", "high", 5, 0.45),
        ("simulated 50 %", "lower", "upper", 11, 0.8),
    ):
        figure.add_scatter(
            x=[drawn[low], drawn[high]], y=[place, place], mode="lines", hoverinfo="skip",
            line={"color": theme.survival, "width": width}, opacity=opacity, showlegend=False,
            name=f"{row['id']}: {name}",
        )  # fmt: skip
    if row["published_low"] is not None:
        figure.add_scatter(
            x=[row["published_low"], row["published_high"]], y=[place, place], mode="lines",
            hoverinfo="skip", line={"color": theme.ink, "width": 1.5}, showlegend=False,
            name=f"{row['id']}: published interval",
        )  # fmt: skip
    symbol = "diamond" if row["inside"] else "diamond-open"
    figure.add_scatter(
        x=[marks["published"]], y=[place], mode="markers", showlegend=False,
        name=f"{row['id']}: published",
        marker={"color": theme.ink, "size": 11, "symbol": symbol,
                "line": {"color": theme.surface if row["inside"] else theme.ink, "width": 1.5}},
        hovertemplate=f"{text}<extra></extra>",
    )  # fmt: skip


def _said(value: float) -> str:
    return "not reached" if math.isinf(value) else number(value, 1)
