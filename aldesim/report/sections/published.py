"""The trial beside published numbers."""

import math

import plotly.graph_objects as go

from aldesim.report import figures
from aldesim.report.published import STUDIES, published_table, survival_checks
from aldesim.report.sections.grid import Grid
from aldesim.report.tables import Tables
from aldesim.report.wording import number, span, title


def published_section(tables: Tables) -> tuple[list[go.Figure], list[go.Figure], Grid | None]:
    """Forest plots by unit, predictive checks of survival, and the table; None if nothing fits."""
    table = published_table(tables)
    if table.is_empty():
        return [], [], None
    found = table["unit"].unique(maintain_order=True).to_list()
    units = sorted(found, key=lambda unit: (unit != "%", found.index(unit)))
    forests = [figures.forest(table, unit) for unit in units]
    checks = [
        figures.survival_bands(
            {"simulated": check.band}, check.endpoint, STUDIES, published=check.points,
            size=check.size,
        )
        for check in survival_checks(tables, table)
    ]  # fmt: skip
    rows = [
        [
            title(row["quantity"]),
            f"{number(row['published'], 1)} {row['unit']}",
            "–"
            if row["published_low"] is None
            else span(row["published_low"], row["published_high"], 1),
            number(row["n"]),
            _said(row["median"]),
            f"{_said(row['low'])} to {_said(row['high'])}",
            "yes" if row["inside"] else "no",
            row["source"],
        ]
        for row in table.iter_rows(named=True)
    ]
    head = ["What", "Published", "Interval", "n", "Simulated", "95 % of studies", "Inside"]
    return forests, checks, Grid("Published numbers and predictions", [*head, "Source"], rows)


def _said(value: float) -> str:
    return "not reached" if math.isinf(value) else number(value, 1)
