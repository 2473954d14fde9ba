"""Toxicity as a butterfly: mild grades left, severe ones right; or an arm on either side."""

import numpy as np
import plotly.graph_objects as go

from aldesim.report.figures.canvas import axes, canvas, name_rows, nothing
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.wording import counted, percent, plain, title
from aldesim.trial.endpoints import ToxicityTable

LEFT, RIGHT = -1, 1
MOST_TERMS = 24
_STEPS = (0, 20, 40, 60, 80, 100)


def toxicity(table: ToxicityTable, *, theme: Theme = LIGHT) -> go.Figure:
    """Worst grade of each adverse event: grades 1 and 2 to the left, 3 to 5 to the right.

    Parameters
    ----------
    table : ToxicityTable
        Patients by term and worst grade.
    theme : Theme
        Colours.

    Returns
    -------
    Figure
        One row a term, the most severe first, in percent of all patients; the number at the right
        is the share with grade 3 or more.
    """
    caption = (
        f"Worst grade (CTCAE v5.0) of each event in {counted(table.patients, 'patient')}, from the "
        "simulated measurements: grades 1 and 2 to the left, 3 and more to the right. The number "
        "at the right is the share with grade 3 or more."
    )
    figure = canvas("Worst grade by adverse event", caption, theme)
    rows = severe_first(table)
    if not rows:
        axes(figure, "Patients, %", "")
        return nothing(figure, "No adverse event was graded.")
    for grade in (2, 1, 3, 4, 5):
        side = LEFT if grade < 3 else RIGHT
        _bars(figure, table, rows, grade, side, f"Grade {grade}", theme)
    severe = [_short_percent(float(table.percent(table.severe)[row])) for row in rows]
    _wings(
        figure, [title(table.terms[row]) for row in rows], severe, "Grades 1 and 2",
        "Grade 3 or more", theme,
    )  # fmt: skip
    return figure


def toxicity_of_arms(
    arms: tuple[tuple[str, ToxicityTable], tuple[str, ToxicityTable]], *, theme: Theme = LIGHT
) -> go.Figure:
    """Worst grades of two arms: the first to the left, the second to the right.

    Parameters
    ----------
    arms : two pairs of str and ToxicityTable
        Name and patients by term and worst grade.
    theme : Theme
        Colours.
    """
    (left, one), (right, other) = arms
    caption = (
        f"Worst grade (CTCAE v5.0) of each event: {left} to the left "
        f"({counted(one.patients, 'patient')}), {right} to the right "
        f"({counted(other.patients, 'patient')}). Severe grades lie inside."
    )
    figure = canvas("Worst grade by adverse event and arm", caption, theme)
    shown = {one.terms[row] for row in severe_first(one)}
    terms = [one.terms[row] for row in severe_first(one)]
    terms += [other.terms[row] for row in severe_first(other) if other.terms[row] not in shown]
    terms = terms[:MOST_TERMS]
    if not terms:
        axes(figure, "Patients, %", "")
        return nothing(figure, "No adverse event was graded.")
    for side, table in ((LEFT, one), (RIGHT, other)):
        rows = [table.terms.index(term) if term in table.terms else -1 for term in terms]
        for grade in (5, 4, 3, 2, 1):
            _bars(figure, table, rows, grade, side, f"Grade {grade}", theme, side == RIGHT)
    _wings(figure, [title(term) for term in terms], [], left, right, theme)
    return figure


def severe_first(table: ToxicityTable) -> list[int]:
    """Rows of the table with any event, those with most grade 3 or more first."""
    seen = [row for row in range(len(table.terms)) if table.any_grade[row] > 0]
    return sorted(
        seen, key=lambda row: (-table.severe[row], -table.any_grade[row], table.terms[row])
    )


def _bars(
    figure: go.Figure,
    table: ToxicityTable,
    rows: list[int],
    grade: int,
    side: int,
    name: str,
    theme: Theme,
    legend: bool = True,
) -> None:
    """One grade on one side; a row of -1 has no such event."""
    counts = np.array([table.counts[row, grade - 1] if row >= 0 else 0 for row in rows])
    if not counts.any():
        return
    share = table.percent(counts)
    figure.add_bar(
        y=np.arange(len(rows)),
        x=side * share,
        customdata=np.stack([share, counts], axis=1),
        orientation="h",
        name=name,
        showlegend=legend,
        legendrank=grade,
        marker={"color": theme.grades[grade - 1], "line": {"color": theme.surface, "width": 1}},
        hovertemplate=f"{name}: %{{customdata[0]:.1f}} % (%{{customdata[1]:.0f}} patients)"
        "<extra></extra>",
    )


def _wings(
    figure: go.Figure, labels: list[str], at_right: list[str], left: str, right: str, theme: Theme
) -> None:
    """Names above the rows, a middle line, an axis that counts both ways."""
    name_rows(figure, labels)
    for row, label in enumerate(labels):
        figure.add_annotation(
            x=0, xref="paper", y=row, yshift=18, text=plain(label), xanchor="left",
            font={"size": 13, "color": theme.ink}, showarrow=False,
        )  # fmt: skip
    for row, text in enumerate(at_right):
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=row, text=text,
            font={"size": 12, "color": theme.ink}, showarrow=False,
        )  # fmt: skip
    for x, anchor, text in ((0, "left", f"◂ {left}"), (1, "right", f"{right} ▸")):
        figure.add_annotation(
            x=x, xref="paper", y=-1.25, text=plain(text), xanchor=anchor,
            font={"size": 12, "color": theme.muted}, showarrow=False,
        )  # fmt: skip
    reach = max((abs(float(v)) for v in _totals(figure, len(labels))), default=100.0)
    end = min(100.0, 1.05 * reach)
    steps = [step for step in _STEPS if step <= end] if end > 20 else [0, 5, 10, 15, 20]
    figure.add_vline(x=0, line={"color": theme.axis, "width": 1})
    figure.update_layout(
        barmode="relative",
        bargap=0.62,
        height=44 * len(labels) + 150,
        margin={"l": 8, "r": 56 if at_right else 16},
        legend_traceorder="normal",
    )
    figure.update_xaxes(
        title_text="Patients, %",
        showgrid=True,
        range=[-end, end],
        tickvals=[-step for step in steps[:0:-1]] + steps,
        ticktext=[str(step) for step in steps[:0:-1]] + [str(step) for step in steps],
    )
    figure.update_yaxes(
        type="linear",
        range=[len(labels) - 0.5, -1.7],
        showticklabels=False,
        showgrid=False,
        fixedrange=True,
    )


def _totals(figure: go.Figure, rows: int) -> np.ndarray:
    """Length of both wings of every row, shape (2 rows,)."""
    wings = np.zeros((2, rows))
    for bars in figure.data:
        x = np.asarray(bars.x, dtype=float)  # type: ignore[attr-defined]
        wings[0] += np.minimum(x, 0)
        wings[1] += np.maximum(x, 0)
    return wings.ravel()


def _short_percent(value: float) -> str:
    """Percent with a decimal only where rounding would hide something."""
    whole = value in (0, 100) or 9.95 <= value < 99.5
    return percent(value / 100, 0 if whole else 1)
