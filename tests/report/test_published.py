"""The trial beside published numbers of the same population, molecule and regimen."""

import numpy as np
import polars as pl

from aldesim.evidence import load_observations
from aldesim.report import figures
from aldesim.report.published import published_table, survival_checks
from aldesim.report.tables import Tables


def test_only_numbers_of_the_same_trial_are_compared(trial):
    table = published_table(Tables(trial))
    known = {one.id: one for one in load_observations()}
    assert {"orr-melanoma", "os-melanoma", "doses-melanoma"} <= set(table["id"])
    assert not any("renal" in name for name in table["id"])
    for row in table.iter_rows(named=True):
        assert row["published"] == known[row["id"]].value and row["n"] == known[row["id"]].n
        assert row["low"] <= row["median"] <= row["high"]
        assert row["inside"] == (row["low"] <= row["published"] <= row["high"])


def test_numbers_behind_the_follow_up_are_left_out(trial):
    rows = published_table(Tables(trial))
    assert "cr-free-melanoma" not in set(rows["id"]), "needs five years"


def test_another_regimen_has_nothing_to_compare(trial, changed):
    manifest = trial.manifest | {"scenario": trial.manifest["scenario"] | {"regimen": "mine.yaml"}}
    other = Tables(changed(trial, manifest=manifest))
    assert published_table(other).is_empty() and survival_checks(other, pl.DataFrame()) == []


def test_prediction_of_a_share_is_that_of_the_trial(trial):
    tables = Tables(trial)
    row = published_table(tables).row(by_predicate=pl.col("id") == "orr-melanoma", named=True)
    share = 100 * tables.patients["best_response"].is_in(["CR", "PR"]).mean()
    assert abs(row["median"] - share) < 3


def test_band_of_survival_holds_the_curve_of_the_trial(trial):
    tables = Tables(trial)
    (check,) = survival_checks(tables, published_table(tables))
    assert check.endpoint == "OS" and check.size == 314 and check.points[0][1] == 50
    alive = [
        100 * (tables.patients["death_day"] > 30.4375 * month).mean()
        for month in check.band["month"]
    ]
    inside = (check.band["low"] - 1 <= pl.Series(alive)) & (
        pl.Series(alive) <= check.band["high"] + 1
    )
    assert inside.mean() > 0.95
    assert np.all(np.diff(check.band["median"]) <= 1e-9)


def test_forest_opens_the_diamond_of_a_miss(trial):
    table = published_table(Tables(trial)).filter(pl.col("unit") == "%")
    marks = [
        t for t in figures.forest(table, "%").data if t.name and t.name.endswith(": published")
    ]
    assert [t.marker.symbol == "diamond" for t in marks] == table["inside"].to_list()
