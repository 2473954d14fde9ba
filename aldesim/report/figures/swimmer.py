"""Swimmer: one bar a patient, from the first dose to death or the end of follow-up."""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import axes, canvas, nothing, single
from aldesim.report.figures.spider import month_ticks
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.wording import RESPONSES, counted, number
from aldesim.timeunits import DAYS_PER_MONTH

MOST_BARS = 40
FEWEST_RESPONDERS = 3
COLUMNS = ("id", "best_response", "response_day", "progression_day", "progressed", "death_day",
           "died")  # fmt: skip


def swimmer(patients: pl.DataFrame, *, theme: Theme = LIGHT) -> go.Figure:
    """Time on study of the responders, with response, progression and death.

    Parameters
    ----------
    patients : DataFrame
        Columns `id`, `best_response`, `response_day`, `progression_day`, `progressed`,
        `death_day`, `died` (days).
    theme : Theme
        Colours.

    Returns
    -------
    Figure
        One bar a patient, longest first; of more than 40 evenly spaced ones. With fewer than
        three responders all patients are drawn.
    """
    patients = patients.select(COLUMNS)
    responders = patients.filter(pl.col("best_response").is_in(["CR", "PR"]))
    only = responders.height >= FEWEST_RESPONDERS
    rows = (responders if only else patients).filter(pl.col("death_day").is_finite())
    rows = rows.sort("death_day", "progression_day", "id", descending=[True, True, False])
    picked = np.unique(np.linspace(0, max(rows.height - 1, 0), MOST_BARS).astype(int))
    shown = rows[picked.tolist()] if rows.height > MOST_BARS else rows
    who = counted(rows.height, "responder") if only else counted(rows.height, "patient")
    caption = (
        f"Each bar is one of {who}, from the first dose to death or the end of follow-up; the "
        "colour is the best response."
    )
    if shown.height < rows.height:
        caption += f" {number(shown.height)} are drawn, evenly by length."
    figure = canvas("Time on study", caption, theme, height=130 + 11 * max(shown.height, 12))
    axes(figure, "Months since first dose", "")
    if shown.is_empty():
        return nothing(figure, "No patient was followed.")
    shown = shown.with_row_index("place").with_columns(
        (pl.col("death_day") / DAYS_PER_MONTH).alias("end")
    )
    for response, name in RESPONSES.items():
        part = shown.filter(pl.col("best_response") == response)
        if part.is_empty():
            continue
        figure.add_bar(
            y=part["place"].to_numpy().astype(np.int32),
            x=single(part["end"]),
            customdata=part["id"].to_numpy(),
            orientation="h",
            name=response,
            marker={"color": theme.response(response), "line": {"width": 0}},
            hovertemplate=f"Patient %{{customdata}}<br>{name}<br>until month %{{x:.1f}}"
            "<extra></extra>",
        )
    marks = (
        ("Response", "response_day", pl.col("response_day").is_finite(), "triangle-up"),
        # A bar that ends in death says so once, at its end.
        (
            "Progression",
            "progression_day",
            pl.col("progressed") & (pl.col("progression_day") < pl.col("death_day")),
            "x",
        ),
        ("Death", "death_day", pl.col("died"), "circle"),
        ("Alive", "death_day", ~pl.col("died"), "arrow-right"),
    )
    for name, column, where, symbol in marks:
        part = shown.filter(where)
        if part.is_empty():
            continue
        figure.add_scatter(
            x=single(part[column] / DAYS_PER_MONTH),
            y=part["place"].to_numpy().astype(np.int32),
            customdata=part["id"].to_numpy(),
            mode="markers",
            name=name,
            marker={
                "symbol": symbol,
                "size": 8,
                "color": theme.surface,
                "line": {"color": theme.ink, "width": 1.5},
            },
            hovertemplate=f"Patient %{{customdata}}<br>{name.lower()}, month %{{x:.1f}}"
            "<extra></extra>",
        )  # fmt: skip
    longest = float(shown["end"].max())  # type: ignore[arg-type]
    figure.update_layout(bargap=0.3, barmode="overlay", margin_l=12, legend_traceorder="normal")
    figure.update_xaxes(range=[0, 1.04 * longest], showgrid=True, **month_ticks(longest))
    figure.update_yaxes(
        range=[shown.height - 0.4, -0.6], showticklabels=False, showgrid=False, fixedrange=True
    )
    return figure
