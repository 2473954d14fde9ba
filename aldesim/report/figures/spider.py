"""Spider: how each patient's tumour changed over time."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import axes, canvas, guide, nothing, single
from aldesim.report.palette import LIGHT, Theme, fade
from aldesim.report.tables import Frame, collect
from aldesim.report.wording import RESPONSES, number
from aldesim.timeunits import DAYS_PER_MONTH

MOST_LINES = 1200
HIGHEST = 150.0


def spider(scans: Frame, patients: pl.DataFrame, *, theme: Theme = LIGHT) -> go.Figure:
    """Change of the sum of diameters at each scan, one line a patient.

    Parameters
    ----------
    scans : DataFrame or LazyFrame
        Columns `id`, `time` (day), `change_pct` (percent of baseline).
    patients : DataFrame
        Columns `id` and `best_response`.
    theme : Theme
        Colours.

    Returns
    -------
    Figure
        Lines coloured by best response; with more than 1,200 patients every k-th is drawn.
    """
    late = (pl.col("time") > 0) & pl.col("change_pct").is_finite()
    counted = patients["id"].implode()
    after = scans.lazy().filter(late & pl.col("id").is_in(counted))
    followed = collect(after.select("id").unique())["id"].sort()
    every = max(1, -(-len(followed) // MOST_LINES))
    drawn = followed.gather_every(every)
    rows = collect(
        after.filter(pl.col("id").is_in(drawn.implode())).select("id", "time", "change_pct")
    )
    # Change is from baseline: every line begins at 0, whether or not day 0 is in the table.
    origin = pl.lit(0.0)
    start = rows.unique("id").with_columns(origin.alias("time"), origin.alias("change_pct"))
    rows = pl.concat([start, rows]).join(patients.select("id", "best_response"), on="id")
    caption = (
        f"Each line is one patient ({number(len(drawn))}): sum of tumour diameters at every scan, "
        "as change from baseline. The colour is the best response."
    )
    if every > 1:
        caption += f" One in {every} of {number(len(followed))} patients is drawn."
    if rows.filter(pl.col("change_pct") > HIGHEST).height:
        caption += f" Growth beyond +{HIGHEST:.0f} % runs out of the picture; zoom out to see it."

    figure = canvas("Tumour size over time", caption, theme)
    axes(figure, "Months since first dose", "Change of diameters, % of baseline")
    if drawn.is_empty():
        return nothing(figure, "No patient has a scan after treatment.")
    rows = rows.sort("id", "time")
    # The many first, so that the few responders lie on top.
    for response in ("PD", "SD", "NE", "PR", "CR"):
        part = rows.filter(pl.col("best_response") == response)
        if part.is_empty():
            continue
        ids = part["id"].to_numpy()
        breaks = np.flatnonzero(np.diff(ids)) + 1
        strong = response in ("CR", "PR")
        colour = theme.response(response)
        # The legend shows the full colour; the lines themselves are pale where they are many.
        figure.add_scatter(
            x=[None], y=[None], mode="lines", legendgroup=response, hoverinfo="skip",
            name=f"{response} {number(part['id'].n_unique())}", line={"color": colour, "width": 3},
        )  # fmt: skip
        figure.add_scatter(
            x=np.insert(single(part["time"] / DAYS_PER_MONTH), breaks, np.nan),
            y=np.insert(single(part["change_pct"]), breaks, np.nan),
            customdata=np.insert(ids.astype(np.int32), breaks, -1),
            mode="lines",
            showlegend=False,
            legendgroup=response,
            line={"color": fade(colour, 0.8 if strong else 0.35), "width": 1.2 if strong else 1},
            hovertemplate=(
                f"Patient %{{customdata}}<br>{RESPONSES[response]}<br>"
                "month %{x:.1f}: %{y:+.0f} %<extra></extra>"
            ),
        )
    guide(figure, -30, "−30 %", theme)
    change = rows["change_pct"].to_numpy()
    top = float(np.clip(change.max(), 30.0, HIGHEST))
    low = min(-40.0, float(change.min()) * 1.05)
    figure.update_yaxes(range=[low, top * 1.05], zeroline=True)
    months = float(rows["time"].to_numpy().max()) / DAYS_PER_MONTH
    figure.update_xaxes(range=[0, months * 1.01], **month_ticks(months))
    figure.update_layout(legend_traceorder="reversed")
    return figure


def month_ticks(months: float, most: int = 8) -> dict[str, Any]:
    """Tick spacing that a person would choose for a follow-up of that many months."""
    for step in (1, 2, 3, 6, 12, 24, 60):
        if months / step <= most:
            break
    return {"tick0": 0, "dtick": step}
