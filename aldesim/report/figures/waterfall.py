"""Waterfall: each patient's best change of the tumour, sorted."""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import axes, canvas, guide, nothing, single
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.wording import RESPONSES, counted, number

MOST_BARS = 1500
HIGHEST = 100.0
# Ties, such as the many at -100 %, stay together by response.
_WORST_FIRST = {"NE": 0, "PD": 1, "SD": 2, "PR": 3, "CR": 4}


def waterfall(patients: pl.DataFrame, *, theme: Theme = LIGHT) -> go.Figure:
    """Best change of the sum of diameters for each patient, coloured by best response.

    Parameters
    ----------
    patients : DataFrame
        Columns `id`, `best_change_pct` (percent of baseline) and `best_response`.
    theme : Theme
        Colours.

    Returns
    -------
    Figure
        One bar a patient. With more than 1,500 patients, evenly spaced ranks are drawn.
    """
    # The table of patients is wide and may be long: only these columns are copied and sorted.
    patients = patients.select("id", "best_change_pct", "best_response")
    scanned = patients.filter(
        pl.col("best_change_pct").is_not_null() & pl.col("best_change_pct").is_not_nan()
    ).sort(
        pl.col("best_change_pct"),
        pl.col("best_response").replace_strict(_WORST_FIRST, default=0, return_dtype=pl.Int8),
        "id",
        descending=[True, False, False],
    )
    missing = patients.height - scanned.height
    caption = (
        f"Each bar is one patient ({number(scanned.height)}): best change of the sum of tumour "
        "diameters from baseline. Below −30 % is a partial response if it is confirmed and nothing "
        "else grows."
    )
    if missing:
        have = "has" if missing == 1 else "have"
        caption += f" {counted(missing, 'patient')} {have} no scan after treatment and no bar."
    every = max(1, -(-scanned.height // MOST_BARS))
    if every > 1:
        caption += f" One patient in {every} is drawn, evenly by rank."
    high = scanned.filter(pl.col("best_change_pct") > HIGHEST).height
    if high:
        caption += f" {counted(high, 'bar')} above +{HIGHEST:.0f} % cut off at the top."

    figure = canvas("Best change of tumour size", caption, theme)
    axes(figure, "Patients, by rank", "Best change of diameters, % of baseline")
    if scanned.is_empty():
        return nothing(figure, "No patient has a scan after treatment.")
    shown = scanned.with_row_index("rank", offset=1).gather_every(every)
    for response, name in RESPONSES.items():
        part = shown.filter(pl.col("best_response") == response)
        if part.is_empty():
            continue
        total = scanned.filter(pl.col("best_response") == response).height
        figure.add_bar(
            x=part["rank"].to_numpy().astype(np.int32),
            y=single(part["best_change_pct"]),
            customdata=part["id"].to_numpy(),
            width=every,
            name=f"{response} {number(total)}",
            marker={"color": theme.response(response), "line": {"width": 0}},
            hovertemplate=(
                f"Patient %{{customdata}}<br>{name}<br>best change %{{y:+.0f}} %<extra></extra>"
            ),
        )
    guide(figure, -30, "−30 %", theme, side="left")
    guide(figure, 20, "+20 %", theme)
    lowest = min(-35.0, float(shown["best_change_pct"].min()))  # type: ignore[arg-type]
    top = float(np.clip(shown["best_change_pct"].max(), 30.0, HIGHEST))  # type: ignore[arg-type]
    figure.update_yaxes(range=[lowest * 1.04, top * 1.06], zeroline=True, ticksuffix="")
    figure.update_xaxes(range=[0.5 - every, scanned.height + 0.5 + every], showline=False)
    figure.update_layout(bargap=0, barmode="overlay")
    return figure
