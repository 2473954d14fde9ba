"""Doses given, and why not."""

import plotly.graph_objects as go

from aldesim.report import figures
from aldesim.report.reasons import reason_table
from aldesim.report.sections.grid import Grid
from aldesim.report.tables import Tables
from aldesim.report.wording import number, percent


def doses_section(tables: Tables) -> tuple[list[go.Figure], list[Grid]]:
    """Doses per patient, by slot, reasons, and dose intensity."""
    n = tables.patients.height
    drawn = [
        figures.doses_given(tables.patients),
        figures.doses_by_slot(tables.doses, tables.patients),
        figures.reasons(tables.doses),
        figures.dose_intensity(tables.patients),
    ]
    slots = [
        [
            f"Cycle {row['cycle']}, dose {row['dose']}",
            number(row["given"]),
            percent(row["given"] / max(n, 1)),
            number(row["held"]),
            number(row["stopped"]),
        ]
        for row in figures.slot_table(tables.doses, n).iter_rows(named=True)
    ]
    why = [
        [
            row["rule"],
            number(row["held"]),
            number(row["stopped_cycle"]),
            number(row["stopped_for_good"]),
            number(row["patients"]),
        ]
        for row in reason_table(tables.doses).iter_rows(named=True)
    ]
    return drawn, [
        Grid(
            "Each planned dose",
            ["Dose", "Given", "Share of all patients", "Held", "Stopped"],
            slots,
        ),
        Grid(
            "Reasons for doses not given (decisions)",
            ["Rule", "Held", "Cycle stopped", "Stopped for good", "Patients"],
            why,
        ),
    ]
