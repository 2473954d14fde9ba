"""Who was treated."""

from typing import Any

import polars as pl

from aldesim.report.sections.grid import Grid
from aldesim.report.tables import Tables
from aldesim.report.wording import number, percent, span, title
from aldesim.trial.endpoints import proportion

_COVARIATES = {
    "age": ("Age", "years", 0),
    "body_weight": ("Body weight", "kg", 0),
    "body_height": ("Height", "cm", 0),
    "BSA": ("Body surface area", "m²", 2),
    "SLD_0": ("Sum of tumour diameters", "mm", 0),
    "lesions": ("Target lesions", "number", 0),
    "LDH_ratio": ("LDH", "times upper limit of normal", 2),
    "creatinine_0": ("Creatinine", "mg/dL", 2),
    "ejection_fraction_0": ("Ejection fraction", "%", 0),
    "FEV1": ("Forced expiratory volume in 1 s", "L", 1),
    "GFR_0": ("Glomerular filtration", "mL/min", 0),
    "albumin_0": ("Albumin", "g/dL", 1),
    "MAP_0": ("Mean arterial pressure", "mmHg", 0),
    "HR_0": ("Heart rate", "beats/min", 0),
    "tumour_doubling_time": ("Tumour doubling time", "days", 0),
}
_CLASSES = {"sex": "", "ECOG": "ECOG ", "M_stage": "Stage ", "IMDC_risk": "IMDC risk "}
"""Covariates that are classes, and what goes before the name of a class."""


def screening(manifest: dict[str, Any]) -> Grid | None:
    """Flow of candidates as a table: assessed, excluded by which criterion, enrolled."""
    found = manifest.get("screening")
    if not found:
        return None
    assessed = found["assessed"]
    rows = [["Assessed", number(assessed), "", "", ""]]
    rows += [
        [
            f"Excluded: {row['title']} ({row['id']})"
            if row["level"] == "required"
            else f"Caution only: {row['title']} ({row['id']})",
            number(row["excluded"]),
            number(row["not_met"]),
            number(row["met"]),
            number(row["not_known"]),
        ]
        for row in found["counts"]
    ]
    rows.append(["Excluded in all", number(found["excluded"]), "", "", ""])
    rows.append(["Enrolled", number(found["enrolled"]), "", "", ""])
    head = ["Candidates", "Number", "Not met by", "Met by", "Not known of"]
    return Grid(f"Screening by {found['name']}", head, rows)


def who(tables: Tables) -> list[Grid]:
    """Covariates: median and 5-95 % for numbers, counts for classes."""
    patients = tables.patients
    numbers, classes = [], []
    for name, (label, unit, digits) in _COVARIATES.items():
        if name not in patients.columns:
            continue
        values = patients[name].cast(pl.Float64).fill_nan(None).drop_nulls()
        marks = [values.quantile(q, "linear") for q in (0.5, 0.05, 0.95)]
        numbers.append(
            [f"{label}, {unit}", number(marks[0], digits), span(marks[1], marks[2], digits)]
        )
    for name, before in _CLASSES.items():
        if name not in patients.columns:
            continue
        counts = patients[name].value_counts().sort(name)
        for value, count in counts.iter_rows():
            label = f"{before}{value}" if before else title(str(value))
            share = proportion(count, patients.height)
            classes.append([label, number(count), percent(share.value)])
    return [
        Grid("At the first dose", ["Property", "Median", "Nine in ten within"], numbers),
        Grid("Shares", ["Property", "Patients", "Share"], classes),
    ]
