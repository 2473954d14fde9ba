"""Kaplan-Meier curves with their band and the number at risk below the axis."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from aldesim.report.figures.arms import arm_colours
from aldesim.report.figures.canvas import canvas, nothing, single
from aldesim.report.figures.spider import month_ticks
from aldesim.report.palette import LIGHT, Theme, fade
from aldesim.report.wording import months, number, percent, plain
from aldesim.timeunits import DAYS_PER_MONTH
from aldesim.trial.endpoints import KaplanMeier

ENDPOINTS = {
    "progression": ("Progression-free survival", "Alive without progression, %"),
    "survival": ("Overall survival", "Alive, %"),
}
MOST_STEPS = 2000
LATE = 0.55  # of the follow-up: a label to the right would leave the picture
_DASHES = ("solid", "dash", "dot", "dashdot")


def survival(
    curves: Mapping[str, KaplanMeier], endpoint: str, *, theme: Theme = LIGHT
) -> go.Figure:
    """Kaplan-Meier curves, one a group.

    Parameters
    ----------
    curves : mapping of str to KaplanMeier
        Curves in days, by name of the group.
    endpoint : str
        ``"progression"`` or ``"survival"``.
    theme : Theme
        Colours.

    Returns
    -------
    Figure
        Curves in months with pointwise 95 % bands, ticks where follow-up ended, numbers at risk.
    """
    title, y_title = ENDPOINTS[endpoint]
    figure = canvas(title, survival_caption(curves), theme, height=380)
    figure.update_xaxes(title_text="Months since first dose")
    figure.update_yaxes(title_text=y_title)
    longest = max((float(curve.time[-1]) for curve in curves.values()), default=0.0)
    if longest == 0:
        return nothing(figure, "No patient was followed.")
    reach = longest / DAYS_PER_MONTH
    ticks = month_ticks(reach, most=5)
    names = list(curves) if len(curves) > 1 else ["At risk"]
    colours = [theme.survival if endpoint == "survival" else theme.progression]
    if len(curves) > 1:
        colours = arm_colours(theme, len(curves))
    for order, (name, curve) in enumerate(curves.items()):
        _draw(figure, name, curve, theme, colours[order], _DASHES[order % 4], len(curves) > 1)
        _numbers_at_risk(figure, curve, np.arange(0, reach + 1 / 30, ticks["dtick"]), order, theme)
    left = 28 + 7 * max(len(name) for name in names)
    depth = 22 + 18 * len(names)
    for row, name in enumerate(names):
        figure.add_annotation(
            x=0, xref="paper", xshift=-left, y=0, yref="paper", yshift=-44 - 18 * row,
            text=plain(name), xanchor="left", showarrow=False,
            font={"size": 12, "color": theme.muted},
        )  # fmt: skip
    figure.update_xaxes(range=[-0.02 * reach, reach * 1.02], title_standoff=depth, **ticks)
    figure.update_yaxes(range=[0, 103], tick0=0, dtick=25)
    figure.update_layout(margin_b=depth + 48, margin_l=max(56, left + 4), height=380 + depth)
    figure.update_layout(legend_traceorder="normal")  # bands would turn it round
    return figure


def survival_caption(curves: Mapping[str, KaplanMeier]) -> str:
    """What the curves say, in words: patients, events, median, landmarks at 6, 12 and 24 months."""
    lines = []
    for name, curve in curves.items():
        median = curve.median()
        draws = f", the same under {curve.versions} draws" if curve.versions > 1 else ""
        text = (
            f"{number(curve.at_risk[0])} patients{draws}, {number(curve.events.sum())} events. "
            f"Median {months(median.value)} (95\u00a0% interval {months(median.low, '')} to "
            f"{months(median.high)})."
        )
        marks = []
        for month in (6, 12, 24):
            # The last look of a two-year follow-up is day 730, half a day before 24 months.
            day = min(month * DAYS_PER_MONTH, float(curve.time[-1]))
            if month * DAYS_PER_MONTH - day < 1:
                share = curve.landmark(day)
                marks.append(f"{month} months {percent(share.value, 0)}")
        if marks:
            text += " Free of the event at " + ", ".join(marks) + "."
        if curve.excluded:
            text += f" {number(curve.excluded)} without a time left out."
        lines.append(f"{name}: {text}" if len(curves) > 1 else text)
    return " ".join(
        [*lines, "Band: 95\u00a0% interval at each time. Ticks: follow-up ended there."]
    )


def _draw(
    figure: go.Figure,
    name: str,
    curve: KaplanMeier,
    theme: Theme,
    colour: str,
    dash: str,
    named: bool,
) -> None:
    # More steps than pixels would only weigh: evenly spaced ones look the same.
    rows = np.unique(np.linspace(0, curve.time.size - 1, MOST_STEPS).astype(int))
    x = single(curve.time[rows] / DAYS_PER_MONTH)
    share, low, high = (single(100 * c[rows]) for c in (curve.survival, curve.low, curve.high))
    # Limits do not exist where nobody is left: the band ends there.
    known = ~np.isnan(high)
    band = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "showlegend": False}
    figure.add_scatter(x=x[known], y=low[known], hoverinfo="skip", **band)
    figure.add_scatter(
        x=x[known], y=high[known], hoverinfo="skip", fill="tonexty",
        fillcolor=fade(colour, 0.18), **band,
    )  # fmt: skip
    figure.add_scatter(
        x=x,
        y=share,
        customdata=curve.at_risk[rows],
        mode="lines",
        name=plain(name),
        showlegend=named,
        line={"color": colour, "width": 2, "shape": "hv", "dash": dash},
        hovertemplate=(
            (plain(name) + "<br>" if named else "")
            + "month %{x:.1f}: %{y:.0f} %<br>%{customdata} at risk<extra></extra>"
        ),
    )
    lost = curve.censored[rows] > 0
    figure.add_scatter(
        x=x[lost],
        y=share[lost],
        customdata=curve.censored[rows][lost],
        mode="markers",
        marker={"symbol": "line-ns", "size": 8, "line": {"color": colour, "width": 1.5}},
        hovertemplate="month %{x:.1f}: follow-up of %{customdata} ended<extra></extra>",
        showlegend=False,
    )
    median = curve.median().value
    if not named and np.isfinite(median):
        at = median / DAYS_PER_MONTH
        late = median > LATE * float(curve.time[-1])
        figure.add_shape(
            type="line", x0=at, x1=at, y0=0, y1=50,
            line={"color": theme.axis, "width": 1, "dash": "dot"}
        )  # fmt: skip
        figure.add_annotation(
            x=at, y=48 if late else 52, text=f"median {at:.1f} months",
            yanchor="top" if late else "bottom",
            xanchor="right" if late else "left", xshift=-6 if late else 6,
            font={"color": theme.ink}, showarrow=False,
        )  # fmt: skip


def _numbers_at_risk(
    figure: go.Figure, curve: KaplanMeier, at: np.ndarray, row: int, theme: Theme
) -> None:
    days, end = at * DAYS_PER_MONTH, curve.time[-1]
    # The last look of a two-year follow-up is day 730, half a day before 24 months.
    counts = curve.at_risk_at(np.where((days > end) & (days - end < 1), end, days))
    for month, count in zip(at, counts, strict=True):
        figure.add_annotation(
            x=float(month), y=0, yref="paper", yshift=-44 - 18 * row, text=number(int(count)),
            font={"size": 12, "color": theme.ink}, showarrow=False,
        )  # fmt: skip
