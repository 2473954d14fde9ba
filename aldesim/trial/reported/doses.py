"""Doses given, and why others were not."""

import numpy as np
import polars as pl

from aldesim.care import RuleSet
from aldesim.trial.reported.rows import Row, share, spread

GROUP = "doses"
IU_PER_MIU = 1e6
DAYS_PER_WEEK = 7


def dose_rows(patients: pl.DataFrame, doses: pl.LazyFrame, unit: str, rules: RuleSet) -> list[Row]:
    """Doses in number, in amount and as a share of those planned; reasons of those held.

    Parameters
    ----------
    patients : DataFrame
        Those that count.
    doses : LazyFrame
        Their ledger.
    unit : str
        "IU" or "mg": what the ledger's amounts are in.
    rules : RuleSet
        Whose reasons the ledger names.
    """
    size = patients.height
    given, planned = patients["doses_given"].to_numpy(), patients["doses_planned"].to_numpy()
    rows = spread(GROUP, "doses given", given, "doses")
    rows += spread(GROUP, "doses given of those planned", 100 * given / planned, "%")
    rows.append(share(GROUP, "every planned dose given", int((given == planned).sum()), size))
    rows.append(
        share(GROUP, "treatment stopped", int((patients["off_treatment"] != "").sum()), size)
    )
    for name in patients.columns:
        if name.startswith(("doses_cycle_", "doses_course_", "doses_at_home")):
            had = patients[name].cast(pl.Float64).to_numpy()
            part = name.removeprefix("doses_").replace("_", " ")
            rows += spread(GROUP, f"doses given, {part}", had, "doses")
    return rows + _amounts(patients, doses, unit) + _reasons(doses, size, rules)


def _amounts(patients: pl.DataFrame, doses: pl.LazyFrame, unit: str) -> list[Row]:
    """Amount in all, per kg, and per week from the first to the last dose planned."""
    column = f"given_{unit}"
    totals = (
        doses.group_by("id")
        .agg(pl.col(column).sum().alias("amount"), pl.col("time").max().alias("last"))
        .collect(engine="streaming")
    )
    joined = patients.select("id", "body_weight").join(totals, on="id", how="left")
    scale, name = (IU_PER_MIU, "MIU") if unit == "IU" else (1.0, unit)
    amount = joined["amount"].fill_null(0.0).to_numpy() / scale
    weeks = np.maximum(joined["last"].fill_null(0.0).to_numpy() / DAYS_PER_WEEK, 1.0)
    rows = spread(GROUP, "amount given", amount, name)
    rows += spread(
        GROUP, "amount given per kg", amount / joined["body_weight"].to_numpy(), f"{name}/kg"
    )
    return rows + spread(GROUP, "amount given per week", amount / weeks, f"{name}/week")


def _reasons(doses: pl.LazyFrame, size: int, rules: RuleSet) -> list[Row]:
    """Patients in whom each rule kept a dose back at least once, most frequent first."""
    titles = {rule.id: rule.title for rule in rules.rules}
    titles |= {limit.id: limit.title for _, limit in rules.limits}
    begins = pl.col("reason").str.split(" ").list.first()
    held = doses.filter(pl.col("reasons") != "").select(
        "id", pl.col("reasons").str.split("; ").alias("reason")
    )
    counts = (
        held.explode("reason")
        .with_columns(begins.alias("rule"))
        .filter(pl.col("rule").is_in(list(titles)))
        .group_by("rule")
        .agg(pl.col("id").n_unique().alias("patients"))
        .collect(engine="streaming")
        .sort(["patients", "rule"], descending=[True, False])
    )
    return [
        share(GROUP, f"a dose not given for {titles[rule]} ({rule})", count, size)
        for rule, count in counts.select("rule", "patients").iter_rows()
    ]
