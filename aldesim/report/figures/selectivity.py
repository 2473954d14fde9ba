"""Effects over the two affinities of a molecule, with the known molecules on the map."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from aldesim.design import EFFECTS, SelectivityMap
from aldesim.drug import Molecule
from aldesim.report.figures.canvas import axes, canvas
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.wording import amount, number, plain

HEIGHT = 430
COLOURS = {
    "signal_Treg": "treg",
    "Treg": "treg",
    "signal_CD8": "cd8",
    "CD8": "cd8",
    "signal_NK": "nk",
    "NK": "nk",
    "killing": "tumour",
    "leak": "fluid",
    "pressure": "pressure",
    "creatinine": "kidney",
}
"""Meaning of each effect's colour in the palette."""


def selectivity(
    found: SelectivityMap, effect: str, known: Sequence[Molecule] = (), *, theme: Theme = LIGHT
) -> go.Figure:
    """One effect over both affinities.

    Parameters
    ----------
    found : SelectivityMap
        The grid.
    effect : str
        Name of an effect.
    known : sequence of Molecule
        Molecules to mark.
    theme : Theme
        Colours.
    """
    what = EFFECTS[effect]
    unit = f", {what.unit}" if what.unit else ""
    figure = _map(found, f"{what.label}{unit}", found.effects[effect], theme)
    figure.update_traces(
        colorscale=[[0, theme.surface], [1, getattr(theme, COLOURS[effect])]],
        contours={"coloring": "heatmap", "showlines": True},
        line={"color": theme.axis, "width": 0.6},
    )
    return _marked(figure, known, theme)


def preference(
    found: SelectivityMap, known: Sequence[Molecule] = (), *, theme: Theme = LIGHT
) -> go.Figure:
    """CD8 signal over Treg signal, as a power of two, over both affinities."""
    ratio = np.log2(found.effects["signal_CD8"] / found.effects["signal_Treg"])
    figure = _map(found, "CD8 signal over Treg signal", ratio, theme)
    reach = float(np.nanmax(np.abs(ratio)))
    ticks = [t for t in range(-8, 9) if abs(t) <= reach + 0.5]
    figure.update_traces(
        colorscale=[[0, theme.treg], [0.5, theme.surface], [1, theme.cd8]],
        zmin=-reach,
        zmax=reach,
        contours={"coloring": "heatmap", "showlines": True},
        line={"color": theme.axis, "width": 0.6},
        colorbar={"tickvals": ticks, "ticktext": [_fold(t) for t in ticks]},
        customdata=2**ratio,
        hovertemplate="Kd CD25 %{x:,.0f} pM<br>Kd CD122-CD132 %{y:,.0f} pM<br>"
        "ratio %{customdata:.2f}<extra></extra>",
    )
    return _marked(figure, known, theme)


def _map(found: SelectivityMap, title: str, values: np.ndarray, theme: Theme) -> go.Figure:
    dose = (
        f"every point at the dose that leaks {number(found.equal_leak, 2)}"
        if found.equal_leak is not None
        else f"every point at {number(float(found.dose.flat[0]))} pmol/kg a dose"
    )
    caption = (
        f"The nominal patient without a clinic, {dose}, disposition of {found.base.name}. Tighter "
        "binding lies left and below. Known molecules are marked at their affinities alone: their "
        "half-lives differ. Those that do not bind CD25 stand at the right edge."
    )
    figure = canvas(title, caption, theme, height=HEIGHT)
    axes(figure, "Kd of CD25 alone", "Kd of CD122-CD132")
    figure.add_contour(
        x=found.K_alpha,
        y=found.K_beta_gamma,
        z=values,
        ncontours=12,
        colorbar={"thickness": 12, "outlinewidth": 0, "tickfont": {"color": theme.muted}},
        hovertemplate="Kd CD25 %{x:,.0f} pM<br>Kd CD122-CD132 %{y:,.0f} pM<br>"
        "%{z:.3g}<extra></extra>",
    )
    powers = [10.0**k for k in range(2, 8)]
    for axis in (figure.update_xaxes, figure.update_yaxes):
        axis(type="log", tickvals=powers, ticktext=[amount(p, "M") for p in powers], showgrid=False)
    return figure


def _marked(figure: go.Figure, known: Sequence[Molecule], theme: Theme) -> go.Figure:
    """The figure with a marker for each place on the map, named after the molecules there."""
    edge = float(np.max(figure.data[0].x))  # type: ignore[attr-defined]
    places: dict[int, list[Molecule]] = {}
    for place, molecule in numbered(known, edge):
        places.setdefault(place, []).append(molecule)
    first = [there[0].affinities for there in places.values()]
    figure.add_scatter(
        x=[min(at.K_alpha, edge) for at in first],
        y=[at.K_beta_gamma for at in first],
        mode="markers+text",
        marker={
            "size": 10,
            "color": theme.surface,
            "line": {"color": theme.ink, "width": 2},
        },
        text=[str(place) for place in places],
        textposition="middle left",
        textfont={"color": theme.ink, "size": 13},
        customdata=[
            "<br>".join(plain(molecule.name) for molecule in there) for there in places.values()
        ],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )
    return figure


def numbered(known: Sequence[Molecule], edge: float) -> list[tuple[int, Molecule]]:
    """Number of each molecule's marker on the map: molecules of one place share it."""
    places: dict[tuple[float, float], int] = {}
    made = []
    for molecule in known:
        affinities = molecule.affinities
        place = (min(affinities.K_alpha, edge), affinities.K_beta_gamma)
        made.append((places.setdefault(place, len(places) + 1), molecule))
    return made


def _fold(power: int) -> str:
    return f"{2**power}" if power >= 0 else f"1/{2**-power}"
