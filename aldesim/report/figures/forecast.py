"""Figures of a fit: a sign with its bands and readings, parameters before and after, ranks."""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import axes, canvas, single
from aldesim.report.palette import LIGHT, Theme, fade
from aldesim.report.signs import LOG_FLOOR, SIGNS, Sign
from aldesim.report.wording import day, number

MOST_PARAMETERS = 16


def sign_of(name: str, unit: str) -> Sign:
    """How a sign is drawn, always in its own unit."""
    known = SIGNS.get(name)
    if known is None:
        return Sign(name, name.replace("_", " "), unit, "accent", 1)
    plain = {"weight": ("kg", 1), "SLD": ("mm", 0)}.get(name, (known.unit, known.digits))
    return Sign(name, known.title, plain[0], known.colour, plain[1], known.log)


def forecast(
    bands: pl.DataFrame, readings: pl.DataFrame, last_reading: float, theme: Theme = LIGHT
) -> go.Figure:
    """One sign: what was read, what the posterior says before and after the last reading.

    Parameters
    ----------
    bands : DataFrame
        Rows of one person and sign of the table `bands`.
    readings : DataFrame
        Rows of the same person and sign of the table `readings`.
    last_reading : float
        Day of the person's last reading; the forecast begins there.
    theme : Theme
        Colours.
    """
    name, unit = bands["sign"][0], bands["unit"][0]
    sign = sign_of(name, unit)
    figure = canvas(sign.title, _caption(bands, readings, sign), theme, height=290)
    axes(figure, "Day", sign.unit)
    colour = getattr(theme, sign.colour)
    posterior = _rows(bands, "posterior", "sign")
    read = _rows(bands, "posterior", "reading")
    x = single(posterior["time"])

    def floor(values: pl.Series) -> np.ndarray:
        return single(values.clip(LOG_FLOOR) if sign.log else values)

    edge = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    for below, above, opacity in (("low", "high", 0.16), ("lower", "upper", 0.28)):
        figure.add_scatter(x=x, y=floor(posterior[below]), **edge)
        figure.add_scatter(
            x=x, y=floor(posterior[above]), fill="tonexty", fillcolor=fade(colour, opacity), **edge
        )
    for rows, column, dash in (
        (_rows(bands, "prior", "sign"), "low", "dot"),
        (_rows(bands, "prior", "sign"), "high", "dot"),
        (read, "low", "dash"),
        (read, "high", "dash"),
    ):
        line = {"color": theme.muted if dash == "dot" else colour, "width": 1, "dash": dash}
        figure.add_scatter(
            x=x, y=floor(rows[column]), mode="lines", line=line, showlegend=False, hoverinfo="skip"
        )
    figure.add_scatter(
        x=x,
        y=floor(posterior["median"]),
        customdata=single(posterior.select("lower", "upper", "low", "high").to_numpy()),
        mode="lines",
        showlegend=False,
        line={"color": colour, "width": 2},
        hovertemplate=(
            f"Day %{{x:.2f}}: median %{{y:.{sign.digits}f}} {sign.unit}<br>"
            f"50 % %{{customdata[0]:.{sign.digits}f}} to %{{customdata[1]:.{sign.digits}f}}<br>"
            f"90 % %{{customdata[2]:.{sign.digits}f}} to %{{customdata[3]:.{sign.digits}f}}"
            "<extra></extra>"
        ),
    )
    figure.add_scatter(
        x=single(readings["time"]),
        y=floor(readings["value"]),
        mode="markers",
        showlegend=False,
        marker={
            "color": theme.ink,
            "size": 7,
            "symbol": ["triangle-down-open" if b else "circle-open" for b in readings["below"]],
            "line": {"width": 1.5},
        },
        hovertemplate=f"Day %{{x:.2f}}: read %{{y:.{sign.digits}f}} {sign.unit}<extra></extra>",
    )
    figure.add_vline(x=last_reading, line={"color": theme.axis, "width": 1})
    if sign.log:
        figure.update_yaxes(type="log", dtick=1, tickformat=",~r")
    figure.update_xaxes(range=[0, float(x[-1])])
    figure.update_layout(margin_t=40)
    return figure


def parameters_before_and_after(table: pl.DataFrame, theme: Theme = LIGHT) -> go.Figure:
    """The most informed parameters: 90 % interval over the prior median, before and after.

    Parameters
    ----------
    table : DataFrame
        Rows of one person of the table `parameters`, those most informed first.
    theme : Theme
        Colours.
    """
    rows = table.filter(pl.col("informed") & (pl.col("prior_low") > 0)).head(MOST_PARAMETERS)
    caption = (
        "Relative to the prior median. Grey: 90 % of the prior; coloured: 90 % of the posterior,"
        " with its median."
    )
    figure = canvas(
        "What the readings say of this body", caption, theme, height=110 + 26 * max(len(rows), 1)
    )
    axes(figure, "Share of the prior median", "")
    labels = [name.replace("_", " ") for name in rows["name"]]
    figure.update_layout(margin_t=40)
    if rows.is_empty():
        figure.add_annotation(text="The readings say nothing beyond the prior.", showarrow=False)
        return figure
    middle = rows["prior_median"]
    for which, colour, width in (("prior", theme.axis, 9), ("posterior", theme.accent, 5)):
        for label, low, high in zip(
            labels, rows[f"{which}_low"] / middle, rows[f"{which}_high"] / middle, strict=True
        ):
            figure.add_scatter(
                x=[low, high], y=[label, label], mode="lines", showlegend=False, hoverinfo="skip",
                line={"color": colour, "width": width},
            )  # fmt: skip
    figure.add_scatter(
        x=single(rows["posterior_median"] / middle), y=labels, mode="markers", showlegend=False,
        marker={"color": theme.ink, "size": 7},
        hovertemplate="%{y}: %{x:.2f} of the prior median<extra></extra>",
    )  # fmt: skip
    ticks = [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10]
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=[f"{t:g}" for t in ticks])
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def _rows(bands: pl.DataFrame, which: str, kind: str) -> pl.DataFrame:
    return bands.filter((pl.col("which") == which) & (pl.col("kind") == kind)).sort("time")


def _caption(bands: pl.DataFrame, readings: pl.DataFrame, sign: Sign) -> str:
    """Last reading and the forecast at the end, in words."""
    end = _rows(bands, "posterior", "sign").tail(1)
    digits = sign.digits
    low, middle, high = (number(end[q][0], digits) for q in ("low", "median", "high"))
    said = f"{sign.title} ({sign.unit}): "
    if len(readings):
        latest = readings.sort("time").tail(1)
        value, when = number(latest["value"][0], digits), day(latest["time"][0])
        said += f"last read {value} on day {when}; "
    return said + f"on day {day(end['time'][0])} {middle} (90 % {low} to {high})."
