"""Arms of a comparison side by side: doses by slot, reasons, differences."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from aldesim.report.figures.canvas import HEIGHT, canvas, name_rows, nothing, template
from aldesim.report.figures.doses import slot_table
from aldesim.report.palette import LIGHT, Theme
from aldesim.report.reasons import reason_table
from aldesim.report.tables import Frame
from aldesim.report.wording import counted, plain

MOST_REASONS = 10
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square-open", "diamond", "triangle-up-open", "x", "star")


def arm_colours(theme: Theme, arms: int) -> list[str]:
    """A colour for each arm; line style and symbol differ too."""
    order = (theme.cd8, theme.pd, theme.nk, theme.treg, theme.cd4, theme.tumour)
    return [order[k % len(order)] for k in range(arms)]


def slots_by_arm(doses: Mapping[str, Frame], patients: int, *, theme: Theme = LIGHT) -> go.Figure:
    """Share of all patients given each planned dose, one panel a cycle, one line an arm.

    Parameters
    ----------
    doses : mapping of str to DataFrame or LazyFrame
        The ledger of each arm: columns `cycle`, `slot`, `action`.
    patients : int
        Patients of each arm, the base of the share.
    theme : Theme
        Colours.
    """
    caption = (
        f"Share of the same {counted(patients, 'patient')} who received each planned dose, by arm. "
        "Held or stopped counts as not given."
    )
    tables = {name: slot_table(frame, patients) for name, frame in doses.items()}
    cycles = sorted({c for table in tables.values() for c in table["cycle"].to_list()})
    if not cycles:
        return nothing(canvas("Still receiving each dose", caption, theme), "No dose fell due.")
    figure = make_subplots(
        rows=len(cycles), cols=1, shared_yaxes=True, vertical_spacing=0.5 / (len(cycles) + 1)
    )
    figure.update_layout(
        template=template(theme),
        title_text="Still receiving each dose",
        height=110 + (HEIGHT - 110) * len(cycles),
        meta={"title": "Still receiving each dose", "caption": caption},
    )
    colours = arm_colours(theme, len(tables))
    for row, cycle in enumerate(cycles, start=1):
        for k, (name, table) in enumerate(tables.items()):
            part = table.filter(pl.col("cycle") == cycle)
            figure.add_scatter(
                x=part["dose"].to_numpy(),
                y=part["given_pct"].to_numpy(),
                mode="lines+markers",
                name=plain(name),
                legendgroup=name,
                showlegend=row == 1,
                line={"color": colours[k], "width": 2, "dash": DASHES[k % len(DASHES)]},
                marker={"size": 6, "symbol": SYMBOLS[k % len(SYMBOLS)]},
                hovertemplate=f"{plain(name)}, cycle {cycle}, dose %{{x}}: %{{y:.0f}} %"
                "<extra></extra>",
                row=row,
                col=1,
            )
        figure.update_yaxes(range=[0, 103], title_text="Given this dose, %", row=row, col=1)
        figure.update_xaxes(title_text=f"Dose of cycle {cycle} (number)", row=row, col=1)
    return figure


def reasons_by_arm(doses: Mapping[str, Frame], patients: int, *, theme: Theme = LIGHT) -> go.Figure:
    """Why doses were not given, decisions per 100 patients, by rule and arm.

    Parameters
    ----------
    doses : mapping of str to DataFrame or LazyFrame
        The ledger of each arm: columns `id`, `action`, `reasons`.
    patients : int
        Patients of each arm.
    theme : Theme
        Colours.
    """
    tables = {name: reason_table(frame) for name, frame in doses.items()}
    totals: dict[str, int] = {}
    for table in tables.values():
        for rule, count in table.select("rule", "decisions").iter_rows():
            totals[rule] = totals.get(rule, 0) + count
    rules = sorted(totals, key=lambda rule: (-totals[rule], rule))[:MOST_REASONS]
    caption = (
        "Decisions not to give a dose per 100 patients, by the rule behind them. Rules of other "
        "sets have names of their own. A decision with two reasons counts in both rows."
    )
    if len(totals) > len(rules):
        caption += f" The {len(rules)} most frequent of {len(totals)} reasons are drawn."
    figure = canvas("Why doses were not given", caption, theme)
    if not rules:
        return nothing(figure, "No dose was held or stopped.")
    colours = arm_colours(theme, len(tables))
    for k, (name, table) in enumerate(tables.items()):
        found = dict(table.select("rule", "decisions").iter_rows())
        figure.add_bar(
            y=np.arange(len(rules)),
            x=np.array([100 * found.get(rule, 0) / max(patients, 1) for rule in rules]),
            customdata=[plain(rule) for rule in rules],
            orientation="h",
            name=plain(name),
            marker={"color": colours[k], "line": {"width": 0}},
            hovertemplate=f"%{{customdata}}<br>{plain(name)}: %{{x:.0f}} per 100 patients"
            "<extra></extra>",
        )
    name_rows(figure, rules)
    for row, rule in enumerate(rules):
        figure.add_annotation(
            x=0, xref="paper", y=row - 0.5, text=plain(rule), xanchor="left", yanchor="middle",
            font={"size": 13, "color": theme.ink}, showarrow=False,
        )  # fmt: skip
    figure.update_layout(
        barmode="group",
        bargap=0.4,
        height=(26 + 14 * len(tables)) * len(rules) + 130,
        margin={"l": 8, "r": 48},
    )
    figure.update_xaxes(title_text="Decisions per 100 patients", showgrid=True, rangemode="tozero")
    figure.update_yaxes(
        range=[len(rules) - 0.4, -0.8], showticklabels=False, showgrid=False, fixedrange=True
    )
    return figure


def bars_by_arm(
    values: Mapping[str, tuple[float, float, float]],
    title: str,
    axis: str,
    caption: str,
    *,
    theme: Theme = LIGHT,
) -> go.Figure:
    """One number of each arm as a bar with its interval.

    Parameters
    ----------
    values : mapping of str to (float, float, float)
        Value, lower and upper limit, by arm.
    title, axis, caption : str
        Words.
    theme : Theme
        Colours.
    """
    figure = canvas(title, caption, theme, height=230)
    value, low, high = (np.array([v[k] for v in values.values()], dtype=float) for k in range(3))
    figure.add_bar(
        x=[plain(name) for name in values],
        y=value,
        marker={"color": arm_colours(theme, len(values)), "line": {"width": 0}},
        error_y={
            "array": high - value,
            "arrayminus": value - low,
            "color": theme.ink,
            "thickness": 1.5,
        },
        showlegend=False,
        hovertemplate="%{x}: %{y:.1f}<extra></extra>",
    )
    figure.update_yaxes(title_text=axis, rangemode="tozero")
    figure.update_layout(bargap=0.5)
    return figure
