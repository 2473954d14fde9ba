"""Signals and leak over dose, and the window between them."""

import numpy as np
import plotly.graph_objects as go

from aldesim.design import EFFECTS, Candidates, DoseResponse, Window
from aldesim.report.figures.canvas import axes, canvas, single
from aldesim.report.palette import LIGHT, Theme, fade
from aldesim.report.wording import amount, number

LINES = {
    "signal_Treg": ("Treg", "treg", "solid"),
    "signal_CD8": ("CD8", "cd8", "solid"),
    "signal_NK": ("NK", "nk", "solid"),
    "leak": ("leak", "fluid", "dash"),
}


def dose_response(
    response: DoseResponse, molecule: str, room: Window | None = None, *, theme: Theme = LIGHT
) -> go.Figure:
    """Mean signals of three cells and the highest leak over the dose of one molecule.

    Parameters
    ----------
    response : DoseResponse
        Effects over dose.
    molecule : str
        Id of one of its molecules.
    room : Window, optional
        Doses to shade, from enough to too much.
    theme : Theme
        Colours.
    """
    row = response.row(molecule)
    caption = (
        "Mean signal of each cell and highest capillary leak in the nominal patient, given every "
        "dose of the cycle; all from 0 to 1."
    )
    shaded = room if room is not None and room.width > 1 else None
    if shaded:
        caption += " Shaded: enough benefit, not yet too much harm."
    figure = canvas(response.molecules[row].name, caption, theme, height=300)
    for name, (label, colour, dash) in LINES.items():
        figure.add_scatter(
            x=single(response.dose),
            y=single(response.effects[name][row]),
            name=label,
            mode="lines",
            line={"color": getattr(theme, colour), "width": 2.2, "dash": dash},
            hovertemplate=f"{label} %{{y:.2f}} at %{{x:,.3g}} pmol/kg<extra></extra>",
        )
    if shaded:
        end = min(shaded.too_much, float(response.dose[-1]))
        figure.add_vrect(
            x0=shaded.enough,
            x1=end,
            fillcolor=fade(theme.accent, 0.12),
            line_width=0,
            layer="below",
        )
    axes(figure, "Each dose per kg", "Signal, leak")
    powers = range(int(np.floor(np.log10(response.dose[0]))), 10)
    ticks = [10.0**k for k in powers if 10.0**k <= response.dose[-1]]
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=[amount(t) for t in ticks])
    figure.update_yaxes(range=[0, 1], tickformat=".1f")
    return figure


def front(
    found: Candidates, best: np.ndarray, benefit: str, harm: str, *, theme: Theme = LIGHT
) -> go.Figure:
    """Benefit over harm of all candidates, and those that no other one beats.

    Parameters
    ----------
    found : Candidates
        Designs and their effects.
    best : ndarray of int
        The Pareto front, by rising harm.
    benefit, harm : str
        Names of effects.
    theme : Theme
        Colours.
    """
    gain, cost = EFFECTS[benefit], EFFECTS[harm]
    caption = (
        f"Each dot is one molecule at one dose ({number(len(found.dose))}): affinities, clearance "
        "and dose on a grid. The line joins those with most benefit for their harm."
    )
    figure = canvas(f"{gain.label} for its price", caption, theme, height=420)
    text = [
        f"Kd {a:,.0f} and {b:,.0f} pM, clearance {c:g} of the base, {d:,.3g} pmol/kg"
        for a, b, c, d in zip(
            found.K_alpha, found.K_beta_gamma, found.clearance, found.dose, strict=True
        )
    ]
    x, y = found.effects[harm], found.effects[benefit]
    figure.add_scatter(
        x=single(x),
        y=single(y),
        mode="markers",
        name="candidates",
        marker={"size": 4, "color": fade(theme.muted, 0.35)},
        text=text,
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_scatter(
        x=single(x[best]),
        y=single(y[best]),
        mode="lines+markers",
        name="not beaten",
        line={"color": theme.accent, "width": 2},
        marker={"size": 5},
        text=[text[k] for k in best],
        hovertemplate="%{text}<extra></extra>",
    )
    axes(figure, _label(cost.label, cost.unit), _label(gain.label, gain.unit))
    return figure


def _label(label: str, unit: str) -> str:
    return f"{label}, {unit}" if unit else label
