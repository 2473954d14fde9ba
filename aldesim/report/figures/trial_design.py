"""What a trial design would report: predictive intervals, survival bands, power."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.arms import DASHES, SYMBOLS, arm_colours
from aldesim.report.figures.canvas import axes, canvas, nothing
from aldesim.report.figures.spider import month_ticks
from aldesim.report.palette import LIGHT, Theme, fade
from aldesim.report.wording import counted, plain

_ENDPOINTS = {
    "OS": ("Overall survival, predicted", "Alive, %"),
    "PFS": ("Progression-free survival, predicted", "Alive without progression, %"),
}


def predictive_intervals(
    table: pl.DataFrame,
    measures: list[str],
    title: str,
    axis: str,
    *,
    equal: float | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """What one trial would report, by measure and arm: median, 50 % and 95 % of trials.

    Parameters
    ----------
    table : DataFrame
        As `aldesim.trial.design.predictive` returns.
    measures : list of str
        Rows of it, all of one unit.
    title, axis : str
        Words; the axis with its unit.
    equal : float, optional
        Value at which arms are equal, marked; without it the axis begins at 0.
    theme : Theme
        Colours.
    """
    caption = (
        "Each row is what one trial of this design would report: the mark is the median of "
        "replicate trials, the thick line holds half of them, the thin line 95 %."
    )
    figure = canvas(title, caption, theme)
    rows = table.filter(pl.col("measure").is_in(measures))
    if rows.is_empty():
        return nothing(figure, "Nothing to show.")
    arms = rows["arm"].unique(maintain_order=True).to_list()
    colours = dict(zip(arms, arm_colours(theme, len(arms)), strict=True))
    place, labels = 0.0, []
    for measure in measures:
        labels.append((measure, place))
        for arm in arms:
            found = rows.filter((pl.col("measure") == measure) & (pl.col("arm") == arm))
            if found.is_empty():
                continue
            place += 0.7
            _interval(figure, found.row(0, named=True), place, colours[arm], arms.index(arm))
        place += 1.15
    for text, y in labels:
        figure.add_annotation(
            x=0, xref="paper", y=y, text=plain(text), xanchor="left", yanchor="middle",
            font={"size": 13, "color": theme.ink}, showarrow=False,
        )  # fmt: skip
    if len(arms) > 1:
        for k, arm in enumerate(arms):
            figure.add_scatter(
                x=[None], y=[None], mode="markers", name=plain(arm),
                marker={"color": colours[arm], "size": 10, "symbol": SYMBOLS[k % len(SYMBOLS)]},
            )  # fmt: skip
    figure.update_layout(height=int(42 * place) + 120, margin={"l": 12, "r": 24})
    figure.update_xaxes(title_text=axis, showgrid=True)
    if equal is None:
        figure.update_xaxes(rangemode="tozero")
    else:
        figure.add_vline(x=equal, line={"color": theme.axis, "width": 1, "dash": "dot"})
    figure.update_yaxes(
        range=[place - 0.6, -0.6], showticklabels=False, showgrid=False, fixedrange=True
    )
    return figure


def _interval(figure: go.Figure, row: dict[str, object], y: float, colour: str, order: int) -> None:
    marks = {key: float(row[key]) for key in ("low", "lower", "median", "upper", "high")}  # type: ignore[arg-type]
    # What is not reached in that share of the trials has no place on the axis.
    marks = {key: value if np.isfinite(value) else None for key, value in marks.items()}
    text = ", ".join(
        f"{key} {value:.2f}" if value is not None else f"{key} not reached"
        for key, value in marks.items()
    )
    for low, high, width in (("low", "high", 1.5), ("lower", "upper", 5)):
        figure.add_scatter(
            x=[marks[low], marks[high]], y=[y, y], mode="lines", hoverinfo="skip",
            line={"color": colour, "width": width}, showlegend=False,
        )  # fmt: skip
    figure.add_scatter(
        x=[marks["median"]], y=[y], mode="markers", showlegend=False,
        marker={"color": colour, "size": 10, "symbol": SYMBOLS[order % len(SYMBOLS)]},
        hovertemplate=f"{plain(str(row['arm']))}, {plain(str(row['measure']))}<br>{text}"
        "<extra></extra>",
    )  # fmt: skip


def survival_bands(
    bands: Mapping[str, pl.DataFrame],
    endpoint: str,
    replicates: int,
    *,
    size: int = 0,
    published: Sequence[tuple[float, float, str]] = (),
    theme: Theme = LIGHT,
) -> go.Figure:
    """Predictive check: survival curves of replicate trials, one band an arm.

    Parameters
    ----------
    bands : mapping of str to DataFrame
        By arm: `month`, and shares in percent `low`, `lower`, `median`, `upper`, `high`.
    endpoint : str
        "OS" or "PFS".
    replicates : int
        Trials behind the bands.
    size : int
        Patients of each trial, to be told; 0 not to tell.
    published : sequence of (float, float, str)
        Published points of the curve: month, percent, words.
    theme : Theme
        Colours.
    """
    title, y_title = _ENDPOINTS[endpoint]
    caption = (
        f"Kaplan-Meier curves of {counted(replicates, 'replicate trial')}"
        f"{f' of {size} patients' if size else ''}: the line is the median "
        "curve, the band holds 95 % of the trials at each time."
    )
    figure = canvas(title, caption, theme)
    axes(figure, "Months since first dose", y_title)
    own = theme.survival if endpoint == "OS" else theme.progression
    colours = arm_colours(theme, len(bands)) if len(bands) > 1 else [own]
    longest = 0.0
    for k, (name, band) in enumerate(bands.items()):
        month = band["month"].to_numpy()
        longest = max(longest, float(month.max()))
        edge = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
        shown = plain(name)
        figure.add_scatter(x=month, y=band["low"].to_numpy(), name=f"{shown}: 2.5 %", **edge)
        figure.add_scatter(
            x=month, y=band["high"].to_numpy(), name=f"{shown}: 97.5 %", fill="tonexty",
            fillcolor=fade(colours[k], 0.16), **edge,
        )  # fmt: skip
        figure.add_scatter(
            x=month,
            y=band["median"].to_numpy(),
            customdata=band.select("low", "high").to_numpy(),
            mode="lines",
            name=plain(name),
            showlegend=len(bands) > 1,
            line={"color": colours[k], "width": 2, "dash": DASHES[k % len(DASHES)]},
            hovertemplate=f"{plain(name)}, month %{{x:.1f}}: %{{y:.0f}} %<br>95 % of trials "
            "%{customdata[0]:.0f} to %{customdata[1]:.0f} %<extra></extra>",
        )
    inside = [point for point in published if point[0] <= longest]
    if inside:
        figure.add_scatter(
            x=[point[0] for point in inside],
            y=[point[1] for point in inside],
            customdata=[plain(point[2]) for point in inside],
            mode="markers",
            name="Published",
            marker={"symbol": "diamond", "size": 11, "color": theme.ink,
                    "line": {"color": theme.surface, "width": 1.5}},
            hovertemplate="%{customdata}<br>month %{x:.1f}: %{y:.0f} %<extra></extra>",
        )  # fmt: skip
        figure.layout.meta["caption"] += " Diamonds: published."  # type: ignore[attr-defined]
    figure.update_xaxes(range=[0, longest * 1.01], **month_ticks(longest))
    figure.update_yaxes(range=[0, 103], dtick=25)
    figure.update_layout(legend_traceorder="normal")
    return figure


def power_curve(curve: pl.DataFrame, *, theme: Theme = LIGHT) -> go.Figure:
    """Power and assurance against the number of patients, with Monte Carlo limits.

    Parameters
    ----------
    curve : DataFrame
        As `aldesim.trial.design.power` returns.
    theme : Theme
        Colours.
    """
    caption = (
        "Share of replicate trials that show what they should. Lines up and down: 95 % Monte Carlo "
        "limits. Power takes the virtual patients as they are; assurance averages it over what the "
        "number of patients that the effect is known from leaves open."
    )
    figure = canvas("Power by number of patients", caption, theme)
    axes(figure, "Patients in all arms (number)", "Trials with success, %")
    drawn = (
        ("Power", "power", "low", "high", theme.cd8, "solid", "circle"),
        ("Assurance", "assurance", "assurance_low", "assurance_high", theme.pd, "dash", "square"),
    )
    for name, value, low, high, colour, dash, symbol in drawn:
        part = curve.filter(pl.col(value).is_not_null())
        if part.is_empty():
            continue
        y = 100 * part[value].to_numpy()
        figure.add_scatter(
            x=part["size"].to_numpy(),
            y=y,
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 2, "dash": dash},
            marker={"size": 8, "symbol": symbol},
            error_y={
                "array": 100 * part[high].to_numpy() - y,
                "arrayminus": y - 100 * part[low].to_numpy(),
                "thickness": 1.5,
                "width": 4,
            },
            hovertemplate=f"{name} at %{{x}} patients: %{{y:.0f}} %<extra></extra>",
        )
    largest = float(curve["size"].max())  # type: ignore[arg-type]
    figure.update_xaxes(range=[0, 1.1 * largest])
    figure.update_yaxes(range=[0, 103], dtick=20)
    return figure
