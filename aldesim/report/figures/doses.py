"""Doses given, doses by slot, and why doses were not given."""

import re

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import axes, canvas, nothing, rows_of_bars
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.reasons import reason_table
from aldesim.report.tables import Frame, collect
from aldesim.report.wording import counted, number, plain

MOST_REASONS = 12
_LABEL_ROOM = 6.0
"""Percent of the axis that a label takes."""


def doses_given(patients: pl.DataFrame, *, theme: Theme = LIGHT) -> go.Figure:
    """Histogram of doses given per patient.

    Parameters
    ----------
    patients : DataFrame
        Columns `doses_given` and `doses_planned`.
    theme : Theme
        Colours.
    """
    given = patients["doses_given"].drop_nulls().to_numpy()
    caption = "How many doses each patient received."
    figure = canvas("Doses given per patient", caption, theme)
    axes(figure, "Doses given per patient (number)", "Patients (number)")
    if not given.size:
        return nothing(figure, "No patient was treated.")
    most = int(max(given.max(), patients["doses_planned"].max() or 0))  # type: ignore[call-overload]
    counts = np.bincount(given, minlength=most + 1)
    median = float(np.median(given))
    low, high = np.quantile(given, [0.05, 0.95])
    figure.layout.meta["caption"] = (
        f"{caption} {counted(given.size, 'patient')}; at most {most} doses were planned. Median "
        f"{number(median, 1).removesuffix('.0')}; nine in ten lie between {low:.0f} and {high:.0f}."
    )
    figure.add_bar(
        x=np.arange(most + 1),
        y=counts,
        customdata=100 * counts / given.size,
        marker={"color": theme.given, "line": {"width": 0}},
        hovertemplate="%{x} doses: %{y} patients (%{customdata:.1f} %)<extra></extra>",
        showlegend=False,
    )
    figure.add_vline(x=median, line={"color": theme.ink, "width": 1.5, "dash": "dot"})
    figure.add_annotation(
        x=median,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="right" if median > 0.85 * most else "center",
        text=f"median {number(median, 1).removesuffix('.0')}",
        font={"color": theme.ink},
        showarrow=False,
    )
    figure.update_layout(bargap=0.18)
    figure.update_xaxes(range=[-0.7, most + 0.7], tick0=0, dtick=4 if most > 12 else 1)
    return figure


def doses_by_slot(doses: Frame, patients: pl.DataFrame, *, theme: Theme = LIGHT) -> go.Figure:
    """Share of all treated patients who received each planned dose, one line a cycle.

    Parameters
    ----------
    doses : DataFrame or LazyFrame
        The ledger: columns `cycle`, `slot` and `action`.
    patients : DataFrame
        Treated patients; their number is the base of the share.
    theme : Theme
        Colours.
    """
    n = patients.height
    caption = (
        f"Share of all {counted(n, 'patient')} who received each planned dose. A patient who was "
        "held at that slot, or had stopped before, counts as not given."
    )
    figure = canvas("Still receiving each dose", caption, theme)
    axes(figure, "Planned dose of the cycle (number)", "Patients given this dose, %")
    table = slot_table(doses, n)
    if table.is_empty():
        return nothing(figure, "No dose fell due.")
    cycles = table["cycle"].unique().sort().to_list()
    ends: list[tuple[float, int, str]] = []
    for order, cycle in enumerate(cycles):
        part = table.filter(pl.col("cycle") == cycle)
        last = part.row(-1, named=True)
        figure.add_scatter(
            x=part["dose"].to_numpy(),
            y=part["given_pct"].to_numpy(),
            customdata=part.select("given", "held", "stopped").to_numpy(),
            mode="lines+markers",
            name=f"Cycle {cycle}",
            line={"color": theme.given, "width": 2, "dash": ("solid", "dash", "dot")[order % 3]},
            marker={"size": 6, "symbol": ("circle", "circle-open", "diamond")[order % 3]},
            hovertemplate=(
                f"Cycle {cycle}, dose %{{x}}<br>"
                "given to %{y:.0f} % (%{customdata[0]} patients)<br>"
                "held in %{customdata[1]}, stopped in %{customdata[2]}<extra></extra>"
            ),
            showlegend=False,
        )
        ends.append((float(last["given_pct"]), int(last["dose"]), str(cycle)))
    for y, x, names in _end_labels(ends):
        figure.add_annotation(
            x=x,
            y=y,
            text=f"cycle{'s' if ',' in names else ''} {names}",
            xanchor="left",
            xshift=8,
            font={"color": theme.ink},
            showarrow=False,
        )
    most = int(table["dose"].max())  # type: ignore[call-overload]
    figure.update_xaxes(range=[0.5, most * 1.18 + 0.5], tickangle=0, tickvals=slot_ticks(most))
    figure.update_yaxes(range=[0, 103])
    return figure


def _end_labels(ends: list[tuple[float, int, str]]) -> list[tuple[float, int, str]]:
    """Labels of line ends, one for those that would lie on each other: y, x, names."""
    labels: list[tuple[float, int, str]] = []
    for y, x, name in sorted(ends, key=lambda end: (-end[0], end[2])):
        if labels and labels[-1][0] - y < _LABEL_ROOM:
            labels[-1] = (labels[-1][0], max(labels[-1][1], x), f"{labels[-1][2]}, {name}")
        else:
            labels.append((y, x, name))
    return labels


def slot_ticks(most: int) -> list[int]:
    """Doses named on the axis: few enough to stand upright on a phone."""
    step = max(1, -(-most // 7))
    return sorted({1, *range(step, most + 1, step)})


def slot_table(doses: Frame, n: int) -> pl.DataFrame:
    """Given, held and stopped at each planned dose: `cycle`, `dose`, counts, `given_pct` of `n`."""
    action = pl.col("action")
    # Slots may count through the whole course or afresh in each cycle; the reader counts per cycle.
    slot = pl.col("slot").cast(pl.Int32)
    counts = doses.lazy().group_by("cycle", "slot")
    found = counts.agg(
        (action == "give").sum().alias("given"),
        (action == "hold").sum().alias("held"),
        action.str.starts_with("stop").sum().alias("stopped"),
    )
    return (
        collect(found)
        .with_columns((slot - slot.min().over("cycle") + 1).alias("dose"))
        .with_columns((100 * pl.col("given") / max(n, 1)).alias("given_pct"))
        .select("cycle", "dose", "given", "held", "stopped", "given_pct")
        .sort("cycle", "dose")
    )


def reasons(doses: Frame, *, theme: Theme = LIGHT) -> go.Figure:
    """Why doses were held or stopped, by rule.

    Parameters
    ----------
    doses : DataFrame or LazyFrame
        The ledger: columns `id`, `action` and `reasons`.
    theme : Theme
        Colours.
    """
    table = reason_table(doses)
    shown = table.head(MOST_REASONS)
    caption = (
        "Decisions not to give a dose, by the rule behind them. A decision with two reasons counts "
        "in both rows."
    )
    if table.height > shown.height:
        caption += f" The {MOST_REASONS} most frequent of {table.height} reasons are drawn."
    figure = canvas("Why doses were not given", caption, theme)
    if shown.is_empty():
        axes(figure, "Decisions (number)", "")
        return nothing(figure, "No dose was held or stopped.")
    parts = (
        ("held", "Held", theme.held),
        ("stopped_cycle", "Cycle stopped", theme.pd),
        ("stopped_for_good", "Stopped for good", theme.stopped),
    )
    for column, name, colour in parts:
        if not shown[column].sum():
            continue
        figure.add_bar(
            y=np.arange(shown.height),
            x=shown[column].to_numpy(),
            customdata=shown.select(
                "patients", pl.col("rule").map_elements(plain, pl.String)
            ).rows(),
            orientation="h",
            name=name,
            marker={"color": colour, "line": {"color": theme.surface, "width": 1}},
            hovertemplate=(
                f"%{{customdata[1]}}<br>{name}: %{{x}} decisions<br>"
                "rule met in %{customdata[0]} patients<extra></extra>"
            ),
        )
    for row, total in enumerate(shown["decisions"]):
        figure.add_annotation(
            x=total, y=row, text=number(total), xanchor="left", xshift=6,
            font={"color": theme.ink}, showarrow=False,
        )  # fmt: skip
    names = [re.sub(r" \([A-Z]+-\w+\)$", "", rule) for rule in shown["rule"]]
    rows_of_bars(figure, names, "Decisions (number)", theme)
    return figure
