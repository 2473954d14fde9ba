"""Adverse events by worst grade, sudden events, and the worst of each sign."""

import polars as pl

from aldesim.trial.reported.rows import Row, share, spread

GRADES = (3, 4)
WORST = {
    "MAP_min": ("lowest mean arterial pressure", "mmHg"),
    "creatinine_max": ("highest creatinine", "mg/dL"),
    "albumin_min": ("lowest albumin", "g/dL"),
    "bilirubin_max": ("highest bilirubin", "mg/dL"),
    "ALT_max": ("highest alanine aminotransferase", "U/L"),
    "platelets_min": ("lowest platelets", "1e3/uL"),
    "haemoglobin_min": ("lowest haemoglobin", "g/dL"),
    "neutrophils_min": ("lowest neutrophils", "1e3/uL"),
    "lymphocytes_min": ("lowest lymphocytes", "cells/uL"),
    "lymphocytes_max": ("highest lymphocytes", "cells/uL"),
    "temperature_max": ("highest temperature", "degC"),
    "weight_gain_max_pct": ("largest weight gain", "% of weight"),
}


def harm_rows(patients: pl.DataFrame, toxicity: pl.LazyFrame, events: pl.LazyFrame) -> list[Row]:
    """Percent of patients with each term in any grade, 3 or more, 4; with each sudden event."""
    size, rows = patients.height, list[Row]()
    counts = toxicity.group_by("term").agg(
        (pl.col("grade") >= 1).sum().alias("any"),
        *((pl.col("grade") >= grade).sum().alias(f"{grade}") for grade in GRADES),
    )
    table = counts.collect(engine="streaming").sort(["any", "term"], descending=[True, False])
    rows += [
        share("toxicity, any grade", one["term"], one["any"], size)
        for one in table.iter_rows(named=True)
    ]
    for grade in GRADES:
        rows += [
            share(f"toxicity, grade {grade} or more", one["term"], one[f"{grade}"], size)
            for one in table.iter_rows(named=True)
        ]
        worst = toxicity.filter(pl.col("grade") >= grade).select(pl.col("id").n_unique())
        anyone = int(worst.collect(engine="streaming").item())
        rows.append(share(f"toxicity, grade {grade} or more", "any term", anyone, size))
    known = events.filter(pl.col("id").is_in(patients["id"].implode()), pl.col("kind") != "death")
    met = known.group_by("kind").agg(pl.col("id").n_unique().alias("n"))
    for kind, count in met.collect(engine="streaming").sort("kind").iter_rows():
        rows.append(share("events", kind, count, size))
    return rows + _care(patients)


def _care(patients: pl.DataFrame) -> list[Row]:
    """Vasopressor, days in hospital, and the worst of each sign."""
    used = patients["pressor_used"]
    rows = [share("care", "vasopressor", int(used.sum()), patients.height)]
    hours = patients.filter(used)["pressor_hours"].to_numpy()
    rows += spread("care", "vasopressor, hours in those who had it", hours, "h")
    rows += spread("care", "days in hospital", patients["hospital_days"].to_numpy(), "days")
    rows += spread("care", "intravenous fluid", patients["fluid_L"].to_numpy(), "L")
    for column, (words, unit) in WORST.items():
        rows += spread("worst values", words, patients[column].to_numpy(), unit)
    return rows
