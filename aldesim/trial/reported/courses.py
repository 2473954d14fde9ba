"""Cells, virus and drug level at the days on which papers report them."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from aldesim.timeunits import HOURS_PER_DAY, MINUTES_PER_HOUR
from aldesim.trial.reported.rows import Row, spread

DAYS = (0, 7, 28, 56, 84, 182, 364, 728)
"""Recorded in every trial that is followed so long."""
CELLS = ("lymphocytes", "blood_CD4", "blood_CD8", "blood_NK", "blood_Treg", "eosinophils")
TROUGHS = (2, 3, 7, 14)
"""Doses of cycle 1 before which the level is told."""
MINUTE_H = 0.5 / MINUTES_PER_HOUR
"""Half a minute, in hours: instants are whole minutes."""
RATIOS = {
    "regulatory T cells, share of CD4 T cells": (
        100 * pl.col("blood_Treg") / pl.col("blood_CD4"),
        "%",
    ),
    "regulatory to conventional CD4 T cells": (
        pl.col("blood_Treg") / (pl.col("blood_CD4") - pl.col("blood_Treg")),
        "ratio",
    ),
}


def course_rows(
    courses: pl.LazyFrame,
    patients: pl.DataFrame,
    *,
    units: dict[str, str],
    days: Sequence[float],
    signs: Sequence[str],
) -> list[Row]:
    """Value, change from day 0 (percent, difference) and fold of each sign at each day.

    Parameters
    ----------
    courses : LazyFrame
        Signs over time.
    patients : DataFrame
        Those that count.
    units : dict of str to str
        Unit of each sign.
    days : sequence of float
        Days to tell, besides `DAYS`.
    signs : sequence of str
        Signs to tell, besides the cells.
    """
    wanted = sorted({0.0, *map(float, DAYS), *map(float, days)})
    names = list(dict.fromkeys([*CELLS, *signs]))
    near = pl.any_horizontal((pl.col("time") - day).abs() < 1e-6 for day in wanted)
    seen = (
        courses.filter(near, pl.col("id").is_in(patients["id"].implode()))
        .select("id", "time", *(pl.col(name).cast(pl.Float64) for name in names))
        .with_columns(ratio.alias(words) for words, (ratio, _) in RATIOS.items())
        .collect(engine="streaming")
        .sort("id")
    )
    start = seen.filter(pl.col("time") == 0)
    unit_of = {name: units[name] for name in names} | {w: unit for w, (_, unit) in RATIOS.items()}
    rows: list[Row] = []
    for name, unit in unit_of.items():
        for day in sorted(seen["time"].unique().to_list()):
            now = seen.filter(pl.col("time") == day)
            both = start.select("id", before=name).join(now.select("id", now=name), on="id")
            rows += _changes(name, unit, day, both["before"].to_numpy(), both["now"].to_numpy())
    return rows


def _changes(name: str, unit: str, day: float, before: np.ndarray, now: np.ndarray) -> list[Row]:
    rows = spread("course", name, now, unit, day)
    if day == 0:
        return rows
    some = np.where(before > 0, before, np.nan)
    rows += spread("course, difference from day 0", name, now - before, unit, day)
    rows += spread("course, change from day 0", name, 100 * (now / some - 1), "%", day)
    return rows + spread("course, fold of day 0", name, now / some, "fold", day)


def level_rows(
    courses: pl.LazyFrame,
    doses: pl.LazyFrame,
    patients: pl.DataFrame,
    *,
    hours: Sequence[float],
    per_unit: float,
    unit: str,
) -> list[Row]:
    """Drug level just before some doses of the first cycle, and at hours after the first dose.

    Parameters
    ----------
    courses, doses : LazyFrame
        Signs over time, and the ledger.
    patients : DataFrame
        Those that count.
    hours : sequence of float
        Hours after the first dose. With two or more, their highest level, its hour, and the area
        from the first dose to the last of them by trapezia are told, too.
    per_unit : float
        pM in one `unit`.
    unit : str
        Unit in which levels are told.
    """
    level = courses.filter(pl.col("id").is_in(patients["id"].implode())).select(
        "id", "time", (pl.col("il2_plasma").cast(pl.Float64) / per_unit).alias("level")
    )
    due = doses.filter(pl.col("cycle") == 1, pl.col("slot").is_in(TROUGHS))
    before = level.join(due.select("id", "time", "slot"), on=["id", "time"], how="inner")
    found = before.collect(engine="streaming")
    rows: list[Row] = []
    for slot in sorted(found["slot"].unique().to_list()):
        part = found.filter(pl.col("slot") == slot)
        name, day = f"trough before dose {slot} of cycle 1", float(part["time"][0])
        rows += spread("drug level", name, part["level"].to_numpy(), unit, day)
    return rows + _after_first_dose(level, hours, unit)


def _after_first_dose(level: pl.LazyFrame, hours: Sequence[float], unit: str) -> list[Row]:
    """Levels at hours after the first dose, their highest, its hour and the area under them."""
    if not hours:
        return []
    hour = pl.col("hour")
    near = pl.any_horizontal((hour - asked).abs() < MINUTE_H for asked in hours)
    timed = level.select("id", "level", hour=pl.col("time") * HOURS_PER_DAY)
    drawn = timed.filter(near | (hour == 0))
    table = drawn.collect(engine="streaming").sort("id", "hour")
    rows: list[Row] = []
    for at in sorted({float(asked) for asked in hours}):
        values = table.filter((pl.col("hour") - at).abs() < MINUTE_H)["level"].to_numpy()
        name, day = f"{at:g} h after the first dose", at / HOURS_PER_DAY
        rows += spread("drug level", name, values, unit, day)
    if len(set(hours)) == 1:
        return rows
    step, mean = pl.col("hour").diff(), (pl.col("level") + pl.col("level").shift()) / 2
    each = table.group_by("id", maintain_order=True).agg(
        pl.col("level").max().alias("highest"),
        pl.col("hour").get(pl.col("level").arg_max()).alias("when"),
        (step * mean).sum().alias("area"),
    )
    rows += spread("drug level", "highest of these hours", each["highest"].to_numpy(), unit)
    rows += spread("drug level", "hour of the highest", each["when"].to_numpy(), "h")
    area = each["area"].to_numpy()
    return rows + spread("drug level", "area under these hours", area, f"h*{unit}")
