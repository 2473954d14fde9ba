"""Dose intensity: how many patients had at least so much of what was planned."""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.figures.canvas import axes, canvas, nothing
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.wording import counted, percent

_DASHES = ("dash", "dot", "dashdot", "longdash")


def dose_intensity(patients: pl.DataFrame, *, theme: Theme = LIGHT) -> go.Figure:
    """Share of patients who received at least a share of their planned doses.

    Parameters
    ----------
    patients : DataFrame
        Columns `doses_given`, `doses_planned` and, of each cycle, `doses_cycle_N`.
    theme : Theme
        Colours.

    Returns
    -------
    Figure
        One step curve for the whole and one for each cycle of the first course; 100 % of a cycle
        is the most that any patient received in it.
    """
    caption = (
        "Share of patients who received at least so much of the planned doses. Planned are the "
        "doses of the courses that the patient began; of one cycle, the most that anyone received."
    )
    figure = canvas("Dose intensity", caption, theme)
    axes(figure, "Doses given, % of planned", "Patients with at least that, %")
    planned = patients["doses_planned"].cast(pl.Float64).to_numpy()
    given = patients["doses_given"].cast(pl.Float64).to_numpy()
    known = planned > 0
    if not known.any():
        return nothing(figure, "No dose was planned.")
    whole = 100 * given[known] / planned[known]
    middle = float(np.median(whole))
    figure.layout.meta["caption"] = (  # type: ignore[attr-defined]
        f"{caption} Median of {counted(int(known.sum()), 'patient')}: {percent(middle / 100, 0)}."
    )
    curves = {"All cycles": (whole, "solid", 2.5)}
    cycles = sorted(
        (name for name in patients.columns if name.startswith("doses_cycle_")),
        key=lambda name: int(name.rsplit("_", 1)[1]),
    )
    for order, name in enumerate(cycles[:4] if len(cycles) > 1 else []):
        had = patients[name].cast(pl.Float64).fill_null(0).to_numpy()
        if had.max(initial=0) > 0:
            number = name.rsplit("_", 1)[1]
            curves[f"Cycle {number}"] = (100 * had / had.max(), _DASHES[order], 1.5)
    for name, (values, dash, width) in curves.items():
        steps = np.unique(np.append(values, [0.0, 100.0]))
        share = 100 * (values[None, :] >= steps[:, None] - 1e-9).mean(axis=1)
        figure.add_scatter(
            x=steps,
            y=share,
            mode="lines",
            name=name,
            line={"color": theme.given, "width": width, "dash": dash, "shape": "vh"},
            hovertemplate=f"{name}: %{{y:.0f}} % of patients had %{{x:.0f}} % or more"
            "<extra></extra>",
        )
    figure.update_xaxes(range=[0, 101], dtick=20)
    figure.update_yaxes(range=[0, 103], dtick=20)
    figure.update_layout(legend_traceorder="normal")
    return figure
