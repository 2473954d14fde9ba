"""One patient hour by hour, with every decision marked."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import canvas, nothing, single
from aldesim.report.palette import LIGHT, Theme, fade
from aldesim.report.signs import LOG_FLOOR, SIGNS, Sign
from aldesim.report.wording import ACTIONS, counted, number, plain, title, words

_LABELS = {
    "il2_plasma": ("IL-2", "pM", 1),
    "MAP": ("MAP", "mmHg", 0),
    "temperature": ("Temperature", "°C", 1),
    "weight": ("Weight", "kg", 1),
    "creatinine": ("Creatinine", "mg/dL", 2),
    "lymphocytes": ("Lymphocytes", "cells/µL", 0),
    "SLD": ("Tumour", "mm", 0),
}
_LANE, _GAP = 46, 16
_ROW = 108


@dataclass(frozen=True)
class _Mark:
    action: str
    name: str
    symbol: str
    colour: str


def patient(
    courses: pl.DataFrame,
    doses: pl.DataFrame,
    events: pl.DataFrame,
    *,
    name: str = "Patient",
    days: tuple[float, float] | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Signs of one patient over time under a lane of dose decisions.

    Parameters
    ----------
    courses : DataFrame
        This patient's rows: `time` (day) and sign columns. Signs that are absent are left out.
    doses : DataFrame
        This patient's ledger: `time`, `cycle`, `slot`, `action`, `reasons`.
    events : DataFrame
        This patient's events: `time`, `kind`.
    name : str
        Title.
    days : (float, float), optional
        Part of the time axis shown at first; the whole by default.
    theme : Theme
        Colours.
    """
    signs = [SIGNS[row] for row in _LABELS if row in courses.columns]
    height = _LANE + len(signs) * (_ROW + _GAP)
    figure = canvas(name, patient_caption(doses, events), theme, height=height + 130)
    if courses.is_empty():
        figure.update_xaxes(title_text="Day since first dose")
        figure.update_yaxes(title_text="Dose")
        return nothing(figure, "No course was kept for this patient.")
    _lay_out(figure, height, len(signs))
    _decisions(figure, doses, theme)
    x = single(courses["time"])
    for order, sign in enumerate(signs, start=2):
        _panel(figure, x, courses[sign.name], sign, order, theme)
        if sign.name == "MAP" and "pressor_dose" in courses.columns:
            _pressor(figure, x, courses["pressor_dose"], order, len(signs) + 2, theme)
    _events(figure, events, theme)
    last = float(courses["time"].max())  # type: ignore[arg-type]
    figure.update_xaxes(range=list(days) if days else [0, last])
    return figure


def _panel(
    figure: go.Figure, x: np.ndarray, values: pl.Series, sign: Sign, order: int, theme: Theme
) -> None:
    """One sign in its own panel, in its own unit: nothing to compare with here, so no percent."""
    short, unit, digits = _LABELS[sign.name]
    axis: dict[str, Any] = {"title": {"text": f"{short}<br>{unit}"}}
    values = values.cast(pl.Float64).fill_nan(None)
    if sign.log:
        values = values.clip(LOG_FLOOR)
        axis |= {"type": "log", "dtick": 2, "tickformat": ",~r"}
    figure.update_layout({f"yaxis{order}": axis})
    figure.add_scatter(
        x=x,
        y=single(values),
        yaxis=f"y{order}",
        mode="lines",
        name=sign.title,
        showlegend=False,
        line={"color": getattr(theme, sign.colour), "width": 1.8},
        hovertemplate=f"Day %{{x:.2f}}: %{{y:,.{digits}f}} {unit}<extra>{sign.title}</extra>",
    )


def _lay_out(figure: go.Figure, height: int, rows: int) -> None:
    """Stack the panels: a lane of decisions, then one panel a sign, on one time axis."""
    top = 1.0
    layout: dict[str, dict] = {
        "yaxis": {
            "domain": [1 - _LANE / height, 1],
            "range": [-0.6, 1.6],
            "showticklabels": False,
            "showgrid": False,
            "fixedrange": True,
            "title": {"text": "Dose"},
        }
    }
    top = 1 - (_LANE + _GAP) / height
    for row in range(rows):
        bottom = max(0.0, top - _ROW / height)
        layout[f"yaxis{row + 2}"] = {
            "domain": [bottom, top],
            "anchor": "x",
            "nticks": 4,
            "title": {"standoff": 4, "font": {"size": 12}},
            "automargin": False,
        }
        top = bottom - _GAP / height
    figure.update_layout(layout)
    figure.update_layout(
        xaxis={
            "anchor": "free",
            "position": 0,
            "showgrid": True,
            "title": {"text": "Day since first dose"},
        },
        margin={"l": 78, "r": 52, "t": 84, "b": 46},
        legend_y=1.005,
    )


def _decisions(figure: go.Figure, doses: pl.DataFrame, theme: Theme) -> None:
    marks = (
        _Mark("give", "given", "triangle-up", theme.given),
        _Mark("hold", "held", "diamond-open", theme.held),
        _Mark("stop", "stopped", "x", theme.stopped),
    )
    for mark in marks:
        part = doses.filter(pl.col("action").str.starts_with(mark.action)).sort("time")
        if part.is_empty():
            continue
        hover = [
            f"Cycle {row['cycle']}, day {row['time']:.2f}<br>"
            + ACTIONS.get(row["action"], words(row["action"]))
            + (f": {plain(words(row['reasons']))}" if row["reasons"] else "")
            for row in part.iter_rows(named=True)
        ]
        figure.add_scatter(
            x=single(part["time"]),
            y=np.full(part.height, 0.5),
            text=hover,
            mode="markers",
            cliponaxis=False,
            name=f"{mark.name} {part.height}",
            marker={
                "symbol": mark.symbol,
                "size": 10,
                "color": mark.colour,
                "line": {"width": 2 if mark.action == "hold" else 0, "color": mark.colour},
            },
            hovertemplate="%{text}<extra></extra>",
        )


def _pressor(
    figure: go.Figure, x: np.ndarray, dose: pl.Series, order: int, free: int, theme: Theme
) -> None:
    """Vasopressor dose behind the pressure, on its own axis at the right."""
    values = single(dose.fill_nan(None))
    if not np.nanmax(values, initial=0.0) > 0:
        return
    axis = figure.layout[f"yaxis{order}"]
    figure.update_layout(
        {
            f"yaxis{free}": {
                "overlaying": f"y{order}",
                "domain": axis.domain,
                "anchor": "x",
                "side": "right",
                "showgrid": False,
                "rangemode": "tozero",
                "nticks": 3,
                "tickformat": ".1f",
                "automargin": False,
                "title": {
                    "text": "Pressor<br>µg/kg/min",
                    "standoff": 2,
                    "font": {"size": 11, "color": theme.pressor},
                },
                "tickfont": {"color": theme.pressor, "size": 11},
            }
        }
    )
    figure.add_scatter(
        x=x,
        y=values,
        mode="lines",
        name="vasopressor",
        showlegend=False,
        line={"color": theme.pressor, "width": 1},
        fill="tozeroy",
        fillcolor=fade(theme.pressor, 0.16),
        yaxis=f"y{free}",
        hovertemplate="Day %{x:.2f}: %{y:.2f} µg/kg/min<extra>Vasopressor</extra>",
    )


def _events(figure: go.Figure, events: pl.DataFrame, theme: Theme) -> None:
    for row in events.sort("time").iter_rows(named=True):
        figure.add_vline(x=row["time"], line={"color": theme.stopped, "width": 1, "dash": "dash"})
        figure.add_annotation(
            x=row["time"], y=0, yref="paper", yanchor="bottom", xanchor="left", textangle=-90,
            text=plain(title(row["kind"])), font={"size": 12, "color": theme.stopped},
            showarrow=False,
        )  # fmt: skip


def patient_caption(doses: pl.DataFrame, events: pl.DataFrame) -> str:
    """Decisions and events of one patient in words."""
    actions = doses["action"].to_list()
    given, held = actions.count("give"), actions.count("hold")
    text = f"{counted(given, 'dose')} given (▲), {number(held)} held (◇)"
    stops = doses.filter(pl.col("action").str.starts_with("stop")).sort("time")
    for row in stops.iter_rows(named=True):
        text += f"; {ACTIONS.get(row['action'], row['action'])} (✕) on day {row['time']:.1f}"
        text += f" for {words(row['reasons'])}" if row["reasons"] else ""
    for row in events.sort("time").iter_rows(named=True):
        text += f"; {title(row['kind']).lower()} on day {row['time']:.1f}"
    return text + "."
