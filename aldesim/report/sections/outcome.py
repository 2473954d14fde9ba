"""Response, survival, toxicity."""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report import figures
from aldesim.report.figures.toxicity import severe_first
from aldesim.report.sections.grid import Grid
from aldesim.report.summary import Endpoints
from aldesim.report.tables import Tables, collect
from aldesim.report.wording import RESPONSES, counted, number, percent, span, title
from aldesim.timeunits import DAYS_PER_MONTH


def response_section(tables: Tables, endpoints: Endpoints) -> tuple[list[go.Figure], Grid]:
    """Waterfall, spider, swimmer and the table of best responses."""
    rows = []
    for name, text in RESPONSES.items():
        share = endpoints.share(pl.col("best_response") == name)
        rows.append(
            [
                f"{name}, {text}",
                number(share.count),
                percent(share.value),
                f"{span(100 * share.low, 100 * share.high, 1)}\u00a0%",
            ]
        )
    grid = Grid(
        f"Best response (RECIST 1.1) of {counted(endpoints.n, 'patient')}",
        ["Response", "Patients", "Share", "95 % interval (Wilson)"],
        rows,
    )
    drawn = [
        figures.waterfall(tables.patients),
        figures.spider(tables.scans, tables.patients),
        figures.swimmer(tables.patients),
    ]
    return drawn, grid


def survival_section(endpoints: Endpoints) -> tuple[list[go.Figure], Grid]:
    """Kaplan-Meier curves and their values at 6, 12, 24, 36, 60 months."""
    curves = {"progression": endpoints.progression, "survival": endpoints.survival}
    drawn = [figures.survival({"all": curve}, kind) for kind, curve in curves.items()]
    rows = []
    for month in (3, 6, 12, 18, 24, 36, 48, 60):
        row = [f"{month} months"]
        for curve in curves.values():
            end = float(curve.time[-1])
            day = min(month * DAYS_PER_MONTH, end)
            # A two-year follow-up ends on day 730, half a day before 24 months.
            reached = month * DAYS_PER_MONTH - day < 1
            share = curve.landmark(day) if reached else None
            row += (
                [
                    percent(share.value),
                    f"{span(100 * share.low, 100 * share.high, 1)}\u00a0%",
                    number(int(curve.at_risk_at([day])[0])),
                ]
                if share and np.isfinite(share.value)
                else ["–", "–", "–"]
            )
        if row[1] != "–" or row[4] != "–":
            rows.append(row)
    head = ["Time"]
    for name in ("Without progression", "Alive"):
        head += [name, "95 % interval", "At risk"]
    return drawn, Grid("Survival at fixed times", head, rows)


def toxicity_section(endpoints: Endpoints) -> tuple[go.Figure, Grid]:
    """Worst grades as bars and as a table, with the day of onset."""
    table = endpoints.toxicity
    onset = collect(
        endpoints.tables.toxicity.filter(pl.col("grade") > 0)
        .group_by("term")
        .agg(pl.col("onset").cast(pl.Float64).fill_nan(None).median())
    )
    onsets = dict(onset.iter_rows())
    rows = []
    for index in severe_first(table):
        severe = endpoints.severe(table.terms[index])
        rows.append(
            [
                title(table.terms[index]),
                *(number(int(count)) for count in table.counts[index]),
                percent(float(table.any_grade[index]) / table.patients),
                percent(severe.value),
                f"{span(100 * severe.low, 100 * severe.high, 1)}\u00a0%",
                number(onsets.get(table.terms[index]), 1),
            ]
        )
    head = ["Event", *(f"Grade {g}" for g in range(1, 6)), "Any grade", "Grade 3 or more"]
    head += ["95 % interval", "Median onset, day"]
    grid = Grid(f"Patients by worst grade, of {number(table.patients)}", head, rows)
    return figures.toxicity(table), grid
