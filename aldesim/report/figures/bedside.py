"""One patient's signs as small pictures that share their time axis; two settings at once.

Everything here is a plain dictionary of Plotly's figure schema, so that an app can redraw while a
slider moves; `bedside` wraps one for a notebook.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from aldesim.report.figures.canvas import template
from aldesim.report.palette import LIGHT, Theme, fade
from aldesim.report.signs import LOG_FLOOR
from aldesim.report.wording import number, plain

LOWEST_LOG_CELLS = 1.0
WIDE_DECADES = 2  # from here on only powers of ten are labelled
HELD_DASH = "4px,3px"
LEFT = 52  # pixels: 100,000 fits
GRADE_STEPS = (0, 0.5, 1, 2, 3)

UNMEASURED = {"automargin": False, "tickangle": 0, "ticklabeloverflow": "allow"}
"""Of an axis: what Plotly finds out by measuring its labels, half the time of a redraw."""


@dataclass(frozen=True)
class Curve:
    """One line: the sign, its name beside others, its colour, its unit if not the panel's."""

    sign: str
    name: str
    colour: str
    unit: str = ""


@dataclass(frozen=True)
class Panel:
    """One small picture.

    Parameters
    ----------
    id, title, unit : str
        Key, heading, unit of the axis.
    curves : tuple of Curve
        What is drawn.
    digits : int
        Decimals in text.
    floor : float
        Lowest value of a logarithmic axis; 0 for a linear one.
    area : Curve, optional
        A sign behind the lines, on an axis of its own at the right.
    area_unit : str
        Unit of that axis.
    """

    id: str
    title: str
    unit: str
    curves: tuple[Curve, ...]
    digits: int = 0
    floor: float = 0.0
    area: Curve | None = None
    area_unit: str = ""


PANELS = (
    Panel("il2", "IL-2 in plasma", "pM", (Curve("il2_plasma", "IL-2", "il2"),), 1, LOG_FLOOR),
    Panel(
        "signal",
        "Receptor signal",
        "0 rest, 1 full",
        (
            Curve("signal_Treg", "Treg", "treg"),
            Curve("signal_CD8", "CD8", "cd8"),
            Curve("signal_NK", "NK", "nk"),
        ),
        2,
    ),
    Panel(
        "cells",
        "Cells in the body",
        "cells/µL",
        (
            Curve("Treg", "Treg", "treg"),
            Curve("CD8_effector", "CD8 effector", "cd8"),
            Curve("NK", "NK", "nk"),
        ),
        0,
        LOWEST_LOG_CELLS,
    ),
    Panel(
        "lymphocytes",
        "Lymphocytes in blood",
        "cells/µL",
        (Curve("lymphocytes", "Lymphocytes", "lymphocytes"),),
    ),
    Panel(
        "leak", "Capillary leak", "share of largest", (Curve("permeability", "Leak", "fluid"),), 2
    ),
    Panel(
        "circulation",
        "Pressure and heart rate",
        "mmHg, beats/min",
        (
            Curve("MAP", "Mean pressure", "pressure", "mmHg"),
            Curve("heart_rate", "Heart rate", "heart_rate", "/min"),
        ),
        area=Curve("pressor_dose", "Vasopressor", "pressor"),
        area_unit="µg/kg/min",
    ),
    Panel("weight", "Body weight", "kg", (Curve("weight", "Weight", "fluid"),), 1),
    Panel("albumin", "Albumin", "g/dL", (Curve("albumin", "Albumin", "fluid"),), 1),
    Panel("creatinine", "Creatinine", "mg/dL", (Curve("creatinine", "Creatinine", "kidney"),), 2),
    Panel("urine", "Urine", "mL/h", (Curve("urine_output", "Urine", "kidney"),)),
    Panel(
        "temperature", "Temperature", "°C", (Curve("temperature", "Temperature", "temperature"),), 1
    ),
    Panel("tumour", "Tumour, sum of diameters", "mm", (Curve("SLD", "Tumour", "tumour"),)),
)
"""Every panel of lines, in the order of the page."""

SYMPTOMS = {
    "confusion": "Confusion",
    "fatigue": "Fatigue",
    "nausea": "Nausea",
    "chills": "Chills",
    "rash": "Rash",
    "dyspnoea": "Breathlessness",
}


@dataclass(frozen=True)
class Shown:
    """One setting's course as the pictures need it.

    Parameters
    ----------
    signs : mapping of str to ndarray, shape (k,)
        `time` (days) and the signs.
    doses : sequence of dict
        Rows of the ledger: `time`, `cycle`, `slot`, `action`, `reasons`.
    events : sequence of (float, str)
        Day and kind of sudden events.
    name : str
        What the setting is called, in text on hover; empty if it is the only one.
    """

    signs: Mapping[str, np.ndarray]
    doses: Sequence[Mapping[str, Any]] = ()
    events: Sequence[tuple[float, str]] = ()
    name: str = ""


def bedside(panel: Panel, shown: Sequence[Shown], *, theme: Theme = LIGHT) -> go.Figure:
    """One panel as a figure; the second setting is dashed.

    Parameters
    ----------
    panel : Panel
        Of `PANELS`.
    shown : sequence of Shown
        One or two settings.
    theme : Theme
        Colours.
    """
    figure = go.Figure(panel_spec(panel, shown, theme))
    return figure.update_layout(template=small_template(theme), title_text=plain(panel.title))


def small_template(theme: Theme) -> go.layout.Template:
    """Template of the small pictures: that of all figures, with nothing to be measured."""
    small = template(theme)
    for axis in (small.layout.xaxis, small.layout.yaxis):  # type: ignore[attr-defined]
        axis.update(UNMEASURED)
        axis.title.standoff = None
    return small


def panel_spec(panel: Panel, shown: Sequence[Shown], theme: Theme) -> dict[str, Any]:
    """Data and layout of one panel, without the template."""
    traces = []
    for order, one in enumerate(shown):
        x = packed(one.signs["time"])
        suffix = f" ({one.name})" if one.name else ""
        if panel.area is not None and np.nanmax(one.signs[panel.area.sign], initial=0) > 0:
            traces.append(_area(panel, one, x, order, suffix, theme))
        for curve in panel.curves:
            values = one.signs[curve.sign]
            if panel.floor:
                values = np.maximum(values, panel.floor)
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": x,
                    "y": packed(values),
                    "name": curve.name + suffix,
                    "line": {
                        "color": getattr(theme, curve.colour),
                        "width": 1.5 if order else 2,
                        "dash": HELD_DASH if order else "solid",
                    },
                    "opacity": 0.75 if order else 1,
                    "hovertemplate": f"%{{y:,.{panel.digits}f}}{_unit(panel, curve)}",
                }
            )
    layout = _layout(panel, theme, _decades(panel, shown)) | {
        "meta": {"caption": panel_caption(panel, shown)}
    }
    return {"data": traces, "layout": layout}


def _unit(panel: Panel, curve: Curve) -> str:
    """Unit of one line on hover; signals and shares have none."""
    if curve.unit or panel.unit.startswith(("0", "share")):
        return f" {curve.unit}".rstrip()
    return f" {panel.unit}"


def panel_caption(panel: Panel, shown: Sequence[Shown]) -> str:
    """First, lowest and highest value of every curve in words, for those who do not see it."""
    parts = []
    for one in shown:
        for curve in panel.curves:
            values = one.signs[curve.sign]
            values = values[np.isfinite(values)]
            if not len(values):
                continue
            first, low, high = (
                number(float(v), panel.digits) for v in (values[0], values.min(), values.max())
            )
            name = f"{curve.name} {one.name}".strip()
            parts.append(f"{name} {first} at first, lowest {low}, highest {high}")
    return f"{panel.title} ({panel.unit}): {'; '.join(parts)}."


def _area(
    panel: Panel, one: Shown, x: dict[str, str], order: int, suffix: str, theme: Theme
) -> dict[str, Any]:
    assert panel.area is not None
    colour = getattr(theme, panel.area.colour)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": packed(one.signs[panel.area.sign]),
        "yaxis": "y2",
        "name": panel.area.name + suffix,
        "line": {"color": colour, "width": 1, "dash": HELD_DASH if order else "solid"},
        "fill": "none" if order else "tozeroy",
        "fillcolor": fade(colour, 0.18),
        "hovertemplate": f"%{{y:.2f}} {panel.area_unit}",
    }


def _decades(panel: Panel, shown: Sequence[Shown]) -> float:
    """Powers of ten that a logarithmic axis spans."""
    if not panel.floor:
        return 0.0
    values = [
        np.maximum(one.signs[curve.sign], panel.floor) for one in shown for curve in panel.curves
    ]
    return float(np.log10(max(map(np.nanmax, values)) / min(map(np.nanmin, values))))


def _layout(panel: Panel, theme: Theme, decades: float) -> dict[str, Any]:
    right = 40 if panel.area else 10
    layout: dict[str, Any] = {
        "margin": {"l": LEFT, "r": right, "t": 6, "b": 22},
        "showlegend": False,
        "hovermode": "x unified",
        "xaxis": {"type": "linear", "showgrid": True, "nticks": 6, "hoverformat": ".2f"},
        "yaxis": {"type": "linear", "nticks": 4, "fixedrange": True},
    }
    if panel.floor:
        layout["yaxis"] |= {"type": "log", "tickformat": ",~r"}
        if decades > WIDE_DECADES:
            layout["yaxis"]["dtick"] = 1
    if panel.area:
        layout["yaxis2"] = {
            "type": "linear",
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "fixedrange": True,
            "tickmode": "auto",
            "nticks": 3,
            "tickformat": "~r",
            "tickfont": {"color": getattr(theme, panel.area.colour), "size": 11},
        }
    return layout


def symptom_spec(shown: Sequence[Shown], theme: Theme) -> dict[str, Any]:
    """Symptoms as bands that darken with severity; 1 is moderate."""
    scale = [theme.surface, theme.grade_1, theme.grade_2, theme.grade_3, theme.grade_4]
    top = GRADE_STEPS[-1]
    colours = [[step / top, colour] for step, colour in zip(GRADE_STEPS, scale, strict=True)]
    rows, values = [], []
    for one in reversed(shown):
        for sign, name in reversed(SYMPTOMS.items()):
            rows.append(f"{name} {one.name}".strip())
            values.append(one.signs[sign])
    longest = max(len(row) for row in values)
    x = max((one.signs["time"] for one in shown), key=len)
    z = np.stack([np.pad(row, (0, longest - len(row)), constant_values=np.nan) for row in values])
    return {
        "data": [
            {
                "type": "heatmap",
                "x": packed(x),
                "y": rows,
                "z": packed(z),
                "zmin": 0,
                "zmax": top,
                "colorscale": colours,
                "showscale": False,
                "ygap": 2,
                "hovertemplate": "%{y}: %{z:.1f} (1 = moderate)<extra></extra>",
            }
        ],
        "layout": {
            "margin": {"l": 118, "r": 10, "t": 6, "b": 22},
            "hovermode": "closest",
            "xaxis": {"type": "linear", "showgrid": False, "nticks": 6},
            "yaxis": {"type": "category", "dtick": 1, "fixedrange": True, "showgrid": False},
        },
    }


def packed(values: np.ndarray) -> dict[str, str]:
    """Numbers as Plotly's typed array: little-endian 32-bit floats in base64."""
    array = np.ascontiguousarray(values, dtype="<f4")
    coded = {"dtype": "f4", "bdata": base64.b64encode(array.tobytes()).decode("ascii")}
    return coded if array.ndim == 1 else coded | {"shape": ", ".join(map(str, array.shape))}
