"""Toxicity: worst grade per patient, by term."""

import numpy as np
import plotly.graph_objects as go

from aldesim.report.figures.canvas import axes, canvas, nothing, rows_of_bars
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.wording import counted, percent, title
from aldesim.trial.endpoints import ToxicityTable


def toxicity(table: ToxicityTable, *, theme: Theme = LIGHT) -> go.Figure:
    """Worst grade of each adverse event, as share of all patients, stacked by grade.

    Parameters
    ----------
    table : ToxicityTable
        Patients by term and worst grade.
    theme : Theme
        Colours.

    Returns
    -------
    Figure
        One row a term, the most severe first; the number at the end is the share with grade 3 or
        more.
    """
    caption = (
        f"Worst grade (CTCAE v5.0) of each event in {counted(table.patients, 'patient')}, from the "
        "simulated measurements. The number at the right is the share with grade 3 or more."
    )
    figure = canvas("Worst grade by adverse event", caption, theme)
    rows = severe_first(table)
    if not rows:
        axes(figure, "Patients, %", "")
        return nothing(figure, "No adverse event was graded.")
    for grade, colour in zip(range(1, 6), theme.grades, strict=True):
        counts = table.counts[rows, grade - 1]
        if not counts.any():
            continue
        figure.add_bar(
            y=np.arange(len(rows)),
            x=table.percent(counts),
            customdata=counts,
            orientation="h",
            name=f"Grade {grade}",
            marker={"color": colour, "line": {"color": theme.surface, "width": 1}},
            hovertemplate=f"Grade {grade}: %{{x:.1f}} % (%{{customdata}} patients)<extra></extra>",
        )
    rows_of_bars(figure, [title(table.terms[row]) for row in rows], "Patients, %", theme)
    for index, row in enumerate(rows):
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=index,
            text=_short_percent(float(table.percent(table.severe)[row])),
            font={"size": 12, "color": theme.ink},
            showarrow=False,
        )
    figure.update_xaxes(range=[0, 100], dtick=25)
    return figure


def _short_percent(value: float) -> str:
    """Percent with a decimal only where rounding would hide something."""
    plain = value in (0, 100) or 9.95 <= value < 99.5
    return percent(value / 100, 0 if plain else 1)


def severe_first(table: ToxicityTable) -> list[int]:
    """Rows of the table with any event, those with most grade 3 or more first."""
    seen = [row for row in range(len(table.terms)) if table.any_grade[row] > 0]
    return sorted(
        seen, key=lambda row: (-table.severe[row], -table.any_grade[row], table.terms[row])
    )
